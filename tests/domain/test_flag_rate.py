"""The flag rate follows who was flagged and found healthy, within rails; steps are soon over."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.crowds import FACE, Queue
from gate_agent.contract.records import Outcome
from gate_agent.domain.flag_rate import NARROWEST, NO_EVIDENCE, WIDEST, Evidence, is_stuck, margin
from gate_agent.domain.limits import limits
from gate_agent.domain.profile import PROFILES
from gate_agent.domain.steps import FALL_LEAST, since_fall, since_rise

PRIOR, PLAN = FACE.baseline_centi_c, FACE.margin(50)
LATE = 5  # people who come until a flagged one meets the contact thermometer
DEVIATIONS = st.lists(st.integers(-300, 300), max_size=12).map(tuple)


def crowd(count: int, middle: int = PRIOR, width: int = 31, seed: int = 1) -> list[int]:
    """Skins of healthy people; `width`: how they vary (31: as the profile plans)."""
    dice = random.Random(seed)  # noqa: S311 people of a test
    return [round(dice.gauss(middle, width)) for _ in range(count)]


def come(queue: Queue, skins: list[int], reads: tuple[int, ...] = (3640, 3660)) -> list[bool]:
    """Let people come, each flagged one answered LATE; return who was flagged."""
    first = queue.count
    for skin in skins:
        queue.measure(skin)
        late = queue.count - LATE
        if reads and late > first and queue.told[late - 1].outcome is Outcome.ELEVATED:
            queue.recheck(late, reads[late % len(reads)])
    return [told.outcome is Outcome.ELEVATED for told in queue.told[first:]]


def margin_of(queue: Queue) -> int:
    return limits(queue.profile, queue.rules, queue.usual).margin or 0


@pytest.mark.parametrize("width", [22, 42])
def test_the_wanted_share_is_flagged_whatever_the_profile_was_made_of(width: int) -> None:
    queue = Queue()
    come(queue, crowd(150, width=width))
    flags = come(queue, crowd(600, width=width, seed=2))

    assert 0.03 <= sum(flags) / len(flags) <= 0.07


def test_flags_that_nobody_answers_move_nothing() -> None:
    queue = Queue()
    come(queue, crowd(80, width=45), reads=())

    assert margin_of(queue) == PLAN


def test_a_contact_thermometer_that_always_says_the_same_moves_nothing() -> None:
    queue = Queue()
    come(queue, crowd(150, width=45), reads=(3650,))

    assert margin_of(queue) == PLAN
    assert is_stuck([3650] * 12)
    assert not is_stuck([3650] * 11)
    assert not is_stuck([*[3650] * 11, 3640])


def test_a_contact_thermometer_that_calls_every_fever_healthy_moves_the_margin_to_its_rail() -> (
    None
):
    queue = Queue()
    come(queue, [skin + 55 * (n % 3 == 0) for n, skin in enumerate(crowd(150))])

    assert PLAN < margin_of(queue) <= PLAN * WIDEST // 100
    assert queue.measure(3800).outcome is Outcome.ELEVATED


def test_a_reading_hotter_than_any_body_proves_no_fever() -> None:
    queue = Queue()
    queue.measure(PRIOR + 200)
    known = queue.memory
    queue.recheck(1, 4300)

    assert queue.memory == known


@given(DEVIATIONS, DEVIATIONS, st.integers(0, 60), st.integers(5, 200))
def test_no_evidence_moves_the_margin_beyond_its_rails(
    unflagged: tuple[int, ...], found: tuple[int, ...], unanswered: int, permille: int
) -> None:
    evidence = Evidence(
        unflagged=unflagged,
        found_healthy=found,
        flagged=len(found) + unanswered,
        answered=len(found),
    )
    for profile in PROFILES.values():
        plan = profile.margin(permille)
        now = margin(profile, permille, evidence)
        assert plan * NARROWEST // 100 <= now <= plan * WIDEST // 100
        assert margin(profile, permille, NO_EVIDENCE) == plan


def test_few_people_move_it_little_and_two_hundred_all_the_way() -> None:
    def learnt(people: int) -> int:
        return margin(FACE, 50, Evidence(unflagged=tuple(range(-people, 0))))

    assert PLAN - 3 <= learnt(20) < PLAN
    assert learnt(200) == learnt(300) == PLAN * NARROWEST // 100


@pytest.mark.parametrize("step", [-150, -100, -50, 50, 100, 150])
def test_a_sudden_step_either_way_is_over_within_fifteen_people(step: int) -> None:
    queue = Queue()
    come(queue, crowd(60))
    come(queue, crowd(15, PRIOR + step, seed=10))

    assert abs(queue.usual.baseline - PRIOR - step) <= PLAN * 2 // 3
    flags = come(queue, crowd(40, PRIOR + step, seed=20))
    assert sum(flags) <= 8


def test_who_was_flagged_for_a_step_does_not_widen_the_margin() -> None:
    queue = Queue()
    come(queue, crowd(120))
    before = margin_of(queue)
    come(queue, crowd(60, PRIOR + 100, seed=2))

    assert margin_of(queue) <= before + 12


def test_a_few_cold_people_are_no_step_and_a_hot_queue_is_none_without_a_contact_reading() -> None:
    usual = crowd(20)
    cold = [*usual, *crowd(FALL_LEAST - 1, PRIOR - 150)]
    assert since_fall(cold, PLAN) == 0
    assert since_fall([*cold, PRIOR - 150], PLAN) == len(usual)

    hot = [*usual, *[PRIOR + 150] * 10]
    nobody, three = [False] * 30, [n in (21, 24, 27) for n in range(30)]
    assert since_rise(hot, nobody, PLAN) == 0
    assert since_rise(hot, three, PLAN) == 20
    assert since_rise(crowd(30), three, PLAN) == 0
