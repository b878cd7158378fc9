"""Stands before the routes when sign-on is on: who is it, may they, does the page's token fit."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gate_agent.http.answers import refusal
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.keys import ApiKeys, key_may
from gate_collector.web.access import CURRENT, Session, is_open, may
from gate_collector.web.pages import Lang

COOKIE = "gate_collector"


class SignOn:
    """ASGI middleware; `closed` is the page, in a language, for who may not open another."""

    def __init__(
        self, app: ASGIApp, *, accounts: Accounts, keys: ApiKeys, closed: Callable[[Lang], Response]
    ) -> None:
        self._app = app
        self._accounts = accounts
        self._keys = keys
        self._closed = closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, with who it is; or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, path = Headers(scope=scope), scope["path"]
        session = await run_in_threadpool(self._session, headers, scope["method"], path)
        mark = CURRENT.set(session or CURRENT.get())
        try:
            answer = None if is_open(path) else self._fault(session, Request(scope))
            await (answer or self._app)(scope, receive, send)
        finally:
            CURRENT.reset(mark)

    def _session(self, headers: Headers, method: str, path: str) -> Session | None:
        """Return who it is: a program by its key where a key opens this, a person by the cookie."""
        kind, _, key = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and key_may(method, path):
            return self._keys.session(key.strip())
        token = token_of(headers)
        return None if token is None else self._accounts.session(token)

    def _fault(self, session: Session | None, request: Request) -> Response | None:
        method, path = request.method, request.scope["path"]
        is_page = method == "GET" and not path.startswith("/api/") and path != "/metrics"
        lang: Lang = "en" if request.query_params.get("lang") == "en" else "zh"
        if session is None:
            if is_page:
                return RedirectResponse("/sign-on" + ("?lang=en" if lang == "en" else ""), 303)
            return refusal(401, code="sign_on", expected="somebody signed on", got="nobody")
        if not may(session.role, method, path):
            if is_page:
                return self._closed(lang)
            return refusal(403, code="role", expected="another role", got=session.role)
        if method not in ("GET", "HEAD") and not secrets.compare_digest(
            request.headers.get("x-csrf", "").encode(), session.csrf.encode()
        ):
            return refusal(403, code="csrf", expected="the page's own token", got="another")
        return None


def token_of(headers: Headers) -> str | None:
    """Return the session's token in the cookie."""
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return None if cookie is None else cookie.value
