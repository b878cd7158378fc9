"""The accounts of this door (值守人员账号): a list, a new one, another PIN, and an end."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request

from gate_agent.contract.access_records import GuardRole, StaffChange
from gate_agent.errors import StorageError
from gate_agent.gate.errors import Invalid, JournalUnavailable
from gate_agent.http.grants import Routes
from gate_agent.store.staff import Account, StaffBook
from gate_agent.web.answers import REFUSALS
from gate_agent.web.auth import GuardSession
from gate_agent.web.grants import Closed, acting, only
from gate_agent.web.signon import (
    Body,
    Code,
    ListedGuard,
    Name,
    Nothing,
    Pin,
    SignOn,
    add_account,
    guarded,
    person_of,
    record_change,
)

_OFFICE = only(GuardRole.SUPERVISOR, GuardRole.MAINTAINER)


class StaffRequest(Body):
    """A new account."""

    name: Name
    role: GuardRole
    pin: Pin


class PinRequest(Body):
    """Another PIN for an account."""

    pin: Pin


class StaffView(ListedGuard):
    """An account, as those see it who may change it."""

    disabled: bool


def staff_routes(sign_on: SignOn) -> APIRouter:
    """Return the routes."""
    router = Routes(prefix="/api/v1", tags=["people"], responses=REFUSALS)

    @router.get("/staff", dependencies=[_OFFICE])
    async def staff() -> list[StaffView]:
        """Return every account, also those that sign on no more."""
        return [_view(account) for account in _all(sign_on.book)]

    @router.post("/staff", dependencies=[_OFFICE])
    async def add(request: Request, body: StaffRequest) -> ListedGuard:
        """Add an account; a supervisor adds guards and supervisors."""
        by = acting(request)
        _may_change(by, body.role)
        account = await add_account(sign_on, body.name, body.role, body.pin)
        await record_change(sign_on, StaffChange.ADDED, account, by=by.account.code)
        return person_of(account)

    @router.post("/staff/{code}/disable", dependencies=[_OFFICE])
    async def disable(request: Request, code: Code, body: Nothing) -> ListedGuard:
        """Let an account sign on no more, never one's own; its sessions end at once."""
        assert body is not None  # noqa: S101 an empty object, for one shape of every request
        by = acting(request)
        _may_change(by, _known(sign_on.book, code).role)
        if code == by.account.code:
            raise _Own(expected="somebody else's account", got="one's own")
        account = await guarded(lambda: sign_on.book.disable(code))
        await record_change(sign_on, StaffChange.DISABLED, account, by=by.account.code)
        return person_of(account)

    @router.post("/staff/{code}/pin", dependencies=[_OFFICE])
    async def pin(request: Request, code: Code, body: PinRequest) -> ListedGuard:
        """Give an account another PIN; its sessions end at once."""
        by = acting(request)
        _may_change(by, _known(sign_on.book, code).role)
        account = await guarded(lambda: sign_on.book.set_pin(code, body.pin))
        await record_change(sign_on, StaffChange.PIN, account, by=by.account.code)
        return person_of(account)

    return router


def _may_change(by: GuardSession, role: GuardRole) -> None:
    if role is GuardRole.MAINTAINER and by.account.role is not GuardRole.MAINTAINER:
        raise Closed(HTTPStatus.FORBIDDEN, "role", expected="a maintainer", got="another")


def _known(book: StaffBook, code: str) -> Account:
    match = next((account for account in _all(book) if account.code == code), None)
    if match is None:
        raise Invalid(expected="a code of the list", got="another")
    return match


def _all(book: StaffBook) -> tuple[Account, ...]:
    try:
        return book.accounts()
    except StorageError:
        raise JournalUnavailable(expected="accounts that can be read", got="none") from None


class _Own(Invalid):
    code = "own"


def _view(account: Account) -> StaffView:
    return StaffView(**person_of(account).model_dump(), disabled=account.disabled)
