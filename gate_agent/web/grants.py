"""What a route of the door declares: whoever asks, who stands at the board, who is signed on.

Whoever is signed on acts in their own name: it is written into the request here, so that a page
cannot act in another's. One thing needs nobody: acknowledging an alarm. "Emergency actions should
not be impeded" (IEC 62443-4-2, CR 1.1).
"""

from __future__ import annotations

import hmac
import json
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.params import Depends
from starlette.datastructures import Headers
from starlette.types import Receive, Scope

from gate_agent.contract.access_records import GuardRole
from gate_agent.contract.json_text import ForeignJsonError, read_json
from gate_agent.gate.errors import RequestRefused
from gate_agent.http.bodies import replay, whole
from gate_agent.http.grants import NO, READING, YES, Grant, Security, declared
from gate_agent.web.auth import COOKIE, GuardSession

CSRF_HEADER = "x-gate-csrf"
UNSIGNED = "unsigned"  # who acknowledged an alarm when nobody was signed on
ANYWHERE, AT_BOARD = "anywhere", "at the board"
CALLERS = {  # with the keys of what they are called
    ANYWHERE: "caller.in_hall",
    AT_BOARD: "caller.at_board",
    GuardRole.GUARD: "guard_role.guard",
    GuardRole.SUPERVISOR: "guard_role.supervisor",
    GuardRole.MAINTAINER: "guard_role.maintainer",
}
SCHEMES: dict[str, Any] = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "of somebody who is signed on; at the board itself what is masked is read "
        "without it, and an alarm is acknowledged without it",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Gate-CSRF",
        "description": "this session's token, as /api/v1/session tells it",
    },
}


class Closed(RequestRefused):
    """The route is not open to who asks."""

    def __init__(self, status: int, code: str, *, expected: str, got: str) -> None:
        super().__init__(expected=expected, got=got)
        self.status = status
        self.code = code


class _Public(Grant):
    async def enter(self, scope: Scope, receive: Receive) -> Receive:  # noqa: ARG002 whoever it is
        """Let everybody in."""
        return receive

    def admits(self, caller: str) -> str:  # noqa: ARG002 as above
        """Say yes."""
        return YES


class _AtBoard(Grant):
    """What is masked: read at the board by whoever stands there, elsewhere by who is signed on."""

    async def enter(self, scope: Scope, receive: Receive) -> Receive:
        """Let in who is signed on, or at this machine. Raises Closed."""
        if not is_at_board(scope):
            _signed_on(scope)
        return receive

    def admits(self, caller: str) -> str:
        """Say no to a stranger on the hall's network alone."""
        return NO if caller == ANYWHERE else YES

    def security(self, method: str) -> Security:  # noqa: ARG002 it only reads
        """Ask for a session, or for none at the board."""
        return [{"session": []}, {}]


class _SignedOn(Grant):
    def __init__(self, roles: frozenset[GuardRole], *, names: bool, acknowledges: bool) -> None:
        self._roles = roles
        self._names = names
        self._acknowledges = acknowledges

    async def enter(self, scope: Scope, receive: Receive) -> Receive:
        """Let in who may, and write their name into what they ask. Raises Closed."""
        if not _asks_who(scope):
            return receive
        if scope["method"] in READING:
            self._check(_signed_on(scope))
            return receive
        body = await whole(receive)
        if self._acknowledges and session_in(scope) is None and _is_acknowledgement(body):
            by = UNSIGNED
        else:
            session = _signed_on(scope)
            self._check(session)
            sent = Headers(scope=scope).get(CSRF_HEADER, "")
            if not hmac.compare_digest(sent.encode(), session.csrf.encode()):
                raise Closed(
                    HTTPStatus.FORBIDDEN, "csrf", expected="this session's token", got="none"
                )
            by = session.account.code
        stamped = _in_the_name_of(by, body, always=self._names)
        return replay(stamped, receive)

    def _check(self, session: GuardSession) -> None:
        if session.account.role not in self._roles:
            expected = f"a {' or '.join(sorted(self._roles))}"
            raise Closed(HTTPStatus.FORBIDDEN, "role", expected=expected, got="another")

    def admits(self, caller: str) -> str:
        """Say whether this kind of caller may."""
        if caller in (ANYWHERE, AT_BOARD):
            return "`acknowledged`" if self._acknowledges else NO
        return YES if caller in self._roles else NO

    def security(self, method: str) -> Security:
        """Ask for a session, and for its token if anything changes."""
        asked: dict[str, list[str]] = {"session": []}
        if method not in READING:
            asked["csrf"] = []
        return [asked, {}] if self._acknowledges else [asked]


def only(*roles: GuardRole) -> Depends:
    """Return what a route declares that is open to these roles."""
    return declared(_SignedOn(frozenset(roles), names=False, acknowledges=False))


PUBLIC = declared(_Public())
AT_THE_BOARD = declared(_AtBoard())
SIGNED_ON = only(*GuardRole)
NAMED = declared(
    _SignedOn(frozenset(GuardRole), names=True, acknowledges=False)
)  # `by` is written in
ALARM = declared(_SignedOn(frozenset(GuardRole), names=False, acknowledges=True))


def is_at_board(scope: Scope) -> bool:
    """Whether a request may read what is masked: from this machine, or of who is signed on."""
    client = scope.get("client")
    here = client is not None and client[0] in ("127.0.0.1", "::1")
    return here or not _asks_who(scope) or session_in(scope) is not None


def session_in(scope: Scope) -> GuardSession | None:
    """Return who is signed on where a request comes from."""
    session = scope.get("state", {}).get("session")
    return session if isinstance(session, GuardSession) else None


def session_of(request: Request) -> GuardSession | None:
    """Return who is signed on where a request comes from."""
    return session_in(request.scope)


def acting(request: Request) -> GuardSession:
    """Return who acts. Raises Closed when nobody is signed on."""
    return _signed_on(request.scope)


def _asks_who(scope: Scope) -> bool:
    """Whether somebody must sign on at this door; yes, unless the middleware says no."""
    return bool(scope.get("state", {}).get("sign_on", True))


def _signed_on(scope: Scope) -> GuardSession:
    session = session_in(scope)
    if session is None:
        raise Closed(
            HTTPStatus.UNAUTHORIZED, "sign_on", expected="somebody signed on", got="nobody"
        )
    return session


def _is_acknowledgement(body: bytes) -> bool:
    tree = _read(body)
    return tree is not None and tree.get("step") == "acknowledged"


def _in_the_name_of(by: str, body: bytes, *, always: bool) -> bytes:
    """Return a JSON body whose `by`, where there may be one, is the code of who is signed on."""
    tree = _read(body or b"{}")
    if tree is None or not (always or "by" in tree):
        return body
    return json.dumps({**tree, "by": by}).encode()


def _read(body: bytes) -> dict[str, Any] | None:
    """Return a JSON object; None for anything else, which the route refuses."""
    try:
        tree = read_json(body)
    except ForeignJsonError:
        return None
    return tree if isinstance(tree, dict) else None
