"""Signing on and off, the one-time code of a new door, accounts, and looking at a masked field."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from gate_agent.clock import Clock
from gate_agent.domain.access_records import (
    Role,
    ShiftChange,
    ShiftChanged,
    StaffChange,
    StaffChanged,
)
from gate_agent.errors import ConfigurationError, StorageError
from gate_agent.gate.desk import AccessDesk
from gate_agent.gate.errors import Invalid, JournalUnavailable
from gate_agent.store.staff import Account, StaffBook, matches, one_time_code
from gate_agent.web.answers import REFUSALS, answer
from gate_agent.web.auth import COOKIE, Guesses, Session, Sessions, may
from gate_agent.web.bodies import Accepted, Note

_LAPSE_EVERY_S = 1.0
_MOST_AT_ONCE = 4  # PINs that wait to be checked
_LOG = logging.getLogger(__name__)
_Code = Annotated[str, Path(pattern="^[gsm][0-9]{2,4}$")]
_Id = Annotated[str, Path(min_length=1, max_length=80, pattern="^[0-9A-Za-z-]+$")]
Pin = Annotated[str, Field(min_length=6, max_length=12, pattern="^[0-9]+$")]
Name = Annotated[str, Field(min_length=1, max_length=20)]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SignOnRequest(_Body):
    """Somebody signs on (上岗)."""

    code: str = Field(pattern="^[gsm][0-9]{2,4}$")
    pin: Pin


class SetupRequest(_Body):
    """The first account of a door, with the code that the daemon said at its start."""

    one_time_code: str = Field(pattern="^[0-9]{8}$")
    name: Name
    pin: Pin


class StaffRequest(_Body):
    """A new account."""

    name: Name
    role: Role
    pin: Pin


class PinRequest(_Body):
    """Another PIN for an account."""

    pin: Pin


class RevealRequest(_Body):
    """Why somebody must see what is masked."""

    reason: Note


class Nothing(_Body):
    """Nothing to say."""


class Person(BaseModel):
    """One who may sign on."""

    code: str
    name: str
    role: Role


class SignedOn(Person):
    """Who is signed on at this browser; `csrf` goes into the header X-Gate-CSRF."""

    csrf: str
    left_s: float


class SessionView(BaseModel):
    """Whether somebody must sign on here, who may, and who is."""

    sign_on: bool
    setup: bool = False
    people: tuple[Person, ...] = ()
    signed_on: SignedOn | None = None


class RevealedView(BaseModel):
    """A person, unmasked."""

    name: str
    number: str
    phone: str | None


@dataclass(slots=True)
class SignOn:
    """All that signing on needs; `secure` where the screen is served over TLS."""

    book: StaffBook
    clock: Clock
    desk: AccessDesk
    secure: bool = False
    setup_code: str | None = None
    sessions: Sessions = field(init=False)
    guesses: Guesses = field(init=False)
    checking: asyncio.Semaphore = field(init=False)
    waiting: int = 0

    def __post_init__(self) -> None:
        """Begin with nobody signed on."""
        self.sessions = Sessions(self.book, self.clock)
        self.guesses = Guesses(self.clock)
        self.checking = asyncio.Semaphore(1)
        if not self.book.accounts():
            self.setup_code = one_time_code()
            _LOG.warning("no account yet 尚无账号: one-time code 一次性代码 %s", self.setup_code)

    async def run(self) -> None:
        """Sign off whose time is over, until cancelled."""
        while True:
            await asyncio.sleep(_LAPSE_EVERY_S)
            for session, revoked in self.sessions.lapsed():
                change = ShiftChange.REVOKED if revoked else ShiftChange.EXPIRED
                try:
                    await self.shift(change, session.account)
                except JournalUnavailable as exc:
                    _LOG.warning("a shift's end is not recorded: %s", exc)

    async def shift(self, change: ShiftChange, account: Account) -> None:
        """Record who came or went."""
        changed = ShiftChanged(
            change=change, by=account.code, role=account.role, on_duty=self.sessions.codes()
        )
        await self.desk.record(changed)

    async def check(self, code: str, pin: str) -> Account | None:
        """Return the account if this is its PIN: one at a time, in a thread, it costs memory."""
        account = self.book.active(code)
        self.waiting += 1
        try:
            async with self.checking:
                good = await asyncio.to_thread(matches, account, pin)
        finally:
            self.waiting -= 1
        return account if good else None


def session_routes(sign_on: SignOn | None) -> APIRouter:
    """Return the routes; without sign-on, the one that says so."""
    router = APIRouter(prefix="/api/v1", tags=["people"], responses=REFUSALS)

    @router.get("/session")
    async def session(request: Request) -> SessionView:
        """Return whether somebody must sign on here, who may, and who is."""
        if sign_on is None:
            return SessionView(sign_on=False)
        people = _people(sign_on.book)
        return SessionView(
            sign_on=True,
            setup=sign_on.setup_code is not None and not people,
            people=people,
            signed_on=_signed_on(sign_on, _of(request)),
        )

    if sign_on is not None:
        _about_sessions(router, sign_on)
        _about_staff(router, sign_on)
    return router


def _about_sessions(router: APIRouter, sign_on: SignOn) -> None:
    @router.post("/session", response_model=SignedOn)
    async def begin(request: Request, body: SignOnRequest) -> Response:
        """Sign on (上岗): a new session, its token in a cookie that no script reads."""
        wait_s = sign_on.guesses.wait_s(body.code)
        if wait_s > 0 or sign_on.waiting >= _MOST_AT_ONCE:
            refusal = answer(
                HTTPStatus.TOO_MANY_REQUESTS, code="wait", expected="a later try", got="one now"
            )
            refusal.headers["Retry-After"] = str(max(1, round(wait_s)))
            return refusal
        account = await sign_on.check(body.code, body.pin)
        if account is None:
            count = sign_on.guesses.wrong(body.code)
            _LOG.warning("sign-on refused for %s, %d in a row", body.code, count)
            return answer(
                HTTPStatus.UNAUTHORIZED, code="pin", expected="a code and its PIN", got="another"
            )
        sign_on.guesses.right(body.code)
        before = _of(request)
        if before is not None:
            sign_on.sessions.end(before)
        token, begun = sign_on.sessions.begin(account)
        try:
            await sign_on.shift(ShiftChange.STARTED, account)
        except JournalUnavailable:
            _LOG.warning("a shift's start is not recorded: the journal cannot write")
        told = _signed_on(sign_on, begun)
        response = JSONResponse(None if told is None else told.model_dump(mode="json"))
        _set_cookie(response, token, secure=sign_on.secure)
        return response

    @router.post("/session/end", response_model=Accepted)
    async def end(request: Request, body: Nothing) -> Response:
        """Sign off (下岗): at the server, and in the browser."""
        assert body is not None  # noqa: S101 an empty object, for one shape of every request
        session = _of(request)
        if session is not None:
            sign_on.sessions.end(session)
            await sign_on.shift(ShiftChange.ENDED, session.account)
        response = JSONResponse({"sequence": 0})
        _set_cookie(response, "", secure=sign_on.secure)
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        return response

    @router.post("/setup")
    async def setup(body: SetupRequest) -> Person:
        """Make the first account, a supervisor's, with the daemon's one-time code."""
        wait_s = sign_on.guesses.wait_s("setup")
        expected = sign_on.setup_code
        if expected is None or sign_on.book.accounts():
            raise Invalid(expected="a door without accounts", got="one that has some")
        if wait_s > 0 or not hmac.compare_digest(body.one_time_code, expected):
            if wait_s <= 0:
                sign_on.guesses.wrong("setup")
            raise Invalid(expected="the one-time code of the daemon's log", got="another")
        account = await _add(sign_on, body.name, Role.SUPERVISOR, body.pin)
        sign_on.setup_code = None
        await _changed(sign_on, StaffChange.ADDED, account, by="setup")
        return _person(account)


def _about_staff(router: APIRouter, sign_on: SignOn) -> None:
    @router.get("/staff")
    async def staff(request: Request) -> list[Person]:
        """Return everybody who may sign on."""
        _allowed(request, Role.SUPERVISOR, Role.MAINTAINER)
        return list(_people(sign_on.book))

    @router.post("/staff")
    async def add(request: Request, body: StaffRequest) -> Person:
        """Add an account; a supervisor adds guards and supervisors."""
        by = _allowed(request, Role.SUPERVISOR, Role.MAINTAINER)
        _may_change(by, body.role)
        account = await _add(sign_on, body.name, body.role, body.pin)
        await _changed(sign_on, StaffChange.ADDED, account, by=by.account.code)
        return _person(account)

    @router.post("/staff/{code}/disable")
    async def disable(request: Request, code: _Code, body: Nothing) -> Person:
        """Let an account sign on no more; its sessions end at once."""
        assert body is not None  # noqa: S101 as above
        by = _allowed(request, Role.SUPERVISOR, Role.MAINTAINER)
        _may_change(by, _known(sign_on.book, code).role)
        account = sign_on.book.disable(code)
        await _changed(sign_on, StaffChange.DISABLED, account, by=by.account.code)
        return _person(account)

    @router.post("/staff/{code}/pin")
    async def pin(request: Request, code: _Code, body: PinRequest) -> Person:
        """Give an account another PIN; its sessions end at once."""
        by = _allowed(request, Role.SUPERVISOR, Role.MAINTAINER)
        _may_change(by, _known(sign_on.book, code).role)
        account = await _guarded(lambda: sign_on.book.set_pin(code, body.pin))
        await _changed(sign_on, StaffChange.PIN, account, by=by.account.code)
        return _person(account)

    @router.post("/passages/{passage_id}/reveal")
    async def reveal(request: Request, passage_id: _Id, body: RevealRequest) -> RevealedView:
        """Show who passed (查看): a supervisor's, with a reason, and recorded before it is told."""
        by = _allowed(request, Role.SUPERVISOR).account
        found = await sign_on.desk.reveal(passage_id, by=by.code, role=by.role, reason=body.reason)
        return RevealedView(name=found.name, number=found.number, phone=found.phone)

    @router.post(
        "/holds/{hold_id}/picture",
        response_class=Response,
        responses={200: {"content": {"image/jpeg": {}}}},
    )
    async def picture(request: Request, hold_id: _Id, body: RevealRequest) -> Response:
        """Show the picture of a hold (抓拍): as above."""
        by = _allowed(request, Role.SUPERVISOR).account
        jpeg = await sign_on.desk.picture(hold_id, by=by.code, role=by.role, reason=body.reason)
        return Response(jpeg, media_type="image/jpeg")


class _Forbidden(Invalid):
    status = HTTPStatus.FORBIDDEN
    code = "role"


def _allowed(request: Request, *roles: Role) -> Session:
    session = _of(request)
    if session is None or not may(session, *roles):
        names = " or ".join(roles)
        raise _Forbidden(expected=f"a {names}", got="another")
    return session


def _may_change(by: Session, role: Role) -> None:
    if role is Role.MAINTAINER and by.account.role is not Role.MAINTAINER:
        raise _Forbidden(expected="a maintainer", got="another")


def _known(book: StaffBook, code: str) -> Account:
    found = next((account for account in book.accounts() if account.code == code), None)
    if found is None:
        raise Invalid(expected="a code of the list", got="another")
    return found


async def _add(sign_on: SignOn, name: str, role: Role, pin: str) -> Account:
    return await _guarded(lambda: sign_on.book.add(name=name, role=role, pin=pin))


async def _guarded(call: Callable[[], Account]) -> Account:
    """Do what costs time in a thread; what is refused becomes an answer."""
    try:
        return await asyncio.to_thread(call)
    except ConfigurationError as exc:
        expected, _, got = exc.faults[0].partition(", got ")
        raise Invalid(expected=expected.partition("expected ")[2], got=got) from None
    except (StorageError, OSError):
        raise JournalUnavailable(expected="accounts that can be written", got="none") from None


async def _changed(sign_on: SignOn, change: StaffChange, account: Account, *, by: str) -> None:
    record = StaffChanged(change=change, code=account.code, role=account.role, by=by)
    await sign_on.desk.record(record)


def _of(request: Request) -> Session | None:
    found = request.scope.get("state", {}).get("session")
    return found if isinstance(found, Session) else None


def _people(book: StaffBook) -> tuple[Person, ...]:
    try:
        return tuple(_person(account) for account in book.accounts() if not account.disabled)
    except StorageError as exc:
        _LOG.warning("nobody can sign on: %s", exc)
        return ()


def _person(account: Account) -> Person:
    return Person(code=account.code, name=account.name, role=account.role)


def _signed_on(sign_on: SignOn, session: Session | None) -> SignedOn | None:
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
