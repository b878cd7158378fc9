"""A desk in memory for the web layer's tests: shows what it is told, notes what it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, replace
from datetime import timedelta

from pydantic import BaseModel

from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.messages import LINK_0, Header, encode_body
from gate_agent.contract.moment import ClockQuality, Moment, parse_utc
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.contract.records import (
    Category,
    Decision,
    HoldOpened,
    HoldState,
    ModeApplied,
    Record,
)
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.contract.signals import Card
from gate_agent.domain.baseline import FEVER_CONTACT_CENTI_C
from gate_agent.domain.events import (
    AppointmentGiven,
    CardJudged,
    CompanionCame,
    CompanionTold,
    ContactJudged,
    DeparturesTold,
    DrillStarted,
    FoundInside,
    GreenGiven,
    GroupTold,
    GuardOverrode,
    HandMeasured,
    HoldStepped,
    NoteTaken,
    OtherHoldAnswered,
    PassageDismissed,
    RegistrationGiven,
    SymptomsDeclared,
)
from gate_agent.gate.alarms import AlarmBook
from gate_agent.gate.entries import EntryBook, Ticket
from gate_agent.gate.errors import RequestRefused
from gate_agent.gate.ports import DocumentTyped, LiveEvent, Tap
from gate_agent.gate.screen_state import HoldView, InsideView, ScreenState
from gate_agent.gate.subscriptions import ScreenQueue, Subscriptions
from gate_agent.gate.visitor import VisitorView, visitor_view
from gate_agent.host.clock import SystemClock
from web import cases, scenes
from web.scripted_duties import ScriptedDuties
from web.scripted_thermometer import ScriptedThermometer


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request that reached the desk."""

    what: str
    about: str
    details: dict[str, object]


OPTIONAL = ("companions", "landline_because")  # left out where nobody said so
_WHAT: dict[type[Tap], tuple[str, str]] = {
    DocumentTyped: ("identify", ""),
    RegistrationGiven: ("register", "passage_id"),
    HoldStepped: ("step_hold", "hold_id"),
    NoteTaken: ("note_hold", "hold_id"),
    OtherHoldAnswered: ("answer_elsewhere", "hold_id"),
    ContactJudged: ("judge_contact", "contact_id"),
    DrillStarted: ("start_drill", ""),
    GuardOverrode: ("override", "passage_id"),
    SymptomsDeclared: ("declare_symptoms", "passage_id"),
    PassageDismissed: ("dismiss", "passage_id"),
    GroupTold: ("group", "passage_id"),
    CardJudged: ("judge_card", "passage_id"),
    GreenGiven: ("give_green", "passage_id"),
    AppointmentGiven: ("give_appointment", "passage_id"),
    CompanionTold: ("companion", "passage_id"),
    CompanionCame: ("arrival", "adult"),
    DeparturesTold: ("left", ""),
    FoundInside: ("found", "passage_id"),
    HandMeasured: ("measure_by_hand", "passage_id"),
}


def _asked(tap: Tap) -> Asked:
    """Return the tap in flat words: what is about when, and nobody who signs nothing, left out."""
    what, subject = _WHAT[type(tap)]
    told: dict[str, object] = {}
    for field in fields(tap):
        value = getattr(tap, field.name)
        match value:
            case BaseModel():
                told |= value.model_dump()
            case RegistrationDetails():
                told |= value.to_be_sealed()
            case Card():
                told |= {"document": value.card_type, "name": value.name, "number": value.number}
                told |= {"country": value.country} if value.country else {}
            case _ if field.name in ("at", subject) or (field.name == "passage_id" and not value):
                pass
            case _:
                told[field.name] = value
    if isinstance(tap, RegistrationGiven | PassageDismissed):
        told = {name: value for name, value in told.items() if name != "by" or value}
        told = {name: value for name, value in told.items() if name not in OPTIONAL or value}
    return Asked(what=what, about=getattr(tap, subject, ""), details=told)


class ScriptedDesk:
    """Plays the gate. Every method is called in the server's event loop."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._live = Subscriptions()
        self.duties = ScriptedDuties()
        self.thermometer = ScriptedThermometer()
        self.reset()

    def inside(self) -> InsideView:
        """Return who is inside, as the scene says."""
        return scenes.inside()

    # --- what a test does ---

    def reset(self) -> None:
        """Begin anew, as for the first test; screens that are still attached are let go."""
        self._live.close()
        self._live = Subscriptions()
        self._events: list[LiveEvent] = []
        self.duties.reset()
        self.thermometer.reset()
        self.started(hours_ago=9)
        self.shown = scenes.idle()
        self.asked: list[Asked] = []
        self.refusal: RequestRefused | None = None
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.backlog_asked: list[int] = []
        self.touches = 0
        self.policy = Policy()
        self._entries = EntryBook(self._clock.now)

    def started(self, *, hours_ago: float) -> None:
        """Let the gate be up for so long, by the time of the scenes."""
        since = parse_utc(scenes.idle().time) - timedelta(hours=hours_ago)
        self._alarms = AlarmBook(replace(self._clock.now(), utc=since))

    def show(self, snapshot: ScreenState) -> None:
        """Change the state; every screen is told."""
        sequence = max(snapshot.journal.sequence, self.shown.journal.sequence)
        journal = snapshot.journal.model_copy(update={"sequence": sequence})
        now = self._clock.now()
        alarms = self._alarms.look(cases.standing(snapshot), now)
        counts = self._alarms.counts(now)
        self.shown = snapshot.model_copy(
            update={"journal": journal, "alarms": alarms, "alarm_counts": counts}
        )
        self._live.tell()

    def commit(self, count: int = 1) -> list[int]:
        """Record `count` events as the journal would; return their sequences."""
        first = self.shown.journal.sequence + 1
        return self._keep([self._event(first + n, _mode(first + n)) for n in range(count)])

    def _keep(self, events: list[LiveEvent]) -> list[int]:
        self._events += events
        journal = self.shown.journal.model_copy(update={"sequence": events[-1].sequence})
        self.shown = self.shown.model_copy(update={"journal": journal})
        self._live.tell(events)
        return [event.sequence for event in events]

    def commit_holds(self, count: int) -> None:
        """Record `count` holds of the past: opened, and closed again by now."""
        for n in range(count):
            opened = HoldOpened(
                hold_id=f"ab12-{n}",
                passage_id=f"ab12-{n}p",
                person_ref=None,
                category=Category.UNKNOWN,
                reason="elevated",
                surface_centi_c=3790,
                opened="2026-11-24T05:00:00.000Z",
                deadline_s=15,
            )
            self._keep([self._event(self.shown.journal.sequence + 1, opened)])

    def end_subscriptions(self) -> None:
        """End what the screens listen to, as an overflow does."""
        self._live.close()
        self._live = Subscriptions()

    @property
    def screens(self) -> int:
        """How many screens are attached."""
        return len(self._live)

    @property
    def guards(self) -> int:
        """How many of them are guard screens."""
        return self._live.watched

    # --- what a Desk does ---

    def snapshot(self) -> ScreenState:
        return self._entries.seen(self.shown)

    def visitor(self) -> VisitorView:
        ticket = self.entry()
        return visitor_view(self.shown, self.policy, None if ticket is None else ticket.number)

    def entry(self) -> Ticket | None:
        return self._entries.ticket(self.shown)

    def enter(self, token: str, typed: RegistrationDetails) -> None:
        self._entries.take(token, typed, self.shown, self.policy)
        self._live.tell()

    async def confirm(self, passage_id: str, by: str | None) -> None:
        details = self._entries.details(passage_id, self.shown)
        given = RegistrationGiven(at=self.now(), passage_id=passage_id, details=details, by=by)
        await self.request(given)
        self._entries.drop(passage_id)

    def refuse(self, passage_id: str) -> None:
        self._entries.drop(passage_id)
        self._live.tell()

    def online_channels(self) -> Sequence[str]:
        return [channel.url for channel in self.policy.online_channels]

    def subscribe(self, *, watched: bool = True) -> AbstractContextManager[ScreenQueue]:
        return self._live.subscribe(watched=watched)

    def touched(self) -> None:
        self.touches += 1

    async def events_after(self, sequence: int, limit: int) -> Sequence[LiveEvent]:
        self.backlog_asked.append(sequence)
        await asyncio.to_thread(lambda: None)  # the real one reads the disk: others run meanwhile
        return [event for event in self._events if event.sequence > sequence][:limit]

    def now(self) -> Moment:
        return self._clock.now()

    async def request(self, tap: Tap) -> None:
        self.asked.append(_asked(tap))
        await self.may_answer.wait()
        if self.refusal is not None:
            raise self.refusal
        self.commit()
        self._follow(tap)

    def _follow(self, tap: Tap) -> None:
        """Show what a door shows after it."""
        match tap:
            case DocumentTyped():
                self.show(scenes.registering())
            case RegistrationGiven():
                self.show(scenes.admitted())
            case HoldStepped():
                self._step(tap)
            case NoteTaken():
                taken = cases.note(tap.kind, by=tap.by, **tap.details.model_dump(exclude={"note"}))
                self._change_hold(tap.hold_id, lambda hold: cases.noted(hold, taken))
            case ContactJudged():
                contacts = tuple(
                    cases.judged(one, tap.state) if one.contact_id == tap.contact_id else one
                    for one in self.shown.contacts
                )
                self.show(self.shown.model_copy(update={"contacts": contacts}))
            case DrillStarted():
                drill = cases.hold("ab12-990", person=None, drill=True)
                self.show(cases.with_holds(self.shown, *self.shown.holds, drill))
            case GuardOverrode():
                admits = tap.decision is Decision.ADMIT
                self.show(scenes.settled(tap.decision, gate_open=admits))
            case SymptomsDeclared():
                self.show(cases.held())
            case PassageDismissed():
                self.show(self.shown.model_copy(update={"passage": None}))
            case HandMeasured():
                self._measured(tap)

    def _measured(self, tap: HandMeasured) -> None:
        fever = tap.contact_centi_c >= FEVER_CONTACT_CENTI_C
        to = HoldState.CONFIRMED if fever else HoldState.RELEASED
        holds = [
            cases.stepped(hold, to, StepDetails(contact_centi_c=tap.contact_centi_c))
            if hold.passage_id == tap.passage_id
            else hold
            for hold in self.shown.holds
        ]
        shown = self.shown if fever or not holds else scenes.admitted()
        self.show(cases.with_holds(shown, *holds))

    def _step(self, tap: HoldStepped) -> None:
        holds = [
            cases.stepped(hold, tap.step, tap.details) if hold.hold_id == tap.hold_id else hold
            for hold in self.shown.holds
            if hold.hold_id != tap.hold_id or tap.step is not HoldState.CLOSED
        ]
        self.show(cases.with_holds(self.shown, *holds))

    def _change_hold(self, hold_id: str, change: Callable[[HoldView], HoldView]) -> None:
        holds = (change(hold) if hold.hold_id == hold_id else hold for hold in self.shown.holds)
        self.show(cases.with_holds(self.shown, *holds))

    def gauges(self) -> Mapping[str, float]:
        return {"loop_lag_seconds": 0.004, "screens": float(self.screens)}

    def _event(self, sequence: int, record: Record) -> LiveEvent:
        now = self._clock.now()
        header = Header(
            site="dongcheng",
            gate="west-1f",
            epoch="0" * 32,
            sequence=sequence,
            prev_link=LINK_0,
            occurred=now,
            recorded=now,
            boot_id="1" * 32,
            clock=ClockQuality.SYNCED,
        )
        return LiveEvent(sequence=sequence, body=encode_body(header, record))


def _mode(sequence: int) -> ModeApplied:
    return ModeApplied(policy_version=sequence, hall_mode=HallMode.OPEN, policy_sha256="2" * 64)
