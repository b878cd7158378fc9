"""Signing on and off (上岗、离岗), and the one-time code of a new door."""

from __future__ import annotations

import hmac
import logging
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from gate_agent.contract.access_records import GuardRole, ShiftChange, StaffChange
from gate_agent.errors import StorageError
from gate_agent.gate.errors import Invalid, JournalUnavailable
from gate_agent.http.answers import refusal
from gate_agent.http.grants import Routes
from gate_agent.http.tries import remember, try_of
from gate_agent.store.staff import Account, StaffBook
from gate_agent.web.answers import REFUSALS
from gate_agent.web.auth import COOKIE, GuardSession
from gate_agent.web.bodies import Accepted
from gate_agent.web.grants import PUBLIC, SIGNED_ON, session_of
from gate_agent.web.signon import (
    Body,
    ListedGuard,
    Name,
    Nothing,
    Pin,
    SignOn,
    add_account,
    person_of,
    record_change,
)

_PATH = "/api/v1/session"
_LOG = logging.getLogger(__name__)


class SignOnRequest(Body):
    """Somebody signs on (上岗)."""

    code: str = Field(pattern="^[gsm][0-9]{2,4}$")
    pin: Pin


class SetupRequest(Body):
    """The first account of a door, with the code that the daemon said at its start."""

    one_time_code: str = Field(pattern="^[0-9]{8}$")
    name: Name
    pin: Pin


class SignedOn(ListedGuard):
    """Who is signed on at this browser; `csrf` goes into the header X-Gate-CSRF."""

    csrf: str
    left_s: float


class SessionView(BaseModel):
    """Whether somebody must sign on here, who may, and who is."""

    sign_on: bool
    setup: bool = False
    people: tuple[ListedGuard, ...] = ()
    signed_on: SignedOn | None = None


def session_routes(sign_on: SignOn | None) -> APIRouter:
    """Return the routes; without sign-on, the one that says so."""
    router = Routes(prefix="/api/v1", tags=["people"], responses=REFUSALS)

    @router.get("/session", dependencies=[PUBLIC])
    async def session(request: Request) -> SessionView:
        """Return whether somebody must sign on here, who may, and who is."""
        if sign_on is None:
            return SessionView(sign_on=False)
        people = _people(sign_on.book)
        return SessionView(
            sign_on=True,
            setup=sign_on.setup_code is not None and not people,
            people=people,
            signed_on=_signed_on(sign_on, session_of(request)),
        )

    if sign_on is not None:
        _about_sessions(router, sign_on)
    return router


def _about_sessions(router: APIRouter, sign_on: SignOn) -> None:
    @router.post("/session", dependencies=[PUBLIC], response_model=SignedOn)
    async def begin(request: Request, body: SignOnRequest) -> Response:
        """Sign on (上岗): a new session, its token in a cookie that no script reads."""
        known = _active(sign_on.book, body.code)
        one = try_of(request, body.code, None if known is None else known.pin_hash)
        account = await sign_on.tries.check(one, lambda: sign_on.verified(known, body.pin))
        if account is None:
            _LOG.warning("sign-on refused for %s", body.code)
            return refusal(
                HTTPStatus.UNAUTHORIZED, code="pin", expected="a code and its PIN", got="another"
            )
        before = session_of(request)
        if before is not None:
            sign_on.sessions.end(before)
        token, begun = sign_on.sessions.begin(account)
        try:
            await sign_on.shift(ShiftChange.STARTED, account)
        except JournalUnavailable:
            _LOG.warning("a shift's start is not recorded: the journal cannot write")
        answer = _signed_on(sign_on, begun)
        response = JSONResponse(None if answer is None else answer.model_dump(mode="json"))
        _set_cookie(response, token, secure=sign_on.secure)
        if not one.browser:
            remember(response, account.code, account.pin_hash, path=_PATH, secure=sign_on.secure)
        return response

    @router.post("/session/end", dependencies=[SIGNED_ON], response_model=Accepted)
    async def end(request: Request, body: Nothing) -> Response:
        """Sign off (离岗): at the server, and in the browser."""
        assert body is not None  # noqa: S101 an empty object, for one shape of every request
        session = session_of(request)
        if session is not None:
            sign_on.sessions.end(session)
            await sign_on.shift(ShiftChange.ENDED, session.account)
        response = JSONResponse({"sequence": 0})
        _set_cookie(response, "", secure=sign_on.secure)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'  # the browser stays a known one
        return response

    @router.post("/setup", dependencies=[PUBLIC])
    async def setup(request: Request, body: SetupRequest) -> ListedGuard:
        """Make the first account, a supervisor's, with the daemon's one-time code."""
        expected = sign_on.setup_code
        if expected is None or sign_on.book.accounts():
            raise Invalid(expected="a door without accounts", got="one that has some")
        right = hmac.compare_digest(body.one_time_code, expected)
        if not await sign_on.tries.check(try_of(request, "setup", None), lambda: right or None):
            raise Invalid(expected="the one-time code of the daemon's log", got="another")
        account = await add_account(sign_on, body.name, GuardRole.SUPERVISOR, body.pin)
        sign_on.setup_code = None
        await record_change(sign_on, StaffChange.ADDED, account, by="setup")
        return person_of(account)


def _active(book: StaffBook, code: str) -> Account | None:
    try:
        return book.active(code)
    except StorageError:
        raise JournalUnavailable(expected="accounts that can be read", got="none") from None


def _people(book: StaffBook) -> tuple[ListedGuard, ...]:
    try:
        return tuple(person_of(account) for account in book.accounts() if not account.disabled)
    except StorageError as exc:
        _LOG.warning("nobody can sign on: %s", exc)
        return ()


def _signed_on(sign_on: SignOn, session: GuardSession | None) -> SignedOn | None:
    if session is None:
        return None
    account = session.account
    return SignedOn(
        code=account.code,
        name=account.name,
        role=account.role,
        csrf=session.csrf,
        left_s=sign_on.sessions.left_s(session),
    )


def _set_cookie(response: Response, token: str, *, secure: bool) -> None:
    name = f"__Host-{COOKIE}" if secure else COOKIE
    response.set_cookie(
        name,
        token,
        max_age=None if token else 0,
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )
