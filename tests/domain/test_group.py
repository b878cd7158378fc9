"""Families and groups: each is measured, counted and held alike, and they go in together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.benches import FEVER, NORMAL, PHONE, Bench, new_door, somebody
from gate_agent.contract.identity import Companion, Secret
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.contract.records import (
    ByHand,
    Category,
    Decision,
    HoldIdentified,
    HoldOpened,
    PassageDecided,
    PassageGrouped,
)
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain.door import (
    CompanionTold,
    GroupTold,
    GuardOverrode,
    HandMeasured,
    PersonIdentified,
    PolicyChanged,
    RegistrationGiven,
)
from gate_agent.domain.effects import Admit, Refuse, StepRefused
from gate_agent.domain.passage import Gathering, Measured, OpenPassage, Registering, Settled

CHILD = Companion(name=Secret("李小四"))


class Family(Bench):
    """A bench with an adult who registers, and a word for each tap about a group."""

    @property
    def adult(self) -> str:
        return "t-1"

    def comes(self, surface: int = NORMAL) -> str:
        """Let the next person step before the sensor; return the passage."""
        self.nobody_for(1.3)
        self.steady(surface)
        return self.door.passage.passage_id or ""

    def group(self, companions: int, reason: str | None = None) -> None:
        told = GroupTold(
            at=self.now, passage_id=self.adult, companions=companions, by="g", reason=reason
        )
        self.take(told)

    def link(self, passage_id: str, adult: str | None) -> None:
        self.take(CompanionTold(at=self.now, passage_id=passage_id, adult=adult, by="g"))

    def registers(self, *typed: Companion) -> None:
        self.register(self.adult, *typed)

    def register(self, passage_id: str, *typed: Companion) -> None:
        details = RegistrationDetails(phone=PHONE, companions=typed)
        given = RegistrationGiven(at=self.now, passage_id=passage_id, details=details, by="g")
        self.take(given)

    def admitted(self) -> list[str]:
        return [effect.passage_id for effect in self.effects if isinstance(effect, Admit)]

    def newest_state(self, passage_id: str) -> OpenPassage | Settled:
        state = self.door.find(passage_id)
        assert state is not None
        return state

    def newest(self, passage_id: str) -> PassageDecided:
        return [one for one in self.verdicts if one.passage_id == passage_id][-1]


def family(companions: int = 1, policy: Policy | None = None) -> Family:
    bench = Family(new_door(policy or Policy()))
    bench.card()
    bench.steady(NORMAL)
    assert isinstance(bench.door.passage, Registering)
    if companions:
        bench.group(companions)
    return bench


def test_a_family_goes_in_when_all_are_measured() -> None:
    bench = family(2)
    first = bench.comes()
    bench.registers()
    assert bench.admitted() == []
    second = bench.comes()

    assert bench.admitted() == [bench.adult, first, second]
    told = [bench.newest(one) for one in (bench.adult, first, second)]
    assert [one.decision for one in told] == [Decision.ADMIT] * 3
    assert [one.with_passage for one in told] == [None, bench.adult, bench.adult]
    assert [one.companions for one in told] == [2, 0, 0]
    assert {one.category for one in told} == {Category.VISITOR}
    assert len({one.person_ref for one in told} - {None}) == 3


def test_each_companion_is_registered_with_the_adult() -> None:
    bench = family(0)
    bench.registers(CHILD)
    assert bench.admitted() == [], "a typed companion is measured, too"
    child = bench.comes()

    (_, mine) = (effect.registration for effect in bench.registrations)
    assert (mine.passage_id, mine.with_passage) == (child, bench.adult)
    assert mine.details.phone == PHONE
    assert mine.person.name.reveal() == "李小四"
    assert mine.adult is not None
    assert mine.adult.person_ref == "a" * 64
    assert bench.newest(child).registered


def test_a_companion_with_a_card_is_named_and_stays_of_the_family() -> None:
    bench = family(1)
    child = bench.comes()
    bench.card("b")
    bench.registers()

    told = bench.newest(child)
    assert (told.decision, told.person_ref, told.with_passage) == (
        Decision.ADMIT,
        "b" * 64,
        bench.adult,
    )


def test_a_card_first_companion_is_of_the_family_too() -> None:
    bench = family(1)
    bench.nobody_for(1.3)
    bench.card("b")
    bench.steady(NORMAL)
    bench.registers()

    assert [bench.newest(one).decision for one in bench.admitted()] == [Decision.ADMIT] * 2


def test_a_child_with_a_fever_is_held_and_the_adult_waits() -> None:
    bench = family(1)
    child = bench.comes(FEVER)
    (opened,) = [one for one in bench.records if isinstance(one, HoldOpened)]
    assert (opened.passage_id, opened.with_passage) == (child, bench.adult)
    bench.registers(CHILD)
    bench.wait(500)

    assert bench.admitted() == []
    assert isinstance(bench.door.find(bench.adult), Gathering)
    (known,) = [one for one in bench.records if isinstance(one, HoldIdentified)]
    assert (known.person_ref, known.phone) == (opened.person_ref, True)
    assert bench.registrations[-1].registration.details.phone == PHONE
    assert bench.registrations[-1].registration.person.name.reveal() == "李小四"


def test_a_child_that_was_only_flagged_goes_in_with_all() -> None:
    bench = family(1)
    child = bench.comes(FEVER)
    bench.registers()
    bench.take(HandMeasured(at=bench.now, passage_id=child, contact_centi_c=3660, by="g"))

    assert bench.admitted() == [bench.adult, child]


def test_a_fever_that_shows_late_in_a_child_is_held() -> None:
    bench = family(2)
    bench.comes()
    bench.read(*[FEVER] * 8)

    assert bench.verdicts[-1].decision is Decision.HOLD
    assert bench.verdicts[-1].with_passage == bench.adult


def test_the_guard_splits_a_group_with_a_reason() -> None:
    bench = family(2)
    child = bench.comes()
    bench.registers()
    with pytest.raises(StepRefused, match="reason"):
        bench.group(1)
    bench.group(1, "另一人不来了")

    assert bench.admitted() == [bench.adult, child]
    told = [one for one in bench.records if isinstance(one, PassageGrouped)][-1]
    assert (told.companions, told.was, told.reason, told.by) == (1, 2, "另一人不来了", "g")


def test_somebody_else_who_came_in_between_is_anybody_again() -> None:
    bench = family(1)
    other = bench.comes()
    bench.link(other, None)
    state = bench.door.find(other)
    assert isinstance(state, Measured)
    bench.card("b")
    assert isinstance(bench.door.find(other), Registering)

    child = bench.comes()
    bench.registers()
    assert bench.admitted() == [bench.adult, child]


def test_a_companion_of_whom_nobody_said_so_is_told_afterwards() -> None:
    bench = family(0)
    child = bench.comes()
    bench.link(child, bench.adult)
    bench.registers()

    assert bench.admitted() == [bench.adult, child]
    assert bench.newest(bench.adult).companions == 1


def test_a_group_that_does_not_come_is_measured_again() -> None:
    bench = family(2)
    child = bench.comes()
    bench.registers()
    bench.nobody_for(1.3)
    bench.wait(121)
    bench.wait(121)

    assert bench.newest(bench.adult).reasons == ("group_incomplete",)
    assert bench.newest(child).reasons == ("group_incomplete",)
    assert bench.admitted() == []


def test_an_adult_let_in_by_the_guard_takes_along_who_is_ready() -> None:
    bench = family(2)
    child = bench.comes()
    bench.take(
        GuardOverrode(
            at=bench.now, passage_id=bench.adult, decision=Decision.ADMIT, by="g", reason="why"
        )
    )

    assert bench.admitted() == [bench.adult, child]


def test_nobody_of_a_group_goes_in_once_the_hall_is_closed() -> None:
    bench = family(2)
    child = bench.comes()
    bench.registers()
    closed = Policy().model_copy(update={"hall_mode": HallMode.EMERGENCY})
    bench.take(PolicyChanged(at=bench.now, policy=closed))
    bench.group(1, "split")

    assert bench.admitted() == []
    assert [bench.newest(one).decision for one in (bench.adult, child)] == [Decision.DENY] * 2
    assert sum(isinstance(one, Refuse) for one in bench.effects) == 2


def test_an_adult_who_is_held_keeps_the_others_at_the_desk_and_all_go_in_once_released() -> None:
    bench = family(1)
    child = bench.comes()
    bench.take(HandMeasured(at=bench.now, passage_id=bench.adult, contact_centi_c=3800, by="g"))
    bench.wait(300)
    assert isinstance(bench.door.find(child), Gathering)
    held = bench.door.find(bench.adult)
    assert isinstance(held, Settled)
    assert bench.comes() != child
    other = bench.door.passage
    assert isinstance(other, Measured)
    assert other.adult is None, "a stranger is nobody's companion"


def test_a_document_may_be_typed_for_a_child() -> None:
    bench = family(1)
    child = bench.comes()
    typed = replace(somebody("c"), by_hand=ByHand(reason="no_card", by="g"))
    bench.take(PersonIdentified(at=bench.now, person=typed, passage_id=child))
    bench.registers()

    assert bench.newest(child).person_ref == "c" * 64


def child_first() -> Family:
    """A child without a card steps before the sensor before the adult does."""
    bench = Family(new_door(Policy()))
    bench.steady(NORMAL)
    return bench


@pytest.mark.parametrize("card", ["early", "there", "late"])
@pytest.mark.parametrize("told", ["at the spot", "aside"])
def test_a_child_who_went_first_goes_in_with_the_adult_who_comes_next(told: str, card: str) -> None:
    bench = child_first()
    if told == "aside":
        bench.nobody_for(2)
    bench.take(CompanionTold(at=bench.now, passage_id="t-1", adult=None, with_next=True, by="g"))
    bench.nobody_for(2)
    if card == "early":
        bench.card()
    bench.steady(NORMAL)
    adult = bench.door.passage.passage_id or ""
    if card == "late":
        bench.nobody_for(2)
    if card != "early":
        bench.card()
    assert bench.newest_state("t-1").adult == adult
    details = RegistrationDetails(phone=PHONE)
    bench.take(RegistrationGiven(at=bench.now, passage_id=adult, details=details, by="g"))

    assert bench.admitted() == [adult, "t-1"]
    assert bench.newest("t-1").with_passage == adult
    assert Decision.AMBIGUOUS not in {one.decision for one in bench.verdicts}


def test_with_the_next_one_is_taken_back_by_a_tap_and_is_on_record() -> None:
    bench = child_first()
    bench.take(CompanionTold(at=bench.now, passage_id="t-1", adult=None, with_next=True, by="g"))
    record = bench.records[-1]
    assert isinstance(record, PassageGrouped)
    assert record.with_next
    bench.link("t-1", None)
    bench.nobody_for(2)
    bench.steady(NORMAL)

    assert bench.newest_state("t-1").adult is None


def test_a_feverish_adult_of_a_child_who_went_first_is_held_like_any() -> None:
    bench = child_first()
    bench.take(CompanionTold(at=bench.now, passage_id="t-1", adult=None, with_next=True, by="g"))
    bench.comes(FEVER)

    assert bench.verdicts[-1].decision is Decision.HOLD
    assert bench.admitted() == []


def test_somebody_is_told_to_be_with_an_adult_who_is_being_measured() -> None:
    bench = child_first()
    bench.nobody_for(2)
    bench.read(NORMAL)
    adult = bench.door.passage.passage_id or ""
    bench.link("t-1", adult)
    bench.read(*[NORMAL] * 4)
    bench.card()
    details = RegistrationDetails(phone=PHONE)
    bench.take(RegistrationGiven(at=bench.now, passage_id=adult, details=details, by="g"))

    assert bench.admitted() == [adult, "t-1"]


def test_a_family_gets_in_at_the_second_try_without_a_tap_of_the_guard() -> None:
    bench = child_first()
    for _ in range(2):  # the child first, each time
        bench.comes()
        bench.card()
        bench.comes()

    assert [one.decision for one in bench.verdicts].count(Decision.AMBIGUOUS) == 2
    named = [one for one in (bench.door.passage, *bench.door.desk) if one.person is not None]
    assert [isinstance(one, Registering) for one in named] == [True]
