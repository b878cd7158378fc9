"""Who is at the screen (值守登录): sessions, and whose a request is."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gate_agent.contract.moment import NS_PER_S
from gate_agent.errors import StorageError
from gate_agent.host.clock import Clock
from gate_agent.http.grants import READING
from gate_agent.store.staff import Account, StaffBook

COOKIE = "gate-session"
IDLE_S = 2 * 3600.0  # a quiet hall; a touch of the page counts
ABSOLUTE_S = 13 * 3600.0  # the longest shift, with its hand-over
MOST_SESSIONS = 32


@dataclass(slots=True, kw_only=True)
class GuardSession:
    """One who is signed on, at one browser."""

    account: Account
    csrf: str
    began_ns: int
    seen_ns: int


class Sessions:
    """Everybody who is signed on, in memory: a restart signs everybody off."""

    def __init__(self, book: StaffBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock
        self._sessions: dict[bytes, GuardSession] = {}

    def begin(self, account: Account) -> tuple[str, GuardSession]:
        """Return a fresh token of 256 bits and its session; the oldest of too many ends."""
        token, now = secrets.token_urlsafe(32), self._clock.now().boot_ns
        session = GuardSession(
            account=account, csrf=secrets.token_urlsafe(32), began_ns=now, seen_ns=now
        )
        if len(self._sessions) >= MOST_SESSIONS:
            del self._sessions[min(self._sessions, key=lambda key: self._sessions[key].seen_ns)]
        self._sessions[_key(token)] = session
        return token, session

    def of(self, token: str) -> GuardSession | None:
        """Return the session of a token that is good now."""
        return self._sessions.get(_key(token))

    def seen(self, session: GuardSession) -> None:
        """Note that somebody who is signed on did something."""
        session.seen_ns = self._clock.now().boot_ns

    def end(self, session: GuardSession) -> None:
        """Sign off, here at the server: the token is worth nothing any more."""
        self._sessions = {key: kept for key, kept in self._sessions.items() if kept is not session}

    def end_of(self, code: str) -> int:
        """End every session of an account; return how many there were."""
        ending = [s for s in self._sessions.values() if s.account.code == code]
        for session in ending:
            self.end(session)
        return len(ending)

    def lapsed(self) -> list[tuple[GuardSession, bool]]:
        """End what is over; return each, and whether its account was taken away."""
        now, over = self._clock.now().boot_ns, []
        for session in self._sessions.values():
            revoked = not self._is_good(session.account)
            if revoked or now >= self._ends_ns(session):
                over.append((session, revoked))
        for session, _ in over:
            self.end(session)
        return over

    def left_s(self, session: GuardSession) -> float:
        """Return how long a session lasts if nobody touches the screen."""
        return max(0.0, (self._ends_ns(session) - self._clock.now().boot_ns) / NS_PER_S)

    def codes(self) -> tuple[str, ...]:
        """Return who is signed on."""
        return tuple(sorted({session.account.code for session in self._sessions.values()}))

    def _ends_ns(self, session: GuardSession) -> int:
        idle = session.seen_ns + round(IDLE_S * NS_PER_S)
        return min(idle, session.began_ns + round(ABSOLUTE_S * NS_PER_S))

    def _is_good(self, account: Account) -> bool:
        try:
            return self._book.active(account.code) == account
        except StorageError:
            return True  # a broken file signs nobody off in the middle of a hold


class WhoAsks:
    """ASGI middleware behind the shield: who asks. Whether they may, is for the route to say."""

    def __init__(self, app: ASGIApp, sessions: Sessions | None) -> None:
        """Take the sessions; None where nobody need sign on."""
        self._app = app
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with its session."""
        if scope["type"] == "http":
            state = scope.setdefault("state", {})
            state["sign_on"] = self._sessions is not None
            if self._sessions is not None:
                session = self._sessions.of(cookie(Headers(scope=scope).get("cookie", "")))
                state["session"] = session
                if session is not None and scope["method"] not in READING:
                    self._sessions.seen(session)
        await self._app(scope, receive, send)


def cookie(header: str) -> str:
    """Return the session's token in a cookie header; empty if there is none."""
    try:
        cookies = SimpleCookie(header)
    except CookieError:
        return ""
    held = cookies.get(f"__Host-{COOKIE}") or cookies.get(COOKIE)
    return "" if held is None else held.value


def _key(token: str) -> bytes:
    return sha256(token.encode()).digest()
