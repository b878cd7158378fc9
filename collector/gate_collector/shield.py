"""What stands before every route: whose request it is, how big it may be, what a page may load."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, OperationalError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 8 * 1024 * 1024  # a province's roster as a spreadsheet
_JSON = "application/json"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


# What a route may answer beside its own, for OpenAPI: {"error": {code, expected, got}}.
ANSWERS: dict[int | str, dict[str, Any]] = {
    201: {"description": "done, and told where it is seen"},
    400: {"description": "not a body of this interface, or a host that is not this machine"},
    403: {"description": "a request of another site's page"},
    404: {"description": "nothing is there"},
    409: {"description": "not where this could be done"},
    411: {"description": "a body without its length"},
    413: {"description": "more than 8 MiB"},
    415: {"description": "not a type that is taken"},
    422: {"description": "a value is not what it must be"},
    503: {"description": "the store cannot be written or read"},
}


def refusal(status: int, *, code: str, expected: str, got: str) -> JSONResponse:
    """Return a refusal: what was expected, and what came."""
    fault = {"code": code, "expected": expected, "got": got}
    return JSONResponse({"error": fault}, status_code=status)


def refused(status: int, exc: Exception, *, code: str) -> JSONResponse:
    """Return the refusal that a fault in our own words is: "expected this, got that"."""
    expected, _, got = str(exc).removeprefix("expected ").partition(", got ")
    return refusal(status, code=code, expected=expected, got=got or "another")


def install_refusals(app: FastAPI) -> None:
    """Make every failure of `app` answer in our shape, with no value echoed."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DataError, _unstorable)
    app.add_exception_handler(OperationalError, _store_away)
    app.add_exception_handler(Exception, _failed)


def _invalid(_: Request, exc: Exception) -> JSONResponse:
    if not isinstance(exc, RequestValidationError):
        raise TypeError(f"expected RequestValidationError, got {type(exc).__name__}")
    faults = [
        f"{'.'.join(str(part) for part in error['loc'][1:]) or 'body'}: {error['msg']}"
        for error in exc.errors()
        if error["type"] != "extra_forbidden"  # its place is the caller's own word
    ] or ["body: expected known keys only"]
    return refusal(422, code="invalid", expected="; ".join(faults), got="another value")


def _http(_: Request, exc: Exception) -> JSONResponse:
    if not isinstance(exc, HTTPException):
        raise TypeError(f"expected HTTPException, got {type(exc).__name__}")
    code = f"http_{exc.status_code}"
    return refusal(exc.status_code, code=code, expected="a known address", got="another request")


def _unstorable(_: Request, _exc: Exception) -> JSONResponse:
    return refusal(422, code="invalid", expected="text that can be stored", got="another value")


def _store_away(_: Request, exc: Exception) -> JSONResponse:
    return refusal(503, code="store", expected="the store to answer", got=type(exc).__name__)


def _failed(_: Request, exc: Exception) -> JSONResponse:
    return refusal(500, code="failed", expected="an answer", got=f"a fault: {type(exc).__name__}")


class Shield:
    """ASGI middleware: a changing request comes from our own page, and every answer is guarded.

    Every body we take is one that another site's form cannot send without asking first.
    """

    def __init__(self, app: ASGIApp, *, known_host: Callable[[str], bool]) -> None:
        self._app = app
        self._known_host = known_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request, then pass it on with our headers on the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        fault = self._fault(scope)
        if fault is None:
            await self._app(scope, receive, guarded)
        else:
            await fault(scope, receive, guarded)

    def _fault(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._known_host(hosts[0]):
            return refusal(400, code="host", expected="this server's own name", got="another host")
        if scope["method"] in ("GET", "HEAD"):
            return None
        origin = headers.get("origin")
        if origin is not None and origin.split("://")[-1].lower() != hosts[0].lower():
            return refusal(403, code="origin", expected="our own page", got="another origin")
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return refusal(403, code="origin", expected="our own page", got="another site")
        kind = headers.get("content-type", "").split(";")[0].strip().lower()
        if kind != _JSON:
            status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
            return refusal(status, code="content_type", expected=_JSON, got="another type")
        length = headers.get("content-length", "")
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            return refusal(
                status, code="too_large", expected="at most 8 MiB", got="more, or no length"
            )
        return None


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine, with or without a port."""
    name, _, port = host.removeprefix("[").partition("]") if "[" in host else host.partition(":")
    if port.removeprefix(":") and not port.removeprefix(":").isdigit():
        return False
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
