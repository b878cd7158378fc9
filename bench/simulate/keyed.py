"""What a guard keys beside the people (离场, 演练), and says of a card: what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.simulate.people import Stage
from bench.simulate.rules import Breach, Rule
from bench.simulate.script import Keyed, Keys
from gate_agent.contract.contact_records import ContactListed
from gate_agent.contract.measurement_records import ContactRead
from gate_agent.contract.moment import NS_PER_S
from gate_agent.contract.records import HoldIdentified, HoldState, PassageDecided
from gate_agent.domain.door import CardJudged, DeparturesTold, DoorEvent, DrillStarted
from gate_agent.domain.effects import WriteEvent
from gate_agent.domain.passage import Idle

if TYPE_CHECKING:
    from bench.simulate.hall import Hall, Place

_BACK_S = 30.0
_AGAIN_S = 1.0  # whose card it is lays it once more
_OF_PEOPLE = (PassageDecided, ContactListed, ContactRead, HoldIdentified)


@dataclass(slots=True)
class Keying:
    """Keys, and knows what was keyed."""

    hall: Hall
    departures: int = 0  # people
    drills: int = 0
    not_theirs: int = 0  # how often a guard said so
    freed_since: int = 0  # of these, whose hold a contact reading ended
    _practised: set[str] = field(default_factory=set)
    _refused: set[tuple[str, str]] = field(
        default_factory=set
    )  # passages, whose cards are not theirs

    def key(self, one: Keyed) -> None:
        """Key it, once there is a guard."""
        hall, place = self.hall, self.hall.places[one.door]
        if place.broken.down or place.broken.guard_until_ns > hall.now_ns:
            hall.after(_BACK_S, self.key, one)
            return
        hall.set_clock(place)
        if one.what is Keys.DRILL:
            self._practise(place)
        else:
            self._let_leave(place, one.count)

    def _practise(self, place: Place) -> None:
        before, at = place.door.door, place.door.clock.now()
        if any(hold.drill for hold in before.holds):
            return
        self._ask(place, DrillStarted(at=at, by="guard"))
        after = place.door.door
        if (after.passage, after.desk) != (before.passage, before.desk):
            raise self._breach(Rule.PRACTISED, place, "who stands there")
        self._practised.add(after.holds[-1].hold_id)
        self.drills += 1

    def _let_leave(self, place: Place, count: int) -> None:
        before, at = place.door.door.inside.count, place.door.clock.now()
        self._ask(place, DeparturesTold(at=at, count=count, by="guard"))
        if place.door.door.inside.count != max(0, before - count):
            raise self._breach(Rule.LEFT, place, f"{count} of {before}")
        self.departures += count

    def _ask(self, place: Place, event: DoorEvent) -> None:
        refused = place.door.ask(event)
        if refused is not None:
            raise self._breach(Rule.REFUSED, place, f"{type(event).__name__}: {refused}")

    def wrote(self, place: Place, effect: WriteEvent) -> None:
        """Something is recorded: nothing of anybody for a drill, and all of it is marked."""
        hold_id = getattr(effect.record, "hold_id", None)
        if hold_id not in self._practised:
            return
        if not effect.drill or isinstance(effect.record, _OF_PEOPLE):
            raise self._breach(Rule.PRACTISED, place, effect.record.TYPE)

    def judged(self, place: Place, event: CardJudged, ref: str | None) -> None:
        """A guard has said whose a card is; whose it is indeed lays it again, where they wait."""
        state = place.door.door.find(event.passage_id)
        if event.theirs or ref is None or state is None or state.person is not None:
            return
        self.not_theirs += 1
        self._refused.add((event.passage_id, ref))
        owner = self.hall.by_ref.get(ref)
        if owner is None or owner.door != place.number or not owner.lays_card:
            return
        if owner.stage in (Stage.COMING, Stage.DESK) and place.spot is not None:
            self.hall.after(_AGAIN_S, self.hall.walking.lay, place, owner)

    def look(self, place: Place) -> None:
        """What a guard said of a card stands, whatever was laid since."""
        door = place.door.door
        names = {
            (one.passage_id, one.person.person_ref)
            for one in (door.passage, *door.desk)
            if not isinstance(one, Idle) and one.person is not None
        } | {
            (one.passage_id, one.person_ref or "")
            for one in door.holds
            if one.state is not HoldState.RELEASED
        }
        again = names & self._refused
        if again:
            raise self._breach(Rule.NAMED_AGAIN, place, min(again)[0])

    def let_go(self, passage_id: str) -> None:
        """A hold is released: perhaps of whom a card had named that was not theirs."""
        self.freed_since += any(refused == passage_id for refused, _ in self._refused)

    def _breach(self, rule: Rule, place: Place, detail: str) -> Breach:
        return Breach(rule, f"{place.door.name}: {detail}", self.hall.now_ns / NS_PER_S)
