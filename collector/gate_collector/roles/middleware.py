"""Stands before the routes: who asks. Whether they may, is for the route to say."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gate_collector.roles.accounts import Accounts
from gate_collector.roles.grants import COOKIE
from gate_collector.roles.keys import ApiKeys
from gate_collector.roles.session import CURRENT, STANDS, THIS_MACHINE, Session


class WhoAsks:
    """ASGI middleware; without sign-on whoever asks sits at this machine."""

    def __init__(self, app: ASGIApp, *, accounts: Accounts, keys: ApiKeys, sign_on: bool) -> None:
        self._app = app
        self._accounts = accounts
        self._keys = keys
        self._sign_on = sign_on

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with who it is."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        session: Session | None = THIS_MACHINE
        if self._sign_on:
            session = await run_in_threadpool(self._session, headers)
            STANDS.set(lambda: self._session(headers) is not None)
        mark = CURRENT.set(session)
        try:
            await self._app(scope, receive, send)
        finally:
            CURRENT.reset(mark)

    def _session(self, headers: Headers) -> Session | None:
        """Return who it is: a program by its key, a person by the cookie."""
        kind, _, key = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self._keys.session(key.strip())
        token = token_of(headers)
        return None if token is None else self._accounts.session(token)


def token_of(headers: Headers) -> str | None:
    """Return the session's token in the cookie."""
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return None if cookie is None else cookie.value
