"""What a door knows of the others (另一入口): their open holds, whom they cleared, who lives.

Told by them at the broker; a door that hears nothing knows what it heard last, and works on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gate_agent.contract.door_told import DoorTold, HoldTold
from gate_agent.contract.identity import Person
from gate_agent.contract.moment import NS_PER_S, Moment, parse_utc
from gate_agent.contract.record import HoldState
from gate_agent.domain.clearing import Cleared
from gate_agent.domain.hall import GONE
from gate_agent.domain.hold import Hold

RECHECKED_FOR_S = 1800  # whom the other door sent to be measured again is news for so long
OVER = (HoldState.RELEASED, HoldState.CLOSED)
FreedHolds = frozenset[tuple[str, str]]
"""Door and hold of whom was released here since: that hold stops nobody at this door."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Another door: what it told last, and whether it answers now."""

    gate: str
    told: DoorTold
    is_live: bool = False
    cleared: tuple[Cleared, ...] = ()  # as told, on the clock of this boot

    @property
    def name(self) -> str:
        """What people call it."""
        return self.told.name or self.gate


def heard(before: Neighbour | None, door_told: DoorTold, at: Moment, *, is_live: bool) -> Neighbour:
    """Return the other door as it is told now. A reading never grows younger by being told anew."""
    known = () if before is None else before.cleared
    since = {(one.person_ref, one.at): one.at_ns for one in known}
    cleared = tuple(
        Cleared(
            person_ref=one.person_ref,
            contact_centi_c=one.contact_centi_c,
            threshold_centi_c=one.threshold_centi_c,
            by=door_told.gate,
            at=one.at,
            at_ns=since.get((one.person_ref, one.at), _at_ns(one.at, at)),
        )
        for one in door_told.cleared
        if one.contact_centi_c < one.threshold_centi_c
    )
    return Neighbour(gate=door_told.gate, told=door_told, is_live=is_live, cleared=cleared)


def held_elsewhere(
    neighbours: Iterable[Neighbour],
    person: Person | None,
    *,
    freed: FreedHolds,
    holds: Sequence[Hold],
    cleared: Sequence[Cleared],
) -> tuple[Neighbour, HoldTold] | None:
    """Return the newest hold at another door that stops this person here, None if none does.

    Who was released here, or let in with a contact reading anywhere since, is free.
    """
    if person is None:
        return None
    ref = person.person_ref
    all_doors = tuple(neighbours)
    free_since = max(
        (
            *(one.at for one in _clearings(all_doors, cleared) if one.person_ref == ref),
            *(
                hold.opened
                for hold in holds
                if hold.person_ref == ref and hold.state is HoldState.RELEASED and not hold.unsure
            ),
        ),
        default="",
    )
    stopping = [
        (one, hold)
        for one in all_doors
        for hold in _standing(one.told.holds, ref)
        if hold.opened > free_since and (one.gate, hold.hold_id) not in freed
    ]
    return max(stopping, key=lambda pair: pair[1].opened, default=None)


def clearing(
    neighbours: Iterable[Neighbour],
    person: Person | None,
    now_ns: int,
    within_s: float,
    *,
    holds: Iterable[Hold],
    cleared: Sequence[Cleared],
) -> Cleared | None:
    """Return the newest reading, of either door, that clears this person now."""
    if person is None:
        return None
    ref, since_ns = person.person_ref, now_ns - round(within_s * NS_PER_S)
    all_doors = tuple(neighbours)
    stopped = max(
        (
            *(
                hold.opened
                for hold in holds
                if hold.person_ref == ref
                and hold.state is not HoldState.RELEASED
                and not hold.unsure
            ),
            *(hold.opened for one in all_doors for hold in _standing(one.told.holds, ref)),
        ),
        default="",
    )
    valid = [
        one
        for one in _clearings(all_doors, cleared)
        if one.person_ref == ref and one.at_ns >= since_ns and one.at > stopped
    ]
    return max(valid, key=lambda one: one.at_ns, default=None)


def still_cleared(
    cleared: tuple[Cleared, ...], neighbours: Sequence[Neighbour]
) -> tuple[Cleared, ...]:
    """Return who is cleared here after what the others told: who was stopped there is not."""
    stopped = {
        hold.person_ref: hold.opened
        for one in neighbours
        for hold in one.told.holds
        if hold.person_ref is not None and hold.state not in OVER
    }
    return tuple(one for one in cleared if one.at > stopped.get(one.person_ref, ""))


def held_there(neighbours: Iterable[Neighbour], person_ref: str | None) -> bool:
    """Whether another door asks this person to stay now: one who went away is here again."""
    return person_ref is not None and any(
        hold.state not in GONE
        for one in neighbours
        for hold in _standing(one.told.holds, person_ref)
    )


def _standing(holds: Sequence[HoldTold], person_ref: str) -> Iterator[HoldTold]:
    """Yield the holds that this person was not released from; a later release clears who left."""
    released = False
    for hold in reversed(holds):
        if hold.person_ref != person_ref:
            continue
        if hold.state in OVER:
            released = True
        elif not (released and hold.state in GONE):
            yield hold


def _clearings(neighbours: Iterable[Neighbour], cleared: Sequence[Cleared]) -> Iterator[Cleared]:
    yield from cleared
    for one in neighbours:
        yield from one.cleared


def _at_ns(at: str, now: Moment) -> int:
    """Return when it was on the clock of this boot; of two clocks the one ahead is not believed."""
    return now.plus_s(-max(0.0, (now.utc - parse_utc(at)).total_seconds()))


def cleared_at(neighbours: Iterable[Neighbour], hold: Hold) -> Neighbour | None:
    """Return the door that found this held person healthy since, None if none did."""
    for one in neighbours:
        for reading in one.cleared:
            if reading.person_ref == hold.person_ref and reading.at > hold.opened:
                return one
    return None


def rechecked_there(neighbours: Iterable[Neighbour], person_ref: str, now: Moment) -> bool:
    """Whether another door sent this person to be measured again, of late."""
    return any(
        one.person_ref == person_ref
        and (now.utc - parse_utc(one.at)).total_seconds() < RECHECKED_FOR_S
        for there in neighbours
        for one in there.told.rechecks
    )
