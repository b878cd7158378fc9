"""What signing on needs (值守登录), for whichever route asks who it is, and who may."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from gate_agent.contract.access_records import (
    GuardRole,
    ShiftChange,
    ShiftChanged,
    StaffChange,
    StaffChanged,
)
from gate_agent.contract.frozen import FrozenModel
from gate_agent.errors import ConfigurationError, StorageError
from gate_agent.gate.errors import Invalid, JournalUnavailable
from gate_agent.gate.ports import AccessDesk
from gate_agent.host.clock import Clock
from gate_agent.host.passwords import fits
from gate_agent.host.supervision import unwatched
from gate_agent.host.trouble import Trouble
from gate_agent.http.tries import Tries
from gate_agent.store.staff import Account, StaffBook, one_time_code
from gate_agent.web.auth import Sessions
from gate_agent.words import both

_LAPSE_EVERY_S = 1.0
_FREE, _LONGEST_WAIT_S = 3, 60.0  # wrong PINs in a row; how long the next one waits at most
_LOG = logging.getLogger(__name__)
Code = Annotated[str, Path(pattern="^[gsm][0-9]{2,4}$")]
Pin = Annotated[str, Field(min_length=6, max_length=12, pattern="^[0-9]+$")]
Name = Annotated[str, Field(min_length=1, max_length=20)]


class Body(FrozenModel):
    """Base of the bodies of these requests; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Body):
    """An empty body, for a request that needs none."""


class ListedGuard(BaseModel):
    """One who may sign on."""

    code: str
    name: str
    role: GuardRole


@dataclass(slots=True)
class SignOn:
    """All that signing on needs; `secure` where the screen is served over TLS."""

    book: StaffBook
    clock: Clock
    desk: AccessDesk
    secure: bool = False
    setup_code: str | None = None
    sessions: Sessions = field(init=False)
    tries: Tries = field(init=False)
    turned: Callable[[], None] = field(default=unwatched, init=False)
    _unrecorded: Trouble = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nobody signed on."""
        self.sessions = Sessions(self.book, self.clock)
        self.tries = Tries(self.clock, free=_FREE, longest_s=_LONGEST_WAIT_S)
        self._unrecorded = Trouble(_LOG, "a shift's end is recorded again")
        if not self.book.accounts():
            self.setup_code = one_time_code()
            _LOG.warning(
                "%s: %s %s",
                both("terminal.no_accounts"),
                both("terminal.one_time_code"),
                self.setup_code,
            )

    async def run(self) -> None:
        """Sign off whose time is over, until cancelled."""
        while True:
            await asyncio.sleep(_LAPSE_EVERY_S)
            self.turned()
            for session, revoked in self.sessions.lapsed():
                change = ShiftChange.REVOKED if revoked else ShiftChange.EXPIRED
                try:
                    await self.shift(change, session.account)
                except JournalUnavailable as exc:
                    self._unrecorded.met("a shift's end is not recorded: %s", exc)
                else:
                    self._unrecorded.well()

    async def shift(self, change: ShiftChange, account: Account) -> None:
        """Record who came or went."""
        changed = ShiftChanged(
            change=change, by=account.code, role=account.role, on_duty=self.sessions.codes()
        )
        await self.desk.record(changed)

    def verified(self, account: Account | None, pin: str) -> Account | None:
        """Return the account if this is its PIN; it costs time and memory."""
        return account if fits(None if account is None else account.pin_hash, pin) else None


class EasyPin(Invalid):
    """A PIN that is among the first anybody tries."""

    code = "easy_pin"


async def add_account(sign_on: SignOn, name: str, role: GuardRole, pin: str) -> Account:
    """Add an account. Raises Invalid, JournalUnavailable."""
    return await guarded(lambda: sign_on.book.add(name=name, role=role, pin=pin))


async def guarded(call: Callable[[], Account]) -> Account:
    """Run a slow call in a thread; turn its refusal into an answer."""
    try:
        return await asyncio.to_thread(call)
    except ConfigurationError as exc:
        expected, _, got = exc.faults[0].partition(", got ")
        refusal = EasyPin if expected.startswith("pin: ") else Invalid
        raise refusal(expected=expected.partition("expected ")[2], got=got) from None
    except (StorageError, OSError):
        raise JournalUnavailable(expected="accounts that can be written", got="none") from None


async def record_change(sign_on: SignOn, change: StaffChange, account: Account, *, by: str) -> None:
    """Record what was changed about an account, and by whom."""
    record = StaffChanged(change=change, code=account.code, role=account.role, by=by)
    await sign_on.desk.record(record)


def person_of(account: Account) -> ListedGuard:
    """Return what a screen shows of an account."""
    return ListedGuard(code=account.code, name=account.name, role=account.role)
