"""What visitors type themselves (自助填写): a token for whoever registers now, and what came by it.

The token stands on the visitors' display, for one passage, one entry and two minutes. Who has it
writes, and reads nothing. What was typed stays in memory, until the guard confirms it (then it is
sealed as any registration), takes it back, or the person is gone; two minutes at most.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from gate_agent.contract.identity import mask_phone
from gate_agent.contract.moment import Moment
from gate_agent.contract.policy import PhoneRule, Policy
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain.effects import StepRefused
from gate_agent.domain.registration import checked
from gate_agent.gate.errors import Invalid, NotFound, OutOfTurn, refused
from gate_agent.gate.screen_state import EnteredView, PassageView, Phase, ScreenState

GOOD_FOR_S = 120
_SHOWN_FOR_S = 60  # then another stands there: who scans one has a minute at least
_MOST = 16  # tokens that are good at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A token for one passage; `number` tells a display that it is another one."""

    passage_id: str
    number: int
    token: str
    shown_until_ns: int
    good_until_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entered:
    details: RegistrationDetails
    until_ns: int


class EntryBook:
    """The tokens of one door, in memory; used in its event loop only."""

    def __init__(self, now: Callable[[], Moment]) -> None:
        self._now = now
        self._tickets: OrderedDict[bytes, Ticket] = OrderedDict()  # by the digest of the token
        self._shown: Ticket | None = None
        self._entered: dict[str, _Entered] = {}
        self._numbers = 0

    def ticket(self, shown: ScreenState) -> Ticket | None:
        """Return the token for who registers first and typed nothing yet; None where nobody."""
        waiting = self._look(shown)
        if not waiting:
            self._shown = None
        elif (
            self._shown is None
            or self._shown.passage_id not in waiting
            or self._shown.shown_until_ns <= self._now().boot_ns
            or _digest(self._shown.token) not in self._tickets
        ):
            self._shown = self._new(waiting[0])
        return self._shown

    def take(
        self, token: str, typed: RegistrationDetails, shown: ScreenState, policy: Policy
    ) -> None:
        """Keep what was typed for the guard, and spend the token.

        Raises NotFound for a token that is none, or spent; Invalid for what cannot be registered,
        which spends nothing.
        """
        waiting = self._look(shown)
        ticket = self._tickets.get(_digest(token))
        if ticket is None or ticket.passage_id not in waiting:
            raise NotFound(expected="a code that stands on the display", got="another")
        if typed.phone is None and policy.registration.phone is PhoneRule.REQUIRED:
            raise Invalid(expected="a mobile number", got="none")
        now = self._now()
        try:
            details = checked(typed, policy, now.utc.date())
        except StepRefused as answer:
            raise refused(answer) from None
        self._forget(ticket.passage_id)
        until_ns = now.plus_s(GOOD_FOR_S)
        self._entered[ticket.passage_id] = _Entered(details=details, until_ns=until_ns)

    def details(self, passage_id: str, shown: ScreenState) -> RegistrationDetails:
        """Return what was typed for this passage. Raises OutOfTurn where nothing stands."""
        self._look(shown)
        entered = self._entered.get(passage_id)
        if entered is None:
            raise OutOfTurn(expected="what the visitor typed", got="nothing")
        return entered.details

    def drop(self, passage_id: str) -> None:
        """Forget what was typed for this passage: it was taken over, or is another's."""
        self._entered.pop(passage_id, None)

    def seen(self, shown: ScreenState) -> ScreenState:
        """Return the state with what visitors typed, masked."""
        self._look(shown)
        if not self._entered:
            return shown
        passage = None if shown.passage is None else self._with(shown.passage)
        desk = tuple(map(self._with, shown.desk))
        return shown.model_copy(update={"passage": passage, "desk": desk})

    def _with(self, passage: PassageView) -> PassageView:
        entered = self._entered.get(passage.passage_id)
        if entered is None:
            return passage
        phone = entered.details.phone
        view = EnteredView(
            phone=None if phone is None else mask_phone(phone.reveal()),
            purpose=entered.details.purpose,
        )
        return passage.model_copy(update={"entered": view})

    def _look(self, shown: ScreenState) -> Sequence[str]:
        """Forget what is over; return who registers and typed nothing, in the order of coming."""
        now_ns = self._now().boot_ns
        registering = [
            place.passage_id
            for place in (*shown.desk, shown.passage)
            if place is not None and place.phase is Phase.REGISTERING and place.decision is None
        ]
        self._entered = {
            passage_id: entered
            for passage_id, entered in self._entered.items()
            if passage_id in registering and entered.until_ns > now_ns
        }
        for digest, ticket in list(self._tickets.items()):
            if ticket.good_until_ns <= now_ns or ticket.passage_id not in registering:
                del self._tickets[digest]
        return [passage_id for passage_id in registering if passage_id not in self._entered]

    def _new(self, passage_id: str) -> Ticket:
        now, token = self._now(), secrets.token_urlsafe(16)
        self._numbers += 1
        ticket = Ticket(
            passage_id=passage_id,
            number=self._numbers,
            token=token,
            shown_until_ns=now.plus_s(_SHOWN_FOR_S),
            good_until_ns=now.plus_s(GOOD_FOR_S),
        )
        self._tickets[_digest(token)] = ticket
        if len(self._tickets) > _MOST:
            self._tickets.popitem(last=False)
        return ticket

    def _forget(self, passage_id: str) -> None:
        """Spend every token of this passage: one entry is all that they are for."""
        for digest, ticket in list(self._tickets.items()):
            if ticket.passage_id == passage_id:
                del self._tickets[digest]


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
