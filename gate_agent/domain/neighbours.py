"""What a door knows of the others (另一入口): their open holds, whom they cleared, who lives.

Told by them at the broker; a door that hears nothing knows what it heard last, and works on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gate_agent.contract.contact_reading import COLDEST_CENTI_C
from gate_agent.contract.door_told import DoorTold, HoldTold
from gate_agent.contract.identity import Person
from gate_agent.contract.moment import NS_PER_S, Moment, parse_utc
from gate_agent.contract.record import HoldState
from gate_agent.domain.clearing import Cleared
from gate_agent.domain.hall import GONE
from gate_agent.domain.hold import NOT_DECIDED, Hold

RECHECKED_FOR_S = 1800  # whom the other door sent to be measured again is news for so long
OVER = (HoldState.RELEASED, HoldState.CLOSED)
FreedHolds = frozenset[tuple[str, str]]
"""Door and hold of whom was released since, where that hold was known: it stops nobody there."""
HERE = ""  # this door, among the doors of such holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Another door: what it told last, and whether it answers now."""

    gate: str
    told: DoorTold
    is_live: bool = False
    cleared: tuple[Cleared, ...] = ()  # as told, on the clock of this boot
    freed: FreedHolds = frozenset()  # holds of others whose people it found well, knowing of them

    @property
    def name(self) -> str:
        """What people call it."""
        return self.told.name or self.gate


def heard(
    before: Neighbour | None,
    door_told: DoorTold,
    at: Moment,
    *,
    is_live: bool,
    freed_ours: Iterable[str] = (),
) -> Neighbour:
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
            at_ns=since.get((one.person_ref, one.at), _at_ns(one.at, door_told.time, at)),
        )
        for one in door_told.cleared
        if COLDEST_CENTI_C <= one.contact_centi_c < one.threshold_centi_c
    )
    return Neighbour(
        gate=door_told.gate,
        told=door_told,
        is_live=is_live,
        cleared=cleared,
        freed=frozenset(
            (
                *((one.gate, one.hold_id) for one in door_told.freed),
                *((HERE, hold_id) for hold_id in freed_ours),
            )
        ),
    )


def held_elsewhere(
    neighbours: Iterable[Neighbour],
    person: Person | None,
    *,
    freed: FreedHolds,
) -> tuple[Neighbour, HoldTold] | None:
    """Return the gravest hold at another door that stops this person here, None if none does.

    Who was found well here, or at a third door, is free of the holds that were known there then.
    Which of two came first, no clock of a door says: what is not known to be over, stands.
    """
    if person is None:
        return None
    all_doors = tuple(neighbours)
    over = freed.union(*(one.freed for one in all_doors))
    stopping = [
        (one, hold)
        for one in all_doors
        for hold in _standing(one.told.holds, person.person_ref)
        if (one.gate, hold.hold_id) not in over
    ]
    return max(stopping, key=lambda pair: pair[1].state not in NOT_DECIDED, default=None)


def clearing(
    neighbours: Iterable[Neighbour],
    person: Person | None,
    now_ns: int,
    within_s: float,
    *,
    freed: FreedHolds,
    holds: Iterable[Hold],
    cleared: Sequence[Cleared],
) -> Cleared | None:
    """Return the newest reading, of either door, that clears this person now.

    A hold ends the readings of before: by the clock of its own door, or where the door of the
    reading did not know of the hold.
    """
    if person is None:
        return None
    ref, since_ns = person.person_ref, now_ns - round(within_s * NS_PER_S)
    all_doors = tuple(neighbours)
    opened = [
        (HERE, hold.hold_id, hold.opened)
        for hold in holds
        if hold.person_ref == ref and hold.state is not HoldState.RELEASED and not hold.unsure
    ]
    opened += [
        (one.gate, hold.hold_id, hold.opened)
        for one in all_doors
        for hold in _standing(one.told.holds, ref)
    ]
    readings = [(HERE, freed, one) for one in cleared]
    readings += [(door.gate, door.freed, one) for door in all_doors for one in door.cleared]
    valid = [
        one
        for by, known, one in readings
        if one.person_ref == ref
        and one.at_ns >= since_ns
        and all(
            since < one.at if gate == by else (gate, hold_id) in known
            for gate, hold_id, since in opened
        )
    ]
    return max(valid, key=lambda one: one.at_ns, default=None)


def still_cleared(
    cleared: tuple[Cleared, ...], neighbours: Sequence[Neighbour], freed: FreedHolds
) -> tuple[Cleared, ...]:
    """Return who is cleared here after what the others told: who was stopped there is not."""
    stopped = {
        hold.person_ref
        for one in neighbours
        for hold in one.told.holds
        if hold.state not in OVER and (one.gate, hold.hold_id) not in freed
    }
    return tuple(one for one in cleared if one.person_ref not in stopped)


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


def _at_ns(at: str, said: str, now: Moment) -> int:
    """Return when it was on the clock of this boot: of two ages the older is believed.

    By the other door's clock alone, as it told it; and by both, where it was told long ago.
    """
    there = (parse_utc(said) - parse_utc(at)).total_seconds()
    return now.plus_s(-max(0.0, there, (now.utc - parse_utc(at)).total_seconds()))


def cleared_at(neighbours: Iterable[Neighbour], hold: Hold) -> Neighbour | None:
    """Return the door that found this held person healthy since, None if none did."""
    return next((one for one in neighbours if (HERE, hold.hold_id) in one.freed), None)


def rechecked_there(neighbours: Iterable[Neighbour], person_ref: str, now: Moment) -> bool:
    """Whether another door sent this person to be measured again, of late."""
    return any(
        one.person_ref == person_ref
        and (now.utc - parse_utc(one.at)).total_seconds() < RECHECKED_FOR_S
        for there in neighbours
        for one in there.told.rechecks
    )
