"""The outcome follows from what is recorded, by a second reckoning that shares no code."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.crowds import FACE, Queue
from gate_agent.contract.policy import MeasurementPolicy
from gate_agent.contract.records import Outcome, Temperature
from gate_agent.domain.limits import recompute
from gate_agent.domain.profile import PROFILES, Profile

SPOT = PROFILES["spot-forehead"]


def reckoned(t: Temperature) -> Outcome:
    """Reckon from the event's figures alone, in exact fractions."""
    value = t.body_centi_c if t.decides_on == "body" else t.surface_centi_c
    if value is None or t.surface_centi_c is None:
        return Outcome.UNUSABLE
    assert t.threshold_centi_c is not None
    assert t.low_centi_c is not None
    assert t.rail_centi_c is not None
    if max(value, t.surface_centi_c) > t.error_above_centi_c:
        return Outcome.UNUSABLE
    ambient = 2400 if t.ambient_centi_c is None else t.ambient_centi_c
    score = value - round(Fraction(t.slope_permille * (ambient - 2400), 1000))
    assert score == t.score_centi_c
    limits = [t.threshold_centi_c] + ([] if t.ceiling_centi_c is None else [t.ceiling_centi_c])
    if score >= min(limits) or max(value, t.surface_centi_c) >= t.rail_centi_c:
        return Outcome.ELEVATED
    return Outcome.LOW if score < t.low_centi_c else Outcome.NORMAL


PEOPLE = st.lists(
    st.tuples(st.one_of(st.integers(3380, 3760), st.integers(3000, 4350)), st.integers(1000, 3500)),
    min_size=1,
    max_size=50,
)
RULES = st.builds(
    MeasurementPolicy,
    alarm_centi_c=st.one_of(st.none(), st.integers(3500, 3800)),
    flag_permille=st.integers(5, 200),
)


@settings(deadline=None)  # a loaded machine is slow, not wrong
@given(PEOPLE, RULES, st.sampled_from(list(PROFILES.values())))
def test_every_outcome_is_told_again_from_the_event_alone(
    people: list[tuple[int, int]], rules: MeasurementPolicy, profile: Profile
) -> None:
    queue = Queue(profile=profile, rules=rules)
    for surface, ambient in people:
        told = queue.measure(surface, ambient=ambient)
        stored = Temperature.model_validate_json(told.model_dump_json())
        assert recompute(stored) is told.outcome
        assert reckoned(stored) is told.outcome
        if told.margin_centi_c is not None:
            assert told.baseline_centi_c is not None
            assert told.threshold_centi_c == told.baseline_centi_c + told.margin_centi_c


def test_a_changed_figure_changes_the_outcome() -> None:
    told = Queue().measure(3640)

    assert recompute(told) is Outcome.NORMAL
    assert recompute(told.model_copy(update={"baseline_centi_c": 3500})) is Outcome.ELEVATED
    assert recompute(told.model_copy(update={"ceiling_centi_c": 3640})) is Outcome.ELEVATED
    assert recompute(told.model_copy(update={"rail_centi_c": 3640})) is Outcome.ELEVATED
    assert recompute(told.model_copy(update={"low_centi_c": 3641})) is Outcome.LOW
    assert recompute(told.model_copy(update={"surface_centi_c": 4260})) is Outcome.UNUSABLE


def test_an_event_from_before_the_limits_were_recorded_is_not_guessed() -> None:
    old = Temperature(outcome=Outcome.NORMAL, surface_centi_c=3640, threshold_centi_c=3730)

    with pytest.raises(ValueError, match="its limits"):
        recompute(old)


def test_a_fixed_threshold_of_the_centre_follows_nobody() -> None:
    queue = Queue(profile=SPOT, rules=MeasurementPolicy(alarm_centi_c=3600))
    for _ in range(40):
        queue.measure(3480)
    told = queue.measure(3590)

    assert (told.outcome, told.rule, told.threshold_centi_c) == (Outcome.NORMAL, "fixed/1", 3600)
    assert (told.margin_centi_c, told.ceiling_centi_c) == (None, None)
    assert told.baseline_centi_c == 3480


def test_fewer_wanted_flags_mean_a_higher_threshold() -> None:
    margins = [FACE.margin(permille) for permille in range(5, 201)]

    assert margins == sorted(margins, reverse=True)
    assert FACE.margin(50) == dict(FACE.margins)[50]
    assert dict(FACE.margins)[100] < FACE.margin(75) < dict(FACE.margins)[50]


def test_a_module_with_a_body_mode_keeps_its_ceiling_whatever_its_crowd_shows() -> None:
    queue = Queue(profile=PROFILES["module-body"])
    for _ in range(60):
        queue.measure(3725)

    assert queue.measure(3730).outcome is Outcome.ELEVATED
