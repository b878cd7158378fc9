"""What one door is at one instant, and what a step makes of it."""

from __future__ import annotations

from dataclasses import dataclass

from gate_agent.contract.door_told import HoldTold, RecheckTold
from gate_agent.contract.identity import Person
from gate_agent.contract.moment import Moment
from gate_agent.contract.policy import Policy
from gate_agent.domain.baseline import NOBODY_SEEN, UNTRUSTED, Memory
from gate_agent.domain.changed import replace
from gate_agent.domain.clearing import Cleared
from gate_agent.domain.commissioning import is_known
from gate_agent.domain.contact import Contact
from gate_agent.domain.effects import Effects
from gate_agent.domain.hold import Called, CalledDoor, Hold
from gate_agent.domain.inside import NOBODY_INSIDE, Inside
from gate_agent.domain.neighbours import FreedHolds, Neighbour, clearing, held_elsewhere
from gate_agent.domain.passage import (
    Attempt,
    LooseCard,
    OpenPassage,
    PassageState,
    Settled,
    Waiting,
)
from gate_agent.domain.taken import Taken
from gate_agent.domain.temperature import Profile


@dataclass(frozen=True, slots=True)
class Ids:
    """Names for passages and holds: never the same twice from one random prefix."""

    prefix: str
    count: int = 0

    def take(self) -> tuple[str, Ids]:
        """Return a new id, and the counter as it stands after it."""
        count = self.count + 1
        return f"{self.prefix}-{count}", Ids(self.prefix, count)


@dataclass(frozen=True, slots=True)
class DoorState:
    """One door: its spot and its desk, its open holds, the rules in force, and what is usual.

    The *spot* is `passage`: who stands before the thermometer now, or stood there last. The *desk*
    holds passages that are measured and wait, oldest first: for a card, a phone, a contact
    reading, the end of a hold; a card that came early waits there for its person.
    """

    passage: PassageState
    holds: tuple[Hold, ...]
    policy: Policy
    profile: Profile
    thermometer_usable: bool
    ids: Ids
    contacts: tuple[Contact, ...] = ()
    memory: Memory = NOBODY_SEEN
    thermometer_trusted: bool = True
    desk: tuple[Waiting, ...] = ()
    cleared: tuple[Cleared, ...] = ()
    inside: Inside = NOBODY_INSIDE
    neighbours: tuple[Neighbour, ...] = ()
    freed: FreedHolds = frozenset()
    answers: frozenset[tuple[str, str]] = frozenset()  # of other doors' holds, given here
    taken: tuple[Taken, ...] = ()  # who was taken away of late
    rechecked: tuple[RecheckTold, ...] = ()
    doubted: tuple[tuple[str, int], ...] = ()  # cards that two people may have laid, and when
    loose: LooseCard | None = None  # is another's than whom it named
    strangers: tuple[tuple[str, int], ...] = ()  # passages that ended nameless of late, and when
    seen: tuple[str | None, int] | None = None  # who stood, or may have, at the spot, and when
    answered: tuple[str, ...] = ()  # orders of the centre, the newest last: each is done once
    misplaced: tuple[str, ...] = ()  # passages that had no place, in this one step: a fault of ours
    guided: bool = False  # a new door has everybody measured by hand, until it knows its normal

    def find(self, passage_id: str | None) -> OpenPassage | Settled | None:
        """Return the passage of this id, at the spot or at the desk."""
        for state in (self.passage, *self.desk):
            if state.passage_id is not None and state.passage_id == passage_id:
                return state
        return None

    def of_hold(self, hold_id: str) -> Settled | None:
        """Return the newest passage that this hold stopped, where it is still known."""
        for state in (self.passage, *reversed(self.desk)):
            if isinstance(state, Settled) and state.hold_id == hold_id:
                return state
        return None

    def placed(self, state: OpenPassage | Settled) -> DoorState:
        """Return the door with this passage as it is now, in the place where it was.

        One that begins stands at the spot, which is free. One that is gone is not put over somebody
        else, nor one at the desk that cannot wait: the door stays, and the fault of ours is told.
        """
        for n, place in enumerate(self.desk):
            if place.passage_id == state.passage_id:
                if not isinstance(state, Waiting):
                    return replace(self, misplaced=(*self.misplaced, state.passage_id))
                return replace(self, desk=(*self.desk[:n], state, *self.desk[n + 1 :]))
        if self.passage.passage_id not in (None, state.passage_id):
            return replace(self, misplaced=(*self.misplaced, state.passage_id))
        return replace(self, passage=state)

    def without(self, passage_id: str) -> DoorState:
        """Return the door without this place at the desk."""
        kept = tuple(place for place in self.desk if place.passage_id != passage_id)
        return replace(self, desk=kept)

    def held_elsewhere(self, person: Person | None) -> tuple[Neighbour, HoldTold] | None:
        """Return the hold of another door that stops this person here, None if none does."""
        return held_elsewhere(self.neighbours, person, freed=self.freed)

    def clearing(self, person: Person | None, at: Moment) -> Cleared | None:
        """Return the contact reading of either door that clears this person now."""
        within_s = self.policy.hold.cleared_for_s
        return clearing(
            self.neighbours,
            person,
            at.boot_ns,
            within_s,
            freed=self.freed,
            holds=self.holds,
            cleared=self.cleared,
        )

    def vouching(self, attempt: Attempt, at: Moment) -> Cleared | None:
        """Return the reading that clears who this is; none where the card may be another's."""
        return None if attempt.unsure else self.clearing(attempt.person, at)

    @property
    def calls(self) -> tuple[Called, ...]:
        """Whom a missed deadline goes to: first the other doors that answer, then the posts."""
        doors = (CalledDoor(post=one.name) for one in self.neighbours if one.is_live)
        return (*doors, *self.policy.calls)

    def is_starting(self, at: Moment) -> bool:
        """Whether nobody knows yet what is usual at this door (启用新门): the hand decides."""
        return self.guided and not is_known(self.memory, self.profile, at.boot_ns)

    @property
    def measures_by_hand(self) -> bool:
        """Whether the contact thermometer alone can let somebody in."""
        return not (self.thermometer_usable and self.thermometer_trusted)

    @property
    def why_by_hand(self) -> str:
        """Return the reason, where it alone can."""
        return UNTRUSTED if self.thermometer_usable else "thermometer_lost"


@dataclass(frozen=True, slots=True)
class Step:
    """The result of one event: the door after it, and the effects in order."""

    door: DoorState
    effects: Effects = ()

    def then(self, more: Step) -> Step:
        """Return both as one: the door after `more`, which came of this one's, and all effects."""
        return Step(more.door, (*self.effects, *more.effects))
