"""What stands before every route: whose request it is, how big it may be, what a page may load.

These checks keep other web pages in the same browser out (DNS rebinding, cross-site requests);
who is at the screen is `auth`'s to know.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gate_agent.web.answers import answer

MAX_BODY_BYTES = 16 * 1024
_PAGES = ("/", "/visitor")  # another page may link to these, and read nothing
_CSP = (
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "object-src 'none'; img-src 'self' blob:"  # blob: a hold's picture, held by the page alone
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Shield:
    """ASGI middleware: refuses what does not come from our own page or this machine."""

    def __init__(self, app: ASGIApp, bound: str = "127.0.0.1") -> None:
        """Take the address the server is bound to: beyond loopback, any address may be asked for.

        Only a name can be rebound to this machine; an address is what the browser connected to.
        """
        self._app = app
        self._any_address = not _is_loopback(f"[{bound}]" if ":" in bound else bound)

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

        fault = _fault(scope, any_address=self._any_address)
        if fault is None and scope["method"] not in ("GET", "HEAD"):
            body = await _body(receive)
            if body is None:
                fault = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "at most 16 KiB", "more"
            else:
                receive = _replay(body, receive)
        if fault is not None:
            status, code, expected, got = fault
            refusal = answer(status, code=code, expected=expected, got=got)
            await refusal(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)


def _fault(scope: Scope, *, any_address: bool) -> tuple[int, str, str, str] | None:
    """Return why this request is refused (status, code, expected, got), or None."""
    headers = Headers(scope=scope)
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not (_is_loopback(hosts[0]) or (any_address and _is_address(hosts[0]))):
        return HTTPStatus.BAD_REQUEST, "host", "localhost or a loopback address", "another host"
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"{scope['scheme']}://{hosts[0].lower()}":
        return HTTPStatus.FORBIDDEN, "origin", "a request of our own page", "another origin"
    if scope["path"] not in _PAGES and headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        return HTTPStatus.FORBIDDEN, "origin", "a request of our own page", "another site"
    if scope["method"] == "POST":
        kind = headers.get("content-type", "").split(";")[0].strip().lower()
        if kind != "application/json":
            got = "another content type"
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "content_type", "application/json", got
    return None


def _is_loopback(host: str) -> bool:
    name = _name(host)
    if name is None or name.lower() == "localhost":
        return name is not None
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(_name(host) or "")
    except ValueError:
        return False
    return True


def _name(host: str) -> str | None:
    """Return a host header without its port; None if it has a form of its own."""
    if host.startswith("["):
        name, _, rest = host[1:].partition("]")
        port = rest.removeprefix(":")
    else:
        name, _, port = host.partition(":")
    return None if port and not (port.isascii() and port.isdigit()) else name


async def _body(receive: Receive) -> bytes | None:
    """Return the whole body; None as soon as it is more than the limit."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            return None
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives `body` once, then what comes after it."""
    first: Iterable[Message] = iter(
        [{"type": "http.request", "body": body, "more_body": False}],
    )

    async def replayed() -> Message:
        for message in first:
            return message
        return await receive()

    return replayed
