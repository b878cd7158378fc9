"""A hall under virtual time: what happens is taken from a list, and what must hold is looked at.

Between two instants at which something happens no time passes: an empty spot costs nothing.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bench.simulate.centre import Centre
from bench.simulate.door import Rules, SimulatedDoor
from bench.simulate.faults import Broken, begin, end
from bench.simulate.guard import Tap, wanted
from bench.simulate.judge import Judge
from bench.simulate.keyed import Keying
from bench.simulate.lines import FLUSH_S, Lines
from bench.simulate.people import Stage, Walker
from bench.simulate.rules import Breach, Rule, forgotten
from bench.simulate.script import DAY_S, DOORS, Fault, Input, Keyed, Visit
from bench.simulate.walking import AGAIN_S, Walking
from gate_agent.contract.moment import NS_PER_S
from gate_agent.contract.records import (
    Decision,
    DeviceState,
    HoldIdentified,
    HoldOpened,
    HoldState,
    HoldStep,
    PassageDecided,
    PassageLeft,
)
from gate_agent.domain.door import (
    CardJudged,
    CompanionCame,
    DoorEvent,
    DoorState,
    HandMeasured,
    PersonIdentified,
    ReadingTaken,
    Step,
    TimePassed,
    step,
)
from gate_agent.domain.effects import Effects, StepRefused, WriteEvent
from gate_agent.domain.passage import Settled

_EVENING_S = 14 * 3600.0


@dataclass(slots=True)
class Place:
    """One door with who stands in its line, and what is broken there."""

    number: int
    door: SimulatedDoor
    line: deque[Walker] = field(default_factory=deque)
    spot: Walker | None = None
    free: bool = True
    broken: Broken = field(default_factory=Broken)
    people: dict[str, Walker] = field(default_factory=dict)  # by passage
    taps: dict[tuple[str, ...], Tap] = field(default_factory=dict)
    armed_ns: int | None = None
    told: bytes | None = None  # what lies at the broker
    flushing: bool = False


class Hall:
    """Everything of one run. `play` ends it, or raises Breach."""

    def __init__(self, folder: Path, script: Sequence[Input], rules: Rules = step) -> None:
        self.now_ns = 0
        self.people = 0
        self.frames = 0
        self._heap: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._count = 0
        self.by_ref: dict[str, Walker] = {}
        self.lines, self.walking = Lines(self), Walking(self)
        self.centre = Centre.open(folder)
        self.places: list[Place] = []
        for number, name in enumerate(DOORS):
            tell = partial(self.lines.tell, number)
            place = Place(number, SimulatedDoor(name, folder, tell, rules))
            self.places.append(place)
            place.door.heard = partial(self._stepped, place)
        self.judge, self.keying = Judge(self), Keying(self)
        for place in self.places:
            self.lines.connect(place)
            place.door.device("thermometer", DeviceState.OK)
        for one in script:
            if isinstance(one, Visit):
                self.at(one.at_s, self.walking.arrive, one)
            elif isinstance(one, Keyed):
                self.at(one.at_s, self.keying.key, one)
            else:
                self.at(one.at_s, self._fail, one)
        last_day = int(max((one.at_s for one in script), default=0) // DAY_S)
        for day in range(last_day + 1):
            self.at(day * DAY_S + _EVENING_S, self._evening)

    # --- time -----------------------------------------------------------------------------------

    def play(self) -> None:
        """Let everything happen. Raises Breach."""
        heap = self._heap
        while heap:
            at_ns, _, do, of = heapq.heappop(heap)
            self.now_ns = at_ns
            do(*of)

    def close(self) -> None:
        """Let the files go."""
        for place in self.places:
            place.door.close()
        self.centre.close()

    @property
    def now_s(self) -> float:
        """Seconds since the script began."""
        return self.now_ns / NS_PER_S

    def at(self, at_s: float, do: Callable[..., None], *of: object) -> None:
        """Do this then."""
        self.push(round(at_s * NS_PER_S), do, *of)

    def after(self, seconds: float, do: Callable[..., None], *of: object) -> None:
        """Do this after a while."""
        self.push(self.now_ns + round(seconds * NS_PER_S), do, *of)

    def push(self, at_ns: int, do: Callable[..., None], *of: object) -> None:
        """Do this at that instant."""
        self._count += 1
        heapq.heappush(self._heap, (at_ns, self._count, do, of))

    def set_clock(self, place: Place) -> None:
        """Let a board's clocks show this instant."""
        place.door.clock.true_ns = self.now_ns

    def take(self, place: Place, event: Callable[[Any], DoorEvent]) -> Effects:
        """Let a door take what happens now; nothing reaches one that is down."""
        if place.broken.down:
            return ()
        self.set_clock(place)
        return place.door.take(event(place.door.clock.now()))

    # --- what the doors do ----------------------------------------------------------------------

    def _stepped(self, place: Place, event: DoorEvent, before: DoorState, taken: Step) -> None:
        """A door has made a step: look at it, tell the people, wake it in time."""
        state = taken.door
        due_ns = place.door.due_ns
        if due_ns is not None and (place.armed_ns is None or due_ns < place.armed_ns):
            place.armed_ns = due_ns
            self.push(due_ns, self._wake, place, due_ns)
        if taken.effects:
            self._effects(place, taken.effects)
        same = (
            state.desk is before.desk
            and state.holds is before.holds
            and type(state.passage) is type(before.passage)
        )
        if isinstance(event, ReadingTaken) and not taken.effects and same:
            if due_ns is not None and due_ns <= self.now_ns:
                raise Breach(Rule.DEADLINE, "after a reading", self.now_s)
            return
        late = forgotten(state, event.at)
        if late is not None:
            raise Breach(Rule.DEADLINE, f"{place.door.name}: {late}", self.now_s)
        self.keying.look(place)
        self._ask_guard(place)
        if place.door.outbox and not place.flushing:
            place.flushing = True
            self.after(FLUSH_S, self.lines.flush, place)

    def _wake(self, place: Place, armed_ns: int) -> None:
        if place.armed_ns == armed_ns:
            place.armed_ns = None
        if place.broken.down:
            return
        due_ns = place.door.due_ns
        if due_ns is None:
            return
        if due_ns > self.now_ns:
            if place.armed_ns is None or due_ns < place.armed_ns:
                place.armed_ns = due_ns
                self.push(due_ns, self._wake, place, due_ns)
            return
        before = place.door.door
        self.take(place, lambda at: TimePassed(at=at))
        if place.door.door is before:
            raise Breach(Rule.DEADLINE, f"{place.door.name}: nothing came of it", self.now_s)

    def _effects(self, place: Place, effects: Effects) -> None:
        for effect in effects:
            if not isinstance(effect, WriteEvent):
                continue
            self.keying.wrote(place, effect)
            match effect.record:
                case PassageDecided() as decided:
                    self._decided(place, decided)
                case HoldOpened() as opened:
                    self.judge.opened[opened.hold_id] = self.now_ns
                    self._may_be_misnamed(place, opened.passage_id, opened.person_ref)
                case HoldIdentified() as told:
                    self._may_be_misnamed(place, told.passage_id, told.person_ref)
                case PassageLeft() as left:
                    self.judge.recorded(left.passage_id)
                case HoldStep(step=HoldState.RELEASED) as done:
                    self.judge.let_go(place, done.hold_id)
                case HoldStep(step=HoldState.TRANSFERRED) as done:
                    for hold in place.door.door.holds:
                        walker = self.whose(place, hold.passage_id, hold.person_ref)
                        if hold.hold_id == done.hold_id and walker is not None:
                            walker.stage = Stage.GONE
                case _:
                    pass

    def _may_be_misnamed(self, place: Place, passage_id: str, ref: str | None) -> None:
        """Of a hold under another's name the people concerned can be measured twice."""
        held, laid = place.people.get(passage_id), self.by_ref.get(ref or "")
        if held is not None and laid is not None and laid is not held:
            self.judge.misnamed_holds += 1
            held.faulted = laid.faulted = True

    def _decided(self, place: Place, record: PassageDecided) -> None:
        """Tell who it is of, and look whether it may be so."""
        self.judge.recorded(record.passage_id)
        walker = self.whose(place, record.passage_id, record.person_ref)
        if walker is None:
            return
        self.judge.decided(place, walker, record)
        newest = walker.passage_id in (None, record.passage_id)
        if walker.stage in (Stage.GONE, Stage.IN):
            return
        match record.decision:
            case Decision.ADMIT:
                walker.stage = Stage.IN
                if walker.visit.found_s is not None and walker.adult is None:
                    self.after(walker.visit.found_s, self.walking.found, place, walker)
            case _ if not newest:
                pass
            case Decision.HOLD:
                if not walker.was_held and walker.visit.other_door_s is not None:
                    self.after(walker.visit.other_door_s, self.walking.walk_off, walker)
                walker.was_held = True
            case _:
                state = place.door.door.find(record.passage_id)
                if not (isinstance(state, Settled) and state.waits_for_hand):
                    self.after(AGAIN_S, self.walking.sent_back, place, walker, record.passage_id)

    def whose(self, place: Place, passage_id: str | None, ref: str | None) -> Walker | None:
        """Return whom a passage is of, by who stood there, else by the document."""
        walker = place.people.get(passage_id or "")
        if walker is None and ref is not None:
            walker = self.by_ref.get(ref)
        return walker

    def attribute(self, place: Place, walker: Walker, passage_id: str) -> None:
        """From now on this passage is theirs."""
        walker.passage_id = passage_id
        walker.mine.add(passage_id)
        place.people[passage_id] = walker

    # --- the guard ------------------------------------------------------------------------------

    def _taps(self, place: Place) -> dict[tuple[str, ...], Tap]:
        def whose(passage_id: str | None, ref: str | None) -> Walker | None:
            return self.whose(place, passage_id, ref)

        return {tap.key: tap for tap in wanted(place.door.door, whose)}

    def _ask_guard(self, place: Place) -> None:
        """Let the guard see what is asked for now."""
        if place.broken.down:
            return
        taps = self._taps(place)
        for key, tap in taps.items():
            if key not in place.taps:
                self.after(tap.after_s, self._tap, place, key)
        place.taps = taps

    def _tap(self, place: Place, key: tuple[str, ...]) -> None:
        back_ns = place.broken.guard_until_ns
        if back_ns > self.now_ns:
            self.push(back_ns + 2 * NS_PER_S, self._tap, place, key)
            return
        if place.broken.down or key not in place.taps:
            return
        tap = self._taps(place).get(key)
        place.taps.pop(key, None)
        if tap is None:
            return
        self.set_clock(place)
        event = tap.make(place.door.clock.now())
        if isinstance(event, HandMeasured) and tap.of is not None:
            self.judge.measured(tap.of, event.passage_id, self.now_ns)
        refused = (
            self._judged(place, event) if isinstance(event, CardJudged) else place.door.ask(event)
        )
        if refused is not None:
            detail = f"{place.door.name}: {type(event).__name__}: {refused}"
            raise Breach(Rule.REFUSED, detail, self.now_s)
        if isinstance(event, PersonIdentified) and tap.of is not None:
            self.walking.named(place, tap.of)
        if isinstance(event, CompanionCame) and tap.of is not None:
            self.attribute(place, tap.of, place.door.door.desk[-1].passage_id)

    def _judged(self, place: Place, event: CardJudged) -> StepRefused | None:
        self.judge.asked += 1
        named = place.door.door.find(event.passage_id)
        refused = place.door.ask(event)
        ref = None if named is None or named.person is None else named.person.person_ref
        self.keying.judged(place, event, ref)
        return refused

    # --- faults ---------------------------------------------------------------------------------

    def _fail(self, fault: Fault) -> None:
        place = self.places[fault.door]
        self.set_clock(place)
        begin(self, place, fault)
        self.after(fault.for_s, self._mend, fault)

    def _mend(self, fault: Fault) -> None:
        place = self.places[fault.door]
        self.set_clock(place)
        end(self, place, fault)

    def interrupted(self, place: Place) -> None:
        """A door begins anew: of what nobody can know any more, nothing is asked.

        But of whom it was waiting for, there is a word.
        """
        for passage_id in place.broken.waiting:
            self.judge.told_of(place, passage_id)
        place.people = {
            passage_id: walker
            for passage_id, walker in place.people.items()
            if place.door.door.find(passage_id) is not None
        }
        place.taps = {}
        for walker in {*self.by_ref.values()}:
            if walker.door == place.number and walker.stage is not Stage.IN:
                walker.faulted, walker.above = True, False
                walker.readings.clear()
        self._ask_guard(place)

    def _evening(self) -> None:
        for place in self.places:
            self.centre.take([(place.door, False)], self.now_ns)
            differences = self.centre.differences(place.door)
            if differences:
                raise Breach(Rule.UNEQUAL, "; ".join(differences[:3]), self.now_s)
        self.by_ref = {ref: one for ref, one in self.by_ref.items() if one.wants_on}
