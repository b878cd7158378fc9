"""What a route of the centre declares, and what follows for pages and for the interface."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from fastapi.params import Depends
from markupsafe import Markup
from starlette.datastructures import Headers
from starlette.types import Receive, Scope

from gate_agent.errors import GateError
from gate_agent.http.grants import NO, READING, YES, Grant, Granted, Security, declared
from gate_collector.roles.session import CURRENT, THIS_MACHINE, Role, Session, acting

COOKIE = "gate_collector"
NOBODY, PROGRAM = "nobody", "program"
CALLERS = {  # with the keys of what they are called
    NOBODY: "caller.nobody",
    Role.OFFICE: "centre_role.office",
    Role.LEADER: "centre_role.leader",
    Role.AUDITOR: "centre_role.auditor",
    Role.MAINTAINER: "centre_role.maintainer",
    Role.DISPLAY: "centre_role.display",
    PROGRAM: "caller.program",
}
SCHEMES: dict[str, Any] = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "of somebody who is signed on; what each role may is in docs/security.md",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF",
        "description": "the token of this session, which every page holds",
    },
    "key": {"type": "http", "scheme": "bearer", "description": "a program's key; it reads"},
}


class Closed(GateError):  # noqa: N818 it is an answer
    """The route is not open to who asks; `code` says why in a word."""

    def __init__(self, status: int, code: str, *, expected: str, got: str) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.status = status
        self.code = code


class _Public(Grant):
    async def enter(self, scope: Scope, receive: Receive) -> Receive:  # noqa: ARG002 whoever it is
        """Let everybody in."""
        return receive

    def admits(self, caller: str) -> str:  # noqa: ARG002 as above
        """Say yes."""
        return YES


class _Only(Grant):
    def __init__(self, roles: frozenset[Role], *, keys: bool) -> None:
        self._roles = roles
        self._keys = keys

    async def enter(self, scope: Scope, receive: Receive) -> Receive:
        """Let in who may, with the page's own token if anything changes. Raises Closed."""
        session = CURRENT.get()
        if session is None or (session.is_program and not self._keys):
            raise Closed(401, "sign_on", expected="somebody signed on", got="nobody")
        if not self.holds(session):
            raise Closed(403, "role", expected="another role", got=session.role)
        if scope["method"] not in READING and session is not THIS_MACHINE:
            sent = Headers(scope=scope).get("x-csrf", "")
            if not secrets.compare_digest(sent.encode(), session.csrf.encode()):
                raise Closed(403, "csrf", expected="the page's own token", got="another")
        return receive

    def holds(self, session: Session) -> bool:
        """Whether this one may."""
        if session.is_program:
            return self._keys
        return session is THIS_MACHINE or session.role in self._roles

    def admits(self, caller: str) -> str:
        """Say whether this kind of caller may."""
        return YES if (self._keys if caller == PROGRAM else caller in self._roles) else NO

    def security(self, method: str) -> Security:
        """Ask for a session, and for its token if anything changes; or for a key."""
        session: dict[str, list[str]] = {"session": []}
        asked = session if method in READING else session | {"csrf": []}
        return [asked, {"key": []}] if self._keys else [asked]


def only(*roles: Role, keys: bool = False) -> Depends:
    """Return what a route declares that is open to these roles; with `keys`, to programs too."""
    return declared(_Only(frozenset(roles), keys=keys))


PUBLIC = declared(_Public())
LIVE = only(*Role, keys=True)  # what a screen on a wall shows
EVERY_ROLE = only(*Role)
_PEOPLE = frozenset(Role) - {Role.DISPLAY}
EVERYBODY = only(*_PEOPLE)
READERS = only(Role.OFFICE, Role.LEADER, Role.AUDITOR)  # persons by reference
PROGRAMS = only(*_PEOPLE, keys=True)
_NAMES = frozenset({Role.OFFICE, Role.LEADER})  # persons by name
ACTORS = only(*_NAMES)


def sees_names() -> bool:
    """Whether whoever acts now is told persons' names."""
    return acting().role in _NAMES


class Reader:
    """Who reads a page: what its template shows of them, and offers them."""

    def __init__(self, routes: Callable[[], list[Granted]]) -> None:
        self._routes = routes

    def __call__(self) -> dict[str, Any]:
        """Return it by the names that templates use."""
        name = acting().name
        who = Markup(' value="{}" readonly').format(name) if name else Markup()
        return {"session": acting(), "who": who, "may": self.may}

    def may(self, path: str, method: str = "GET") -> bool:
        """Whether they may open this page, or do this. Raises LookupError for no route of ours."""
        for one in self._routes():
            if one.fits(method, path):
                session = CURRENT.get()
                if isinstance(one.grant, _Only):
                    return session is not None and one.grant.holds(session)
                return True
        raise LookupError(f"expected a route, got {method} {path}")
