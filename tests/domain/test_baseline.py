"""What is usual at a door: everyone, one value a person, no lock-up, and no hiding in a queue."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from domain.crowds import FACE, Queue, contact, decided, person
from gate_agent.contract.records import HoldState, Outcome, Temperature
from gate_agent.domain.baseline import NOBODY_SEEN, Source
from gate_agent.domain.profile import PROFILES
from gate_agent.domain.steps import median

PRIOR = FACE.baseline_centi_c
HEALTHY, FEVERISH = 3650, 3820  # contact readings
EVIDENCE_AFTER = 5  # people who come until the contact thermometer has spoken


def crowd(count: int, middle: int, seed: int = 1) -> list[int]:
    """Skins of a healthy crowd round `middle`, as wide as the measured one."""
    dice = random.Random(seed)  # noqa: S311 people of a test
    return [round(dice.gauss(middle, 31)) for _ in range(count)]


def elevated(queue: Queue, since: int = 0) -> list[bool]:
    return [told.outcome is Outcome.ELEVATED for told in queue.told[since:]]


def come(queue: Queue, skins: list[int], truth: int | None) -> None:
    """Let people come; each elevated one meets the contact thermometer after a while."""
    first = queue.count
    for skin in skins:
        queue.measure(skin)
        late = queue.count - EVIDENCE_AFTER
        if truth is not None and late > first and elevated(queue)[late - 1]:
            queue.recheck(late, truth)


def test_a_new_door_begins_with_the_profiles_figure_and_learns_from_ten_people() -> None:
    queue = Queue()
    assert (queue.usual.baseline, queue.usual.source) == (PRIOR, Source.MODEL)

    for _ in range(9):
        queue.measure(3500)
    assert (queue.usual.people, queue.usual.source) == (9, Source.MODEL)
    queue.measure(3500)

    assert (queue.usual.baseline, queue.usual.source) == (3500, Source.PEOPLE)


def test_four_people_cannot_move_the_baseline_far() -> None:
    queue = Queue()
    for _ in range(4):
        queue.measure(3480)

    assert queue.usual.baseline == PRIOR


def test_three_flagged_people_proven_healthy_make_the_newest_ten_the_baseline() -> None:
    queue = Queue()
    for skin in crowd(60, PRIOR):
        queue.measure(skin)
    for _ in range(8):
        queue.measure(PRIOR + 100)
    assert queue.usual.baseline < PRIOR + 50
    for number in (61, 62, 63):
        queue.recheck(number, HEALTHY)

    assert (queue.usual.baseline, queue.usual.people) == (PRIOR + 100, 10)


def test_the_same_person_measured_three_times_counts_once() -> None:
    queue = Queue()
    for skin in crowd(12, PRIOR):
        queue.measure(skin)
    for _ in range(3):
        queue.measure(3480, ref=person(1))

    seen = [s for s in queue.memory.seen if s.person_ref == person(1)]
    assert len(seen) == 1
    assert queue.usual.people == 13


def test_staff_who_pass_all_day_do_not_become_the_baseline() -> None:
    queue = Queue()
    for skin in crowd(20, PRIOR):
        queue.measure(skin)
    for n in range(60):
        queue.measure(PRIOR + 40, ref=person(n % 3))

    assert queue.usual.people == 23
    assert abs(queue.usual.baseline - PRIOR) < 20


def test_a_verdict_overruled_or_named_later_counts_once() -> None:
    queue = Queue()
    told = queue.measure(3600)
    memory = queue.memory.after(decided(told, "p-1", ref=person(1)), 1)

    assert [(s.passage_id, s.person_ref) for s in memory.seen] == [("p-1", person(1))]


def test_a_measurement_without_a_result_is_nobodys_value() -> None:
    queue = Queue()
    queue.measure(4280)
    unmeasured = Temperature(outcome=Outcome.UNUSABLE, reason="not_measured")

    assert queue.told[0].outcome is Outcome.UNUSABLE
    assert queue.memory.after(decided(unmeasured, "p-9"), 0) == NOBODY_SEEN


def test_what_another_profile_measured_is_not_remembered() -> None:
    queue = Queue()
    for _ in range(30):
        queue.measure(3500)
    spot = PROFILES["spot-forehead"]

    assert queue.memory.usual(spot, queue.now_ns).baseline == spot.baseline_centi_c


def test_after_a_quiet_night_the_door_falls_back_to_what_it_knows() -> None:
    queue = Queue()
    for _ in range(40):
        queue.measure(3520)
    queue.now_s += 12 * 3600

    assert queue.usual.people == 0
    assert (queue.usual.baseline, queue.usual.source) == (3520, Source.MEMORY)


def test_after_a_long_time_the_door_falls_back_to_the_model() -> None:
    queue = Queue()
    for _ in range(40):
        queue.measure(3520)
    queue.now_s += 15 * 86_400

    assert (queue.usual.baseline, queue.usual.source) == (PRIOR, Source.MODEL)


def test_sparse_arrivals_are_judged_by_what_is_known_and_not_by_two_people() -> None:
    queue = Queue(every_s=2 * 3600)
    for skin in crowd(40, PRIOR):
        queue.measure(skin)

    assert queue.usual.people <= 2
    assert queue.usual.source is Source.MEMORY


def test_a_step_of_the_whole_queue_is_over_within_fifteen_people() -> None:
    for step in (50, 100, 150):
        queue = Queue()
        for skin in crowd(60, PRIOR):
            queue.measure(skin)
        come(queue, crowd(60, PRIOR + step, seed=2), HEALTHY)

        flags = elevated(queue, since=60 + 15)
        assert sum(flags) <= len(flags) * 0.2, step


def test_a_step_down_is_never_normal_and_is_over_within_fifteen_people() -> None:
    queue = Queue()
    for skin in crowd(60, PRIOR):
        queue.measure(skin)
    come(queue, crowd(60, PRIOR - 250, seed=2), None)

    assert all(told.outcome is Outcome.LOW for told in queue.told[60:70])
    assert sum(told.outcome is Outcome.NORMAL for told in queue.told[75:]) >= 40


def test_thirty_feverish_people_in_a_row_are_not_hidden() -> None:
    queue = Queue()
    for skin in crowd(60, PRIOR):
        queue.measure(skin)
    come(queue, crowd(30, PRIOR + 120, seed=2), FEVERISH)

    assert sum(elevated(queue, since=60)) >= 28
    assert queue.usual.baseline < PRIOR + 20


def test_without_a_contact_thermometer_high_fever_in_a_hot_queue_is_over_the_ceiling() -> None:
    queue = Queue()
    for skin in crowd(150, PRIOR):
        queue.measure(skin)
    come(queue, [PRIOR + 160] * 60, None)

    assert all(elevated(queue, since=150))
    assert queue.told[-1].reason == "over_ceiling"


def test_three_flagged_people_proven_healthy_lift_the_ceiling_and_two_do_not() -> None:
    queue = Queue()
    for skin in crowd(60, PRIOR):
        queue.measure(skin)
    for _ in range(3):
        queue.measure(PRIOR + 150)
    before = queue.usual.reference
    queue.recheck(61, HEALTHY)
    queue.recheck(62, HEALTHY)
    assert queue.usual.reference == before
    queue.recheck(63, HEALTHY)

    assert queue.usual.reference == PRIOR + 150 - dict(FACE.margins)[10]


def test_who_decides_about_a_hold_has_the_last_word_on_the_value() -> None:
    queue = Queue()
    for skin in crowd(12, PRIOR):
        queue.measure(skin)
    queue.measure(PRIOR + 200)
    for step, people in ((HoldState.CONFIRMED, 12), (HoldState.RELEASED, 13)):
        memory = queue.memory.after(contact("p-13", None, step), 0)
        assert memory.usual(FACE, queue.now_ns).people == people


def test_a_contact_reading_that_no_body_has_proves_nothing() -> None:
    queue = Queue()
    queue.measure(PRIOR + 200)

    assert queue.memory.after(contact("p-1", 3400), 0) == queue.memory


@given(st.lists(st.integers(3000, 4200), min_size=1, max_size=40))
def test_the_median_lies_in_the_middle(values: list[int]) -> None:
    middle = median(values)

    assert sum(v <= middle for v in values) * 2 >= len(values)
    assert sum(v >= middle for v in values) * 2 >= len(values) - 1
    assert min(values) <= middle <= max(values)
