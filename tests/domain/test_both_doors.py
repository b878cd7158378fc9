"""Two doors act as one: who is held, cleared, or sent back at one is known at the other."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from domain.benches import (
    COLD,
    FEVER,
    NOON,
    NORMAL,
    PHONE,
    Bench,
    hold_step,
    later,
    new_door,
    verdict,
)
from gate_agent.contract.door_told import DoorTold, parse_told
from gate_agent.contract.hold_records import HoldAnswered, HoldOverdue, HoldStep
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import Decision, HoldOpened, HoldState
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain.between_doors import told_of
from gate_agent.domain.door import (
    GroupTold,
    GuardOverrode,
    HandMeasured,
    OtherDoorHeard,
    OtherHoldAnswered,
    RegistrationGiven,
    SymptomsDeclared,
)
from gate_agent.domain.effects import StepRefused

FLAG = 3540  # above the line, below the rail


@dataclass
class Hall:
    """Two doors and the broker between them; `is_cut` stops it."""

    west: Bench = field(default_factory=Bench)
    central: Bench = field(default_factory=Bench)

    def talk(self) -> None:
        """Let each hear what the other tells, as bytes."""
        at = max(self.west.now, self.central.now, key=lambda moment: moment.boot_ns)
        self.west.now = self.central.now = later(at, 1)
        names = (("west-1f", self.west), ("central-2f", self.central))
        told = {
            name: told_of(
                bench.door, bench.door.cleared, gate=name, name=None, at=bench.now
            ).encode()
            for name, bench in names
        }
        for name, bench in names:
            (other,) = (told[key] for key in told if key != name)
            hear(bench, other, mine=name)

    def held_at_west(self, surface: int = FLAG) -> None:
        self.west.card()
        self.west.steady(surface)
        assert verdict(self.west)[0] is Decision.HOLD
        self.talk()


def hear(bench: Bench, payload: bytes, *, mine: str, is_live: bool = True) -> None:
    told = parse_told(payload).value
    answered = tuple(one.hold_id for one in told.answers if one.gate == mine)
    freed = tuple(one.hold_id for one in told.freed if one.gate == mine)
    bench.take(
        OtherDoorHeard(
            at=bench.now,
            gate=told.gate,
            told=told,
            is_live=is_live,
            answered=answered,
            freed_ours=freed,
        )
    )


def hand(bench: Bench, contact: int) -> None:
    about = bench.door.passage.passage_id or ""
    bench.take(HandMeasured(at=bench.now, passage_id=about, contact_centi_c=contact, by="guard-2"))


def come(bench: Bench, surface: int = NORMAL, letter: str = "a") -> None:
    bench.nobody_for(15)
    bench.card(letter)
    bench.steady(surface)


def test_the_card_of_who_is_held_at_one_door_is_stopped_at_the_other() -> None:
    hall = Hall()
    hall.held_at_west()
    come(hall.central)

    assert verdict(hall.central) == (Decision.HOLD, ("held_elsewhere",))
    (opened,) = [one for one in hall.central.records if isinstance(one, HoldOpened)]
    assert opened.elsewhere == f"west-1f/{hall.west.door.holds[0].hold_id}"
    assert opened.person_ref == "a" * 64


def test_measured_first_and_card_later_is_stopped_as_well() -> None:
    hall = Hall()
    hall.held_at_west()
    hall.central.steady(NORMAL)
    hall.central.card()

    assert verdict(hall.central) == (Decision.HOLD, ("held_elsewhere",))


def test_who_waits_for_a_child_is_stopped_by_a_hold_that_is_told_meanwhile() -> None:
    central = Bench(new_door(Policy()))
    hall = Hall(central=central)
    central.card()
    central.steady(NORMAL)
    adult = central.door.passage.passage_id or ""
    central.take(GroupTold(at=central.now, passage_id=adult, companions=1, by="g", reason=None))
    phone = RegistrationDetails(phone=PHONE)
    central.take(RegistrationGiven(at=central.now, passage_id=adult, details=phone, by="g"))
    central.nobody_for(1.3)
    hall.held_at_west()

    central.steady(NORMAL)  # the child

    assert verdict(central) == (Decision.HOLD, ("held_elsewhere",))
    assert {one.decision for one in central.verdicts} == {Decision.HOLD}
    central.take(HandMeasured(at=central.now, passage_id=adult, contact_centi_c=3660, by="g"))
    central.take(RegistrationGiven(at=central.now, passage_id=adult, details=phone, by="g"))
    assert [one.decision for one in central.verdicts[-2:]] == [Decision.ADMIT] * 2


@pytest.mark.parametrize("surface", [NORMAL, COLD])
def test_no_guard_lets_in_whom_the_other_door_holds(surface: int) -> None:
    hall = Hall()
    hall.central.set(policy=Policy())
    come(hall.central, surface)  # registers, or is to be measured again
    hall.held_at_west()
    about = hall.central.door.passage.passage_id or ""

    with pytest.raises(StepRefused, match="held at west-1f"):
        hall.central.take(
            GuardOverrode(
                at=hall.central.now,
                passage_id=about,
                decision=Decision.ADMIT,
                by="g",
                reason="熟人",
            )
        )


def test_a_cool_skin_ends_no_hold_of_the_other_door() -> None:
    hall = Hall()
    hall.held_at_west()
    come(hall.central, COLD)

    assert verdict(hall.central) == (Decision.HOLD, ("held_elsewhere",))


def test_somebody_else_is_not_stopped() -> None:
    hall = Hall()
    hall.held_at_west()
    come(hall.central, letter="b")

    assert verdict(hall.central)[0] is Decision.ADMIT


def test_whom_only_the_forehead_flagged_the_contact_thermometer_frees_at_either_door() -> None:
    hall = Hall()
    hall.held_at_west()
    come(hall.central)
    hand(hall.central, 3660)

    assert verdict(hall.central)[0] is Decision.ADMIT
    come(hall.central)
    assert verdict(hall.central)[0] is Decision.ADMIT  # not stopped by west's hold again
    hall.talk()
    come(hall.central)
    assert verdict(hall.central)[0] is Decision.ADMIT


@pytest.mark.parametrize("was", ["confirmed", "symptoms"])
def test_a_fever_or_symptoms_at_one_door_no_reading_alone_frees_at_the_other(was: str) -> None:
    hall = Hall()
    if was == "confirmed":
        hall.held_at_west(FEVER)
        hand(hall.west, 3850)
    else:
        hall.west.card()
        hall.west.take(
            SymptomsDeclared(
                at=hall.west.now, passage_id=hall.west.door.passage.passage_id, by="guard-1"
            )
        )
    hall.talk()
    come(hall.central)
    hand(hall.central, 3660)

    assert verdict(hall.central)[0] is Decision.HOLD
    assert hall.central.door.holds[0].state is HoldState.RECHECKED
    hall.central.take(hold_step(hall.central, HoldState.RELEASED))
    assert verdict(hall.central)[0] is Decision.ADMIT


def test_who_left_at_one_door_is_stopped_at_the_other() -> None:
    hall = Hall()
    hall.held_at_west()
    hall.west.take(hold_step(hall.west, HoldState.LEFT))
    hall.talk()
    come(hall.central)

    assert verdict(hall.central) == (Decision.HOLD, ("held_elsewhere",))


def test_who_was_released_at_one_door_is_free_at_the_other() -> None:
    hall = Hall()
    hall.held_at_west()
    hand(hall.west, 3660)
    hall.talk()
    come(hall.central, FLAG)

    assert verdict(hall.central) == (Decision.ADMIT, ("cleared_by_contact",))
    told = hall.central.verdicts[-1].temperature
    assert (told.contact_centi_c, told.contact_by) == (3660, "west-1f")


def test_no_reading_of_the_other_door_vouches_beyond_the_rail_or_after_its_time() -> None:
    hall = Hall()
    hall.held_at_west()
    hand(hall.west, 3660)
    hall.talk()
    come(hall.central, FEVER)
    assert verdict(hall.central) == (Decision.HOLD, ("elevated",))

    late = Hall()
    late.held_at_west()
    hand(late.west, 3660)
    late.talk()
    late.central.wait(3700)
    late.talk()  # told again, it is no younger
    come(late.central, FLAG)
    assert verdict(late.central) == (Decision.HOLD, ("elevated",))


def test_who_was_cleared_and_is_stopped_later_at_the_other_door_is_cleared_nowhere() -> None:
    hall = Hall()
    hall.held_at_west()
    hand(hall.west, 3660)
    hall.talk()
    come(hall.central, FEVER)
    hall.talk()
    come(hall.west, FLAG)

    assert verdict(hall.west)[0] is Decision.HOLD


def test_a_hold_is_acknowledged_for_the_colleague() -> None:
    hall = Hall()
    hall.held_at_west()
    (hold,) = hall.west.door.holds
    answer = OtherHoldAnswered(
        at=hall.central.now, gate="west-1f", hold_id=hold.hold_id, by="guard-2"
    )
    hall.central.take(answer)
    with pytest.raises(StepRefused):
        hall.central.take(answer)
    hall.talk()
    hall.talk()

    (step,) = [one for one in hall.west.records if isinstance(one, HoldStep)]
    assert (step.step, step.by) == (HoldState.ACKNOWLEDGED, "central-2f")
    (record,) = [one for one in hall.central.records if isinstance(one, HoldAnswered)]
    assert (record.gate, record.hold_id, record.by) == ("west-1f", hold.hold_id, "guard-2")
    assert not hall.central.door.answers  # done: nothing is told any more


def test_a_hold_that_is_not_there_cannot_be_answered() -> None:
    bench = Bench()
    with pytest.raises(StepRefused, match="another door"):
        bench.take(OtherHoldAnswered(at=NOON, gate="west-1f", hold_id="x-1", by="guard-2"))


def test_a_missed_deadline_goes_to_the_other_door_first_where_it_answers() -> None:
    hall = Hall()
    hall.talk()
    hall.held_at_west()
    hall.west.wait_for_deadline()
    gone = OtherDoorHeard(at=hall.west.now, gate="central-2f", told=None, is_live=False)
    hall.west.take(gone)
    hall.west.wait_for_deadline()

    assert [one.to for one in hall.west.records if isinstance(one, HoldOverdue)] == [
        "central-2f",
        None,
    ]


def test_who_must_come_again_is_known_until_they_are_decided_on() -> None:
    hall = Hall()
    hall.west.card()
    hall.west.steady(3150)
    assert verdict(hall.west)[0] is Decision.RECHECK
    hall.talk()
    (there,) = hall.central.door.neighbours
    assert [one.person_ref for one in there.told.rechecks] == ["a" * 64]
    come(hall.west)
    hall.talk()
    (there,) = hall.central.door.neighbours

    assert there.told.rechecks == ()


def test_what_is_told_names_nobody_and_fits_a_newer_reader() -> None:
    hall = Hall()
    hall.held_at_west()
    told = told_of(hall.west.door, (), gate="west-1f", name="西门", at=hall.west.now)
    newer = told.encode().replace(b'"state":"flagged"', b'"state":"watched","more":1')

    assert "张三" not in told.encode().decode()
    assert b"11010519491231002X" not in told.encode()
    hear(hall.central, newer, mine="central-2f")
    come(hall.central)
    assert verdict(hall.central) == (Decision.HOLD, ("held_elsewhere",))


def test_drills_stay_at_their_door() -> None:
    hall = Hall()
    hall.held_at_west()
    (hold,) = hall.west.door.holds
    practised = hold.__class__(
        **{name: getattr(hold, name) for name in hold.__slots__ if name != "drill"}, drill=True
    )
    hall.west.set(holds=(practised,))
    told: DoorTold = told_of(hall.west.door, (), gate="west-1f", name=None, at=hall.west.now)

    assert told.holds == ()
