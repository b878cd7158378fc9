"""The states of a passage (通行): one person's attempt, from the first signal to the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict, TypeGuard

from gate_agent.contract.appointments import CancelReason
from gate_agent.contract.identity import Companion, Person, Secret
from gate_agent.contract.moment import NS_PER_S, Moment
from gate_agent.contract.records import Decision, Temperature
from gate_agent.contract.signals import Reading
from gate_agent.domain.baseline import NEW_DOOR, UNTRUSTED, Usual
from gate_agent.domain.changed import replace
from gate_agent.domain.events import RegistrationGiven
from gate_agent.domain.temperature import ReadingWindow

GONE_AFTER_S = 1  # without skin before the sensor for so long, the person has gone
HAND_FOR_S = 120  # who must be measured by hand is waited for so long, wherever they stand
BY_HAND = frozenset({"thermometer_lost", UNTRUSTED, NEW_DOOR, "ambient_range"})
"""Reasons that only the contact thermometer can answer."""
SETTLED_FOR_S = 10  # a verdict stays this long, unless the person goes first
NEAR_S = 10  # who was at the spot so short a time ago may have others behind
EARLY_S = 5  # who laid a card before they stepped up is there by then; later it may be another
SAME_CARD_S = 5  # the same card laid again so soon is no new attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Whether somebody stands before the thermometer, from its readings alone; and what it saw.

    Silence is no departure: only readings without skin, for GONE_AFTER_S since the last with.
    Unbroken, it is the same person: `recent` is what was seen of them last, oldest first, and
    `judged` the highest value that an outcome is known of already. Where the thermometer was lost
    meanwhile it is `doubtful`: somebody else may stand there since.
    """

    seen_ns: int | None = None
    fell: bool = False
    recent: tuple[Reading, ...] = ()
    judged: int = 0
    doubtful: bool = False

    def after(self, reading: Reading, *, skin: bool, at: Moment, kept: int) -> Presence:
        """Return the presence after one more reading; `kept` of the newest are remembered."""
        if not skin:
            return self if self.seen_ns is None else replace(self, fell=True, recent=())
        if self.is_gone(at):
            return Presence(seen_ns=at.boot_ns, recent=(reading,))
        recent = (*self.recent, reading)[-kept:]
        return replace(self, seen_ns=at.boot_ns, fell=False, recent=recent)

    @property
    def gone_ns(self) -> int | None:
        """When the person counts as gone; None while nothing says so."""
        if self.seen_ns is None or not self.fell:
            return None
        return self.seen_ns + GONE_AFTER_S * NS_PER_S

    def is_gone(self, now: Moment) -> bool:
        """Whether nobody stands there: a reading of skin now is an edge."""
        return self.seen_ns is None or (self.gone_ns is not None and self.gone_ns <= now.boot_ns)


NOBODY = Presence()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Base of the states: what is known of an attempt in each of them."""

    passage_id: str
    started: Moment
    person: Person | None = None
    known_phone: Secret | None = None
    identified: Moment | None = None  # when the card was laid, or its number typed
    is_repeat: bool = False  # known here from an earlier visit, with a phone
    is_booked: bool = False  # showed the code of an appointment, or a guard booked them
    cancelled: CancelReason | None = None  # showed that of one that was cancelled
    is_green: bool = False  # a guard lets them come by the green channel (绿色通道)
    temperature: Temperature | None = None
    presence: Presence = NOBODY
    registered: bool = False
    companions: int = 0  # 随行 n 人: who go in with this person
    given: RegistrationGiven | None = None  # what was typed, while the others are awaited
    adult: str | None = None  # the passage of whom a companion came with
    back_ns: int | None = None  # who has companions laid the card again: comes back by then
    called: Companion | None = None  # who a companion is, where it was typed
    by_order: bool = False  # and whether that name is theirs by the order of coming alone
    card_asked: bool = False  # a card came that may be theirs or another's: a guard asks for it
    with_next: bool = False  # came with who comes to the spot next
    card_until_ns: int | None = None  # measured without a card: so long it may come
    unsure: bool = False  # named by time alone: the card may be another's
    doubt_ns: int | None = None  # unsure for others' doubts alone: when the first of those was
    early: bool = False  # named by a card laid before they stepped up, and in no other doubt
    not_theirs: frozenset[str] = frozenset()  # whose cards a guard said are another's than theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """Nobody is being screened (空闲); whoever was (`last`) may still stand there."""

    presence: Presence = NOBODY
    last: Settled | None = None

    @property
    def passage_id(self) -> None:
        """Nothing, since nobody is being screened."""
        return

    @property
    def started(self) -> None:
        """Nothing, since nobody is being screened."""
        return

    @property
    def person(self) -> Person | None:
        """Who still stands there, where that is known."""
        return None if self.last is None else self.last.person

    @property
    def temperature(self) -> None:
        """Nothing, since nobody is being screened."""
        return

    @property
    def due_ns(self) -> None:
        """Nothing is due."""
        return


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring(Attempt):
    """Readings come in (测温中); the card may have come before."""

    window: ReadingWindow
    window_due_ns: int
    usual: Usual  # as they stepped up: not worked out while they wait for the verdict
    pair_due_ns: int | None = None  # of the card, where one has come

    @property
    def due_ns(self) -> int:
        """The window's end, or the departure of who stands in it."""
        gone = self.presence.gone_ns
        return self.window_due_ns if gone is None else min(gone, self.window_due_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified(Attempt):
    """The card has come, no reading yet (已刷证，待测温)."""

    due_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured(Attempt):
    """The temperature is normal, no card yet (已测温，待刷证)."""

    due_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Registering(Attempt):
    """Card and temperature are paired; the phone is asked for (待登记)."""

    due_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering(Attempt):
    """Everything is there, but for the others of the group (等候同行)."""

    due_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled(Attempt):
    """The verdict is out (已有结论); the person is still there."""

    decision: Decision
    reasons: tuple[str, ...]
    settled: Moment
    hold_id: str | None = None
    by: str | None = None  # who overrode, or took the declaration

    @property
    def waits_for_hand(self) -> bool:
        """Whether only the contact thermometer can bring this passage on."""
        return self.decision is Decision.RECHECK and not BY_HAND.isdisjoint(self.reasons)

    @property
    def kept_ns(self) -> int:
        """Until when it is kept, wherever its person is: a card of theirs may come."""
        is_in = self.decision is Decision.ADMIT
        return self.card_until_ns or 0 if is_in else 0

    @property
    def due_ns(self) -> int | None:
        """When nothing more is shown of it. A held person stays as long as they stand there."""
        if self.decision is Decision.HOLD:
            gone = self.presence.gone_ns
            return None if gone is None else max(gone, self.settled.plus_s(GONE_AFTER_S))
        if self.waits_for_hand:
            return self.settled.plus_s(HAND_FOR_S)
        latest = max(self.settled.plus_s(SETTLED_FOR_S), self.kept_ns)
        gone = self.presence.gone_ns
        return latest if gone is None else min(latest, max(gone, self.settled.plus_s(GONE_AFTER_S)))


OpenPassage = Measuring | Identified | Measured | Registering | Gathering
PassageState = Idle | OpenPassage | Settled
Waiting = Identified | Measured | Registering | Gathering | Settled
"""What has a place at the desk: it waits, or its verdict is still shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseCard:
    """A card that named one person, and is another's, says the guard; whose is asked still."""

    of: str
    person: Person
    known_phone: Secret | None


class Carried(TypedDict):
    """The part of an attempt that every state hands to the next one."""

    passage_id: str
    started: Moment
    person: Person | None
    known_phone: Secret | None
    identified: Moment | None
    is_repeat: bool
    is_booked: bool
    cancelled: CancelReason | None
    is_green: bool
    temperature: Temperature | None
    presence: Presence
    registered: bool
    companions: int
    given: RegistrationGiven | None
    adult: str | None
    back_ns: int | None
    called: Companion | None
    by_order: bool
    card_asked: bool
    with_next: bool
    card_until_ns: int | None
    unsure: bool
    doubt_ns: int | None
    early: bool
    not_theirs: frozenset[str]


def is_held(state: object) -> TypeGuard[Settled]:
    """Whether the verdict is a hold (暂留)."""
    return isinstance(state, Settled) and state.decision is Decision.HOLD


def is_admitted(state: object) -> bool:
    """Whether they were let in."""
    return isinstance(state, Settled) and state.decision is Decision.ADMIT


def is_of(state: PassageState, person: Person) -> bool:
    """Whether this passage has the name of this very person."""
    return state.person is not None and state.person.person_ref == person.person_ref


def is_anothers(person: Person | None, state: PassageState) -> bool:
    """Whether a guard said that this card is not theirs: by time it never names them again."""
    attempt = state.last if isinstance(state, Idle) else state
    if person is None or attempt is None:
        return False
    return person.person_ref in attempt.not_theirs


def is_unsure(attempt: Attempt) -> bool:
    """Whether they may be another: by the card, or by the order in which names were typed."""
    return attempt.unsure or (attempt.by_order and attempt.person is None)


def carried(attempt: Attempt) -> Carried:
    """Return what the next state of this attempt takes over."""
    return Carried(
        passage_id=attempt.passage_id,
        started=attempt.started,
        person=attempt.person,
        known_phone=attempt.known_phone,
        identified=attempt.identified,
        is_repeat=attempt.is_repeat,
        is_booked=attempt.is_booked,
        cancelled=attempt.cancelled,
        is_green=attempt.is_green,
        temperature=attempt.temperature,
        presence=attempt.presence,
        registered=attempt.registered,
        companions=attempt.companions,
        given=attempt.given,
        adult=attempt.adult,
        back_ns=attempt.back_ns,
        called=attempt.called,
        by_order=attempt.by_order,
        card_asked=attempt.card_asked,
        with_next=attempt.with_next,
        card_until_ns=attempt.card_until_ns,
        unsure=attempt.unsure,
        doubt_ns=attempt.doubt_ns,
        early=attempt.early,
        not_theirs=attempt.not_theirs,
    )
