"""Two doors whose clocks are apart: which came first, no clock of the other door says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from domain.benches import FEVER, NOON, Bench, hold_step, verdict
from domain.test_both_doors import FLAG, come, hand, hear
from gate_agent.contract.records import Decision, HoldState
from gate_agent.domain.between_doors import told_of
from gate_agent.domain.neighbours import cleared_at

APART_S = pytest.mark.parametrize("apart_s", [-600, 0, 600])


@dataclass
class Apart:
    """Two doors, each by its own clock."""

    apart_s: int
    west: Bench = field(default_factory=Bench)
    central: Bench = field(default_factory=Bench)

    def __post_init__(self) -> None:
        utc = NOON.utc + timedelta(seconds=self.apart_s)
        self.central.now = replace(NOON, utc=utc)

    def talk(self) -> None:
        doors = {"west-1f": self.west, "central-2f": self.central}
        told = {
            gate: told_of(door.door, door.door.cleared, gate=gate, name=None, at=door.now)
            for gate, door in doors.items()
        }
        for gate, door in doors.items():
            (other,) = (told[name] for name in told if name != gate)
            hear(door, other.encode(), mine=gate)
        for door in doors.values():
            door.wait(1)


def cleared_at_west(hall: Apart) -> None:
    come(hall.west, FLAG)
    hand(hall.west, 3660)
    assert verdict(hall.west)[0] is Decision.ADMIT
    hall.talk()


@APART_S
def test_a_hold_after_the_release_stops_at_both_doors(apart_s: int) -> None:
    hall = Apart(apart_s)
    cleared_at_west(hall)
    come(hall.central, FEVER)
    assert verdict(hall.central) == (Decision.HOLD, ("elevated",))
    hall.talk()
    assert not hall.west.door.cleared, "also once that hold is closed"
    come(hall.west, FLAG)

    assert verdict(hall.west)[0] is Decision.HOLD


@APART_S
def test_who_was_found_well_at_the_other_door_is_free_there_and_shown_so_here(apart_s: int) -> None:
    hall = Apart(apart_s)
    come(hall.west, FLAG)
    hall.talk()
    come(hall.central)
    hand(hall.central, 3660)
    assert verdict(hall.central)[0] is Decision.ADMIT
    hall.talk()
    (held,) = hall.west.door.holds
    there = cleared_at(hall.west.door.neighbours, held)
    assert there is not None
    assert there.gate == "central-2f"

    come(hall.central, FLAG)
    assert verdict(hall.central) == (Decision.ADMIT, ("cleared_by_contact",))


@APART_S
def test_a_reading_of_before_answers_no_hold_of_after(apart_s: int) -> None:
    hall = Apart(apart_s)
    come(hall.central, FLAG)
    hand(hall.central, 3660)
    hall.talk()
    come(hall.west, FEVER)
    (held,) = hall.west.door.holds

    assert cleared_at(hall.west.door.neighbours, held) is None


@APART_S
def test_what_one_door_did_before_it_heard_of_the_hold_frees_nobody(apart_s: int) -> None:
    hall = Apart(apart_s)
    come(hall.west, FEVER)
    come(hall.central, FLAG)  # nothing was heard yet
    hand(hall.central, 3660)
    assert verdict(hall.central)[0] is Decision.ADMIT
    hall.talk()
    come(hall.central, FLAG)

    assert verdict(hall.central)[0] is Decision.HOLD
    hand(hall.central, 3660)
    assert verdict(hall.central)[0] is Decision.ADMIT


@APART_S
def test_who_left_there_and_was_found_well_here_is_stopped_no_more_by_any_clock(
    apart_s: int,
) -> None:
    hall = Apart(apart_s)
    come(hall.west, FLAG)
    hall.west.take(hold_step(hall.west, HoldState.LEFT))
    hall.talk()
    come(hall.central)
    hand(hall.central, 3660)
    hall.central.take(hold_step(hall.central, HoldState.RELEASED))
    hall.talk()
    come(hall.central)

    assert verdict(hall.central)[0] is Decision.ADMIT
