"""Looks at a simulated hall from outside, and says where something that must hold does not."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.simulate.guard import person_of
from bench.simulate.people import Stage, Walker
from bench.simulate.rules import Breach, Rule
from gate_agent.contract.moment import NS_PER_S
from gate_agent.contract.records import Decision, HoldState, PassageDecided
from gate_agent.domain.desk import UNDECIDED, waits
from gate_agent.domain.effects import StepRefused
from gate_agent.domain.events import FoundInside
from gate_agent.domain.hold import FOUND_INSIDE, Hold
from gate_agent.domain.passage import Idle, Measured, Settled
from gate_agent.domain.temperature import is_by_hand

if TYPE_CHECKING:
    from bench.simulate.hall import Hall, Place

_RECORD_S = 160.0  # longer than anybody waits anywhere
_KNOWN_S = 2.5  # in which the other door must know
_LATEST_S = 1500.0
_CLEARED_S = 3600
_LATE_S = 30  # a guard who takes longer does not answer
_KEPT = 4000
_RAIL_CENTI_C = 3750  # at 24 °C; surely below the rail in any air here


@dataclass(slots=True)
class Judge:
    """Knows what people did, and what the doors recorded."""

    hall: Hall
    contacts: int = 0
    admitted: int = 0
    held: int = 0
    misnamed: int = 0  # went in with a card that was another's
    misnamed_holds: int = 0
    sure_in_family: int = 0  # of them surely, with the card of somebody who came along
    unsure: int = 0  # went in by a card that may be another's
    asked: int = 0  # whose card it is
    found_inside: int = 0
    opened: dict[str, int] = field(default_factory=dict)  # when each hold was
    _recorded: dict[str, None] = field(default_factory=dict)
    _verdicts: dict[str, PassageDecided] = field(default_factory=dict)
    _held: set[str] = field(default_factory=set)
    _read_in: dict[str, str] = field(default_factory=dict)  # of whom, by passage
    _last_read: dict[str, int] = field(default_factory=dict)  # when, by whose contact reading
    _order: deque[str] = field(default_factory=deque)

    def _breach(self, rule: Rule, walker: Walker, place: Place, detail: str = "") -> Breach:
        who = f"{walker.visit.number} ({walker.somebody.letters}) at {place.door.name}"
        return Breach(rule, f"{who}{': ' if detail else ''}{detail}", self.hall.now_s)

    # --- what was recorded ----------------------------------------------------------------------

    def recorded(self, passage_id: str) -> None:
        """A passage stands in the journal."""
        if passage_id not in self._recorded:
            self._recorded[passage_id] = None
            self._order.append(passage_id)
            if len(self._order) > _KEPT:
                old = self._order.popleft()
                self._recorded.pop(old)
                self._verdicts.pop(old, None)
                self._held.discard(old)

    def decided(self, place: Place, walker: Walker, record: PassageDecided) -> None:
        """Somebody's verdict is out."""
        self._verdicts[record.passage_id] = record
        is_anothers = record.person_ref not in (None, walker.somebody.ref)
        if is_anothers and record.with_passage is None and not record.unsure:
            laid = self.hall.by_ref.get(record.person_ref or "")
            if laid is None or laid.visit is not walker.visit:
                raise self._breach(Rule.SURELY_ANOTHERS, walker, place, record.passage_id)
            self.sure_in_family += record.decision is Decision.ADMIT
        if record.decision is Decision.HOLD:
            self._held.add(record.passage_id)
            self.held += 1
        if record.decision is not Decision.ADMIT:
            return
        self.admitted += 1
        self.misnamed += is_anothers and record.with_passage is None
        self.unsure += record.unsure
        by_contact = record.temperature.contact_centi_c is not None
        self._cleared_rightly(place, walker, record)
        known = by_contact or self._is_cleared(place, walker)
        if record.passage_id in walker.above_in and not known:
            raise self._breach(Rule.FEVER_WENT_IN, walker, place)
        if not by_contact or record.temperature.contact_at is not None:
            self._not_held_elsewhere(place, walker, record)

    def _cleared_rightly(self, place: Place, walker: Walker, record: PassageDecided) -> None:
        """A reading counts for whom it was of: a wrong name clears nobody, nor vouches."""
        measured, ref = record.temperature, record.person_ref
        if measured.contact_centi_c is None or ref is None or record.unsure:
            return
        of = walker.somebody.ref
        if measured.contact_at is None:
            of = self._read_in.get(record.passage_id, of)
        laid = self.hall.by_ref.get(ref)
        in_family = laid is not None and laid.visit is walker.visit  # counted as sure in family
        if ref != of and record.with_passage is None and not in_family:
            raise self._breach(Rule.CLEARED_ANOTHER, walker, place, record.passage_id)

    def let_go(self, place: Place, hold_id: str) -> None:
        """A hold is released: by a reading of who is held, of the last hour."""
        since_ns = self.hall.now_ns - _CLEARED_S * NS_PER_S
        for hold in place.door.door.holds:
            walker = place.people.get(hold.passage_id)
            if hold.hold_id != hold_id or hold.drill or walker is None:
                continue
            self.hall.keying.let_go(hold.passage_id)
            if self._last_read.get(walker.somebody.ref, since_ns - 1) < since_ns:
                raise self._breach(Rule.CLEARED_ANOTHER, walker, place, hold_id)

    def found(
        self,
        place: Place,
        walker: Walker,
        event: FoundInside,
        refused: StepRefused | None,
        held: Hold | None,
    ) -> None:
        """Somebody was found ill inside: there is a hold of them, or there was one already."""
        self.found_inside += 1
        if refused is not None:
            if refused.code != "out_of_turn":
                raise self._breach(Rule.REFUSED, walker, place, str(refused))
            return
        entered = place.door.door.inside.entered
        refs = {one.person_ref for one in entered if one.passage_id == event.passage_id}
        is_theirs = held is not None and (not refs or held.person_ref in refs)
        if held is None or held.reason != FOUND_INSIDE or not is_theirs:
            raise self._breach(Rule.NOT_FOUND, walker, place)

    def _not_held_elsewhere(self, place: Place, walker: Walker, record: PassageDecided) -> None:
        other = self.hall.places[1 - place.number]
        if record.person_ref is None or other.broken.down or place.broken.down:
            return
        knew_ns = max(one.broken.line_mended_ns for one in self.hall.places)
        if any(one.broken.line for one in self.hall.places):
            return
        free = any(
            hold.state is HoldState.RELEASED and hold.person_ref == record.person_ref
            for one in self.hall.places
            for hold in one.door.door.holds
        )
        for hold in other.door.door.holds:
            if hold.person_ref != record.person_ref or hold.state is HoldState.RELEASED or free:
                continue
            known_ns = max(knew_ns, self.opened.get(hold.hold_id, 0)) + round(_KNOWN_S * NS_PER_S)
            if known_ns < self.hall.now_ns:
                raise self._breach(
                    Rule.HELD_ELSEWHERE, walker, place, f"{hold.hold_id} {hold.state}"
                )

    # --- before the sensor ----------------------------------------------------------------------

    def left_spot(self, place: Place, walker: Walker) -> None:
        """Somebody steps away from the sensor."""
        if walker.above and not place.broken.down and not self._stopped(place, walker):
            raise self._breach(Rule.FEVER_WENT_BY, walker, place)
        if walker.shown and not place.broken.down:
            self.hall.after(_RECORD_S, self.has_record, place, walker)

    def _is_cleared(self, place: Place, walker: Walker) -> bool:
        """Whether a contact reading of the last hour stands for this forehead."""
        at, shown = place.door.clock.now(), walker.somebody.skin_centi_c
        person = person_of(walker)
        return shown < _RAIL_CENTI_C and place.door.door.clearing(person, at) is not None

    def _stopped(self, place: Place, walker: Walker) -> bool:
        if self._is_cleared(place, walker):
            return True
        for passage_id in walker.mine:
            verdict = self._verdicts.get(passage_id)
            state = place.door.door.find(passage_id)
            if passage_id in self._held or (isinstance(state, Settled) and state.waits_for_hand):
                return True
            if state is not None and is_by_hand(state.temperature):
                return True
            if verdict is not None and is_by_hand(verdict.temperature):
                return True
        return False

    def has_record(self, place: Place, walker: Walker) -> None:
        """By now everybody who stood there has a record, or is still waited for."""
        if walker.faulted or place.broken.down:
            return
        door = place.door.door
        for passage_id in walker.mine:
            state = door.find(passage_id)
            if passage_id in self._recorded or (state is not None and waits(door, state)):
                return
        raise self._breach(Rule.UNRECORDED, walker, place)

    def told_of(self, place: Place, passage_id: str) -> None:
        """Somebody was waited for when a door went down; it is up again."""
        walker = place.people.get(passage_id)
        kept = place.door.door.find(passage_id)
        if walker is not None and kept is None and passage_id not in self._recorded:
            raise self._breach(Rule.UNRECORDED, walker, place, f"{passage_id}, over a restart")

    # --- the guard ------------------------------------------------------------------------------

    def measured(self, walker: Walker, passage_id: str, now_ns: int) -> None:
        """The contact thermometer is put to somebody."""
        self.contacts += 1
        walker.readings.append(now_ns)
        self._last_read[walker.somebody.ref] = now_ns
        self._read_in[passage_id] = walker.somebody.ref
        recent = [ns for ns in walker.readings if ns > now_ns - _CLEARED_S * NS_PER_S]
        place = self.hall.places[walker.door]
        answered = place.broken.guard_until_ns < now_ns - _CLEARED_S * NS_PER_S
        late = walker.faulted or walker.visit.guard_s > _LATE_S or not answered
        most = (
            2 if walker.visit.declares else 1
        )  # a hold for symptoms asks for a reading of its own
        if len(recent) > most and not walker.somebody.is_ill and not late:
            raise self._breach(Rule.SECOND_READING, walker, place)

    def latest(self, walker: Walker) -> None:
        """Somebody came long ago: are they in?"""
        place = self.hall.places[walker.door]
        if not walker.wants_in or walker.stage is Stage.IN:
            return
        if walker.faulted or place.broken.guard_until_ns > self.hall.now_ns - _LATEST_S * NS_PER_S:
            walker.faulted = False
            self.hall.after(_LATEST_S, self.latest, walker)
            return
        state = place.door.door.find(walker.passage_id)
        raise self._breach(Rule.STUCK, walker, place, f"{walker.stage.name}, {_name(state)}")

    # --- holds without a name -------------------------------------------------------------------

    def nameless(self, place: Place, walker: Walker) -> Hold | None:
        """Return the hold that this person's card must name: they alone can have laid it."""
        door = place.door.door
        spot = door.passage
        if place.spot is not walker or place.broken.down or place.broken.thermometer:
            return None
        if not isinstance(spot, Settled) or spot.person is not None or not spot.hold_id:
            return None
        alone = not any(
            isinstance(one, Measured) or (isinstance(one, Settled) and one.waits_for_hand)
            for one in door.desk
        )
        if spot.passage_id not in walker.mine or not alone:
            return None
        if spot.presence.is_gone(place.door.clock.now()):
            return None
        for hold in door.holds:
            if hold.hold_id == spot.hold_id and hold.state in UNDECIDED:
                return hold
        return None

    def named(self, place: Place, walker: Walker, hold: Hold) -> None:
        """The card was laid: the hold has its name now, or was closed with it."""
        for now in place.door.door.holds:
            if now.hold_id == hold.hold_id and now.person_ref != walker.somebody.ref:
                raise self._breach(Rule.NAMELESS, walker, place, hold.hold_id)


def _name(state: object) -> str:
    if state is None or isinstance(state, Idle):
        return "no place"
    if isinstance(state, Settled):
        return f"settled {state.decision} {state.reasons}"
    return type(state).__name__.lower()
