"""A desk in memory for the web layer's tests: shows what it is told, notes what it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta

from gate_agent.contract.messages import LINK_0, Header, encode_body
from gate_agent.contract.moment import ClockQuality, parse_utc
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.contract.records import (
    ByHand,
    Category,
    ContactState,
    Decision,
    HoldOpened,
    HoldState,
    ModeApplied,
    NoteKind,
    Record,
)
from gate_agent.gate.alarms import AlarmBook
from gate_agent.gate.errors import Refused
from gate_agent.gate.ports import LiveEvent, TypedPerson
from gate_agent.gate.screen_state import HoldView, Snapshot
from gate_agent.gate.subscriptions import Ear, Live
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


class ScriptedDesk:
    """Plays the gate. Every method is called in the server's event loop."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._live = Live()
        self.duties = ScriptedDuties()
        self.thermometer = ScriptedThermometer()
        self.reset()

    # --- what a test does ---

    def reset(self) -> None:
        """Begin anew, as for the first test; screens that are still attached are let go."""
        self._live.close()
        self._live = Live()
        self._events: list[LiveEvent] = []
        self.duties.reset()
        self.thermometer.reset()
        self.started(hours_ago=9)
        self.shown = scenes.idle()
        self.asked: list[Asked] = []
        self.refusal: Refused | None = None
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.backlog_asked: list[int] = []
        self.touches = 0
        self.policy = Policy()

    def started(self, *, hours_ago: float) -> None:
        """Let the gate be up for so long, by the time of the scenes."""
        since = parse_utc(scenes.idle().time) - timedelta(hours=hours_ago)
        self._alarms = AlarmBook(replace(self._clock.now(), utc=since))

    def show(self, snapshot: Snapshot) -> None:
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
        self._live = Live()

    @property
    def screens(self) -> int:
        """How many screens are attached."""
        return len(self._live)

    @property
    def guards(self) -> int:
        """How many of them are guard screens."""
        return self._live.watched

    # --- what a Desk does ---

    def snapshot(self) -> Snapshot:
        return self.shown

    def visitor(self) -> VisitorView:
        return visitor_view(self.shown, self.policy)

    def online_channels(self) -> Sequence[str]:
        return [channel.url for channel in self.policy.online_channels]

    def subscribe(self, *, watched: bool = True) -> AbstractContextManager[Ear]:
        return self._live.subscribe(watched=watched)

    def touched(self) -> None:
        self.touches += 1

    async def events_after(self, sequence: int, limit: int) -> Sequence[LiveEvent]:
        self.backlog_asked.append(sequence)
        await asyncio.to_thread(lambda: None)  # the real one reads the disk: others run meanwhile
        return [event for event in self._events if event.sequence > sequence][:limit]

    async def identify(self, person: TypedPerson, *, by_hand: ByHand) -> None:
        await self._ask("identify", person.document, person=person, by_hand=by_hand)
        self.show(scenes.registering())

    async def register(
        self,
        passage_id: str,
        *,
        phone: str | None,
        purpose: str | None,
        companions: Sequence[TypedPerson] = (),
        by: str | None = None,
    ) -> None:
        details: dict[str, object] = {"phone": phone, "purpose": purpose}
        if by is not None:
            details["by"] = by
        if companions:
            details["companions"] = tuple(companions)
        await self._ask("register", passage_id, **details)
        self.show(scenes.admitted())

    async def step_hold(
        self,
        hold_id: str,
        step: HoldState,
        *,
        by: str,
        contact_centi_c: int | None = None,
        to: str | None = None,
        note: str | None = None,
        disinfected: bool = False,
        vehicle: str | None = None,
    ) -> None:
        await self._ask(
            "step_hold",
            hold_id,
            step=step,
            by=by,
            contact_centi_c=contact_centi_c,
            to=to,
            note=note,
            disinfected=disinfected,
            vehicle=vehicle,
        )
        holds = [
            cases.stepped(hold, step, contact_centi_c=contact_centi_c)
            if hold.hold_id == hold_id
            else hold
            for hold in self.shown.holds
            if hold.hold_id != hold_id or step is not HoldState.CLOSED
        ]
        self.show(cases.with_holds(self.shown, *holds))

    async def note_hold(
        self,
        hold_id: str,
        kind: NoteKind,
        *,
        by: str,
        to: str | None = None,
        answered: bool | None = None,
        symptoms: tuple[str, ...] = (),
        note: str | None = None,
    ) -> None:
        await self._ask(
            "note_hold",
            hold_id,
            kind=kind,
            by=by,
            to=to,
            answered=answered,
            symptoms=symptoms,
            note=note,
        )
        taken = cases.note(kind, by=by, to=to, answered=answered, symptoms=symptoms)
        self._change_hold(hold_id, lambda hold: cases.noted(hold, taken))

    async def judge_contact(
        self, contact_id: str, state: ContactState, *, by: str, reason: str | None = None
    ) -> None:
        await self._ask("judge_contact", contact_id, state=state, by=by, reason=reason)
        contacts = tuple(
            cases.judged(contact, state) if contact.contact_id == contact_id else contact
            for contact in self.shown.contacts
        )
        self.show(self.shown.model_copy(update={"contacts": contacts}))

    async def start_drill(self, *, by: str) -> None:
        await self._ask("start_drill", "", by=by)
        drill = cases.hold("ab12-990", person=None, drill=True)
        self.show(cases.with_holds(self.shown, *self.shown.holds, drill))

    def _change_hold(self, hold_id: str, change: Callable[[HoldView], HoldView]) -> None:
        holds = (change(hold) if hold.hold_id == hold_id else hold for hold in self.shown.holds)
        self.show(cases.with_holds(self.shown, *holds))

    async def override(self, passage_id: str, *, decision: Decision, by: str, reason: str) -> None:
        await self._ask("override", passage_id, decision=decision, by=by, reason=reason)
        self.show(scenes.settled(decision, gate_open=decision is Decision.ADMIT))

    async def declare_symptoms(self, *, by: str, note: str | None = None) -> None:
        await self._ask("declare_symptoms", "", by=by, note=note)
        self.show(cases.held())

    async def dismiss(self, passage_id: str, *, by: str | None = None) -> None:
        await self._ask("dismiss", passage_id, **({} if by is None else {"by": by}))
        self.show(self.shown.model_copy(update={"passage": None}))

    def gauges(self) -> Mapping[str, float]:
        return {"loop_lag_seconds": 0.004, "screens": float(self.screens)}

    async def _ask(self, what: str, about: str, **details: object) -> None:
        self.asked.append(Asked(what=what, about=about, details=details))
        await self.may_answer.wait()
        if self.refusal is not None:
            raise self.refusal
        self.commit()

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
