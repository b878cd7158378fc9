"""What a screen may ask of the gate. `gate.engine.Gate` is it; the web layer sees only this."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from gate_agent.contract.access_records import Look
from gate_agent.contract.measurement_records import ThermometerChecked
from gate_agent.contract.moment import Moment
from gate_agent.contract.records import ByHand, Record
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.contract.signals import Card
from gate_agent.domain.duties import DutyTap
from gate_agent.domain.events import GuardEvent
from gate_agent.domain.thermometer_check import ReferenceHeld
from gate_agent.gate.duties_view import DutiesView
from gate_agent.gate.entries import Ticket
from gate_agent.gate.screen_state import InsideView, ScreenState
from gate_agent.gate.visitor import VisitorView


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEvent:
    """One committed event, as a screen may see it: no personal data is ever in a body."""

    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTyped:
    """A guard typed a document that no reader read (人工录入): as if its card had been laid."""

    at: Moment
    card: Card
    by_hand: ByHand
    passage_id: str | None = None  # of somebody who waits; else of who is at the spot


Tap = GuardEvent | DocumentTyped


class Subscription(Protocol):
    """One screen's ear on the gate. Iterating yields what is new, oldest first.

    `None` stands for "the state changed: take a new snapshot"; such marks are merged while the
    screen is slow. Events are kept in a bounded queue; on overflow the iteration ends, and the
    screen comes back with its Last-Event-ID.
    """

    def __aiter__(self) -> AsyncIterator[LiveEvent | None]:
        """Iterate until overflow or the gate's end."""
        ...


class Desk(Protocol):
    """The guard's side of the gate. Every method is called in the event loop.

    Each request returns after its events are durable, and raises `gate.errors.Refused`.
    """

    def snapshot(self) -> ScreenState:
        """Return the present state; cheap: no disk."""
        ...

    def inside(self) -> InsideView:
        """Return who is inside (在馆人员), masked."""
        ...

    def visitor(self) -> VisitorView:
        """Return what the visitors' display shows: nothing about anybody."""
        ...

    def entry(self) -> Ticket | None:
        """Return the code that stands on the display for who registers now (自助填写)."""
        ...

    def enter(self, token: str, typed: RegistrationDetails) -> None:
        """Take what a visitor typed by such a code; the guard sees it, masked."""
        ...

    async def confirm(self, passage_id: str, by: str | None) -> None:
        """Register this visitor with what they typed."""
        ...

    def refuse(self, passage_id: str) -> None:
        """Forget what was typed for this passage: another code stands on the display."""
        ...

    def online_channels(self) -> Sequence[str]:
        """Return the addresses of the online channels (网上办), as the policy lists them."""
        ...

    def subscribe(self, *, watched: bool = True) -> AbstractContextManager[Subscription]:
        """Attach a screen; `watched` by a guard, who would see an alarm."""
        ...

    def touched(self) -> None:
        """Somebody touched a guard screen."""
        ...

    async def events_after(self, sequence: int, limit: int) -> Sequence[LiveEvent]:
        """Return up to `limit` committed events after `sequence`, in order."""
        ...

    def now(self) -> Moment:
        """Return the present moment, as the door counts it: a tap happens at it."""
        ...

    async def request(self, tap: Tap) -> None:
        """Do what a guard asks."""
        ...

    def gauges(self) -> Mapping[str, float]:
        """Return what `/metrics` shows beside the snapshot: name → value."""
        ...


class ThermometerDesk(Protocol):
    """The thermometer and what to do where it cannot be believed. Requests as at `Desk`."""

    def begin_check(self) -> None:
        """The reference is held before the thermometer: what it sees is nobody's passage."""
        ...

    async def check(self, held: ReferenceHeld) -> ThermometerChecked:
        """Compare what the thermometer sees now with the reference (每日校验)."""
        ...


class AccessDesk(Protocol):
    """What people at the screen do that is no passage: each is recorded. Requests as at `Desk`."""

    async def record(self, *records: Record) -> None:
        """Record these, durably."""
        ...

    async def reveal(self, passage_id: str, look: Look) -> Revealed:
        """Return who passed, once it is recorded who looked and why."""
        ...

    async def picture(self, hold_id: str, look: Look) -> bytes:
        """Return a hold's picture as JPEG, once it is recorded who looked and why."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Revealed:
    """A person, unmasked: it does not print itself."""

    name: str
    number: str
    phone: str | None


class DutyDesk(Protocol):
    """The duties at a door (消毒通风、物资). Requests as at `Desk`."""

    def view(self) -> DutiesView | None:
        """Return what is done, due and low now; None when the journal cannot be read."""
        ...

    async def request(self, tap: DutyTap) -> None:
        """Record what was done, counted or written down."""
        ...
