"""What stands before every route: whose request it is, how big it may be, what a page may load.

These checks keep other web pages in the same browser out (DNS rebinding, cross-site requests);
who is at the screen is for each program's own sign-on to know.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gate_agent.http.answers import refusal, told
from gate_agent.http.bodies import bounded, too_large

_JSON = "application/json"
_STREAM = "text/event-stream"
_CSP = (
    "default-src 'self'; base-uri 'none'; form-action {forms}; frame-ancestors 'none'; "
    "object-src 'none'; img-src 'self' blob:"  # blob: a hold's picture, held by the page alone
)
_CACHE = "Cache-Control"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    _CACHE: "no-store",  # but for what says that it is for the public
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Shield:
    """ASGI middleware: refuses what does not come from our own page, and guards every answer.

    Every body we take is JSON, which another site's form cannot send without asking first.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        known_host: Callable[[str], bool],
        linked: Callable[[str], bool],
        most_body_bytes: int,
        behind_proxy: bool = False,
        asks_by_form: bool = False,
    ) -> None:
        """Take how to know our own name in a Host header, and which paths others may link to.

        `behind_proxy`: the browser may speak https where we hear http, so that only the host of
        an Origin is compared. `asks_by_form`: a form of ours may ask for another page of ours; what
        changes anything is JSON all the same.
        """
        self._app = app
        self._known_host = known_host
        self._linked = linked
        self._most = most_body_bytes
        self._behind_proxy = behind_proxy
        forms = "'self'" if asks_by_form else "'none'"
        self._headers = _HEADERS | {"Content-Security-Policy": _CSP.format(forms=forms)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request, then pass it on with our headers on the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                for name, value in self._headers.items():
                    if not (name == _CACHE and headers.get(name, "").startswith("public")):
                        headers[name] = value
                if headers.get("content-type", "").startswith(_STREAM):
                    headers["X-Accel-Buffering"] = (
                        "no"  # or nginx keeps what is told until 4 KiB are full
                    )
            await send(message)

        fault = self._fault(scope)
        if fault is None:
            if scope["method"] == "HEAD":  # the server sends no body of what GET says
                scope = {**scope, "method": "GET"}
            await self._app(scope, bounded(receive, self._most), guarded)
        else:
            await fault(scope, receive, guarded)

    def _fault(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._known_host(hosts[0]):
            return refusal(400, code="host", expected="this server's own name", got="another host")
        origin = headers.get("origin")
        if origin is not None and not self._is_own(origin, scope["scheme"], hosts[0]):
            return refusal(
                403, code="origin", expected="a request of our own page", got="another origin"
            )
        reads = scope["method"] in ("GET", "HEAD")
        elsewhere = headers.get("sec-fetch-site") in ("cross-site", "same-site")
        if elsewhere and not (reads and self._linked(scope["path"])):
            return refusal(
                403, code="origin", expected="a request of our own page", got="another site"
            )
        if reads:
            return None
        kind = headers.get("content-type", "").split(";")[0].strip().lower()
        if kind != _JSON:
            status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
            return refusal(status, code="content_type", expected=_JSON, got="another content type")
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length) > self._most:
            return told(too_large(self._most))
        return None

    def _is_own(self, origin: str, scheme: str, host: str) -> bool:
        if self._behind_proxy:
            return origin.partition("://")[2].lower() == host.lower()
        return origin.lower() == f"{scheme}://{host.lower()}"
