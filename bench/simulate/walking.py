"""How people move in a simulated hall: into the line, before the sensor, to the desk, and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.simulate.guard import QUICK_S, person_of, typed_first
from bench.simulate.people import Stage, Walker
from bench.simulate.rules import above_line, at_ambient
from bench.simulate.script import BRIM_CENTI_C, DAY_S, EMPTY_CENTI_C, Card, Leaves, Visit
from gate_agent.contract.moment import NS_PER_S, Moment
from gate_agent.contract.signals import Reading
from gate_agent.domain.desk import waits
from gate_agent.domain.door import (
    CardUnreadable,
    FoundInside,
    PersonIdentified,
    ReadingTaken,
    SymptomsDeclared,
)
from gate_agent.domain.passage import Idle

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.simulate.hall import Hall, Place

FRAME_NS = NS_PER_S // 10
AGAIN_S, _LOOK_S, _LATEST_S = 6.0, 30.0, 1500.0
_MOST_TRIES = 40
_CARD_SOON_S = 0.4  # who is told to lay the card does


class Walking:
    """Moves people; what the devices see of them goes to the doors."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def arrive(self, visit: Visit) -> None:
        """Let these come to a door."""
        place = self._hall.places[visit.door]
        walkers = [Walker(one, visit, visit.door) for one in visit.people]
        adult, *companions = walkers
        adult.companions = companions
        for walker in reversed(walkers) if visit.child_first else walkers:
            self._hall.people += 1
            self._hall.by_ref[walker.somebody.ref] = walker
            walker.adult = None if walker is adult else adult
            place.line.append(walker)
            self._hall.after(_LATEST_S, self._hall.judge.latest, walker)
        self._next(place)

    def _next(self, place: Place) -> None:
        """Let the next one step up where the spot is free."""
        while place.free and place.line:
            walker = place.line.popleft()
            if walker.stage is Stage.COMING and walker.door == place.number:
                place.free = False
                self._hall.after(self._laid_over(place), self._step_up, place, walker)

    def _laid_over(self, place: Place) -> float:
        """Let who is next lay the card before who is in front steps up; return how long before."""
        behind = place.line[0] if place.line else None
        over_s = None if behind is None or behind.laid_over else behind.somebody.over_s
        if behind is None or over_s is None or behind.stage is not Stage.COMING:
            return 0.0
        behind.laid_over = True
        self.lay(place, behind)
        return over_s

    def _step_up(self, place: Place, walker: Walker) -> None:
        walker.tries += 1
        walker.stage = Stage.SPOT
        card, laid = walker.somebody.card, walker.laid_over and walker.tries == 1
        delay_s = walker.somebody.card_after_s if walker.tries == 1 else _CARD_SOON_S
        ready = not place.broken.reader
        wait_s = max(0.0, -delay_s)
        if laid:
            wait_s = 0.0  # they think that they have laid it
        elif (ready and walker.lays_card) or (card is Card.REFUSED and ready and walker.tries == 1):
            self._hall.after(max(0.0, delay_s), self.lay, place, walker)
        elif (
            walker.tries > 1
            and card is not Card.READ
            and walker.has_document
            and not place.broken.guard_until_ns > self._hall.now_ns
        ):
            wait_s = min(walker.guard_s, QUICK_S)
            self._hall.after(wait_s, self._type_first, place, walker)
            wait_s += 1.5
        else:
            wait_s = 0.0
        self._hall.after(wait_s, self._show, place, walker)

    def _show(self, place: Place, walker: Walker) -> None:
        """Begin to stand before the sensor."""
        place.spot = walker
        walker.stepped_ns, walker.shown, walker.above = self._hall.now_ns, 0, False
        walker.steady.clear()
        if walker.visit.declares and walker.tries == 1:
            self._hall.after(walker.somebody.stays_s - 0.2, self._declare, place, walker)
        self._frame(place, walker)

    def _frame(self, place: Place, walker: Walker) -> None:
        """One reading of who stands there; the last one lets the next person come."""
        stood_s = (self._hall.now_ns - walker.stepped_ns) / NS_PER_S
        one = walker.somebody
        if stood_s >= one.stays_s:
            self._leave(place, walker)
            return
        self._hall.push(self._hall.now_ns + FRAME_NS, self._frame, place, walker)
        if place.broken.thermometer or place.broken.down:
            walker.steady.clear()
            return
        self._hall.frames += 1
        covered = stood_s < one.hat_s
        skin = BRIM_CENTI_C if covered else one.skin_centi_c
        ambient = self._ambient()
        door = place.door
        surface = at_ambient(skin, door.door.profile.slope_permille, ambient)
        surface += (self._hall.now_ns // FRAME_NS * 7 + walker.shown * 3) % 7 - 3
        reading = Reading(surface_centi_c=surface, ambient_centi_c=ambient)
        before = door.door
        self._hall.take(place, lambda at: ReadingTaken(at=at, reading=reading))
        walker.shown += 1
        passage_id = self._passage_of(place)
        if passage_id is not None and passage_id != walker.passage_id:
            self._hall.attribute(place, walker, passage_id)
        if covered:
            return
        steady = walker.steady
        steady.append(surface)
        if len(steady) == before.profile.stable_samples and not walker.above:
            walker.above = above_line(before, min(steady), ambient, door.clock.now())
        if walker.above and walker.passage_id is not None and passage_id is not None:
            walker.above_in.add(passage_id)

    def _passage_of(self, place: Place) -> str | None:
        """Return the passage that the door takes this very reading to be of."""
        state = place.door.door.passage
        if state.presence.seen_ns != place.door.clock.now().boot_ns:
            return None
        one = state.last if isinstance(state, Idle) else state
        return None if one is None else one.passage_id

    def _ambient(self) -> int:
        """The air: 22 °C in the morning, 27 in the afternoon."""
        hour = self._hall.now_s % DAY_S / 3600
        return 2200 + round(500 * max(0.0, min(1.0, hour / 9)))

    def _leave(self, place: Place, walker: Walker) -> None:
        place.spot = None
        reading = Reading(surface_centi_c=EMPTY_CENTI_C, ambient_centi_c=EMPTY_CENTI_C)
        if not place.broken.thermometer:
            self._hall.take(place, lambda at: ReadingTaken(at=at, reading=reading))
        if walker.stage is Stage.SPOT:
            walker.stage = Stage.DESK
        self._hall.judge.left_spot(place, walker)
        leaves = walker.visit.leaves
        if leaves is Leaves.GLANCE or (leaves is Leaves.DESK and not walker.was_held):
            walker.stage = Stage.GONE
        self._hall.after(walker.visit.gap_s, self._free, place)
        self._hall.after(_LOOK_S, self._look, place, walker)

    def _free(self, place: Place) -> None:
        place.free = True
        self._next(place)

    def _look(self, place: Place, walker: Walker) -> None:
        """Who waits, and is waited for by nothing, asks, and is told to come again."""
        if walker.stage is not Stage.DESK or walker.door != place.number:
            return
        at_a_place = self._is_waited_for(place, walker) or place.door.door.find(walker.passage_id)
        if not at_a_place and not place.broken.down:
            self._again(place, walker)
            return
        self._hall.after(_LOOK_S, self._look, place, walker)

    def _is_waited_for(self, place: Place, walker: Walker) -> bool:
        """Whether one of their places still waits for something."""
        door = place.door.door
        states = (door.find(passage_id) for passage_id in walker.mine)
        return any(state is not None and waits(door, state) for state in states)

    def _again(self, place: Place, walker: Walker) -> None:
        if walker.stage is Stage.DESK and walker.tries < _MOST_TRIES:
            walker.stage = Stage.COMING
            self._hall.after(AGAIN_S, self._rejoin, place, walker)

    def _rejoin(self, place: Place, walker: Walker) -> None:
        if walker.stage is not Stage.COMING:
            return
        adult = walker.adult
        if adult is not None and adult.stage is Stage.COMING and not walker.visit.child_first:
            self._hall.after(AGAIN_S, self._rejoin, place, walker)  # who came with them goes first
        else:
            place.line.appendleft(walker)
            self._next(place)

    def lay(self, place: Place, walker: Walker) -> None:
        """A card is laid; the reader may have gone meanwhile."""
        if place.broken.reader or place.broken.down or walker.is_gone or walker.stage is Stage.IN:
            return
        if walker.was_held and place.spot is not walker:
            return  # who was asked to stand aside gives the card to the guard
        if walker.somebody.card is Card.REFUSED:
            self._hall.take(place, lambda at: CardUnreadable(at=at, fault="shape"))
            return
        self._hall.set_clock(place)
        phone = place.door.known_phone(walker.somebody.ref)
        person, nameless = person_of(walker), self._hall.judge.nameless(place, walker)
        self._hall.take(place, lambda at: PersonIdentified(at=at, person=person, known_phone=phone))
        self.named(place, walker)
        if nameless is not None:
            self._hall.judge.named(place, walker, nameless)

    def _type_first(self, place: Place, walker: Walker) -> None:
        if not place.broken.down and walker.stage is Stage.SPOT:
            self._hall.take(place, lambda at: typed_first(at, walker))
            self.named(place, walker)

    def named(self, place: Place, walker: Walker) -> None:
        """A card was laid or typed: the place that has it now is theirs."""
        for state in (place.door.door.passage, *place.door.door.desk):
            if state.person is None or state.person.person_ref != walker.somebody.ref:
                continue
            if state.passage_id is not None and state.passage_id not in place.people:
                self._hall.attribute(place, walker, state.passage_id)

    def _declare(self, place: Place, walker: Walker) -> None:
        if place.spot is walker and not place.broken.guard_until_ns > self._hall.now_ns:
            self._hall.take(place, self._declared(place))

    def _declared(self, place: Place) -> Callable[[Moment], SymptomsDeclared]:
        shown = place.door.door.passage.passage_id
        return lambda at: SymptomsDeclared(at=at, passage_id=shown, by="guard", note="发热")

    def sent_back(self, place: Place, walker: Walker, passage_id: str) -> None:
        """Come again, unless something else came of it meanwhile."""
        if self._is_waited_for(place, walker):
            return
        if walker.passage_id == passage_id and walker.door == place.number:
            self._again(place, walker)

    def found(self, place: Place, walker: Walker) -> None:
        """Somebody falls ill inside (厅内发现): the guard of the door they came in by is told."""
        hall = self._hall
        if walker.stage is not Stage.IN:
            return
        if place.broken.down or place.broken.guard_until_ns > hall.now_ns:
            hall.after(_LOOK_S, self.found, place, walker)
            return
        hall.set_clock(place)
        entries = place.door.door.inside.entered
        entry = next((one for one in entries if one.passage_id in walker.mine), None)
        is_named = entry is not None and entry.person_ref == walker.somebody.ref
        event = FoundInside(
            at=place.door.clock.now(),
            place="二楼",
            by="guard",
            passage_id=None if entry is None else entry.passage_id,
            person=person_of(walker) if is_named else None,
        )
        refused = place.door.ask(event)
        holds = place.door.door.holds
        held = holds[-1] if refused is None and holds else None
        walker.readings.clear()  # a reading inside is asked for anew
        hall.judge.found(place, walker, event, refused, held)
        if held is not None:
            hall.attribute(place, walker, held.passage_id)

    def walk_off(self, walker: Walker) -> None:
        """A held person leaves one door, cools down, and tries the other."""
        if walker.stage in (Stage.GONE, Stage.IN):
            return
        there = self._hall.places[1 - walker.door]
        walker.stage = Stage.GONE
        cool = walker.cooled(there.number)
        self._hall.by_ref[cool.somebody.ref] = cool
        self._hall.people += 1
        there.line.append(cool)
        self._next(there)
