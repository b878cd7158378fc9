"""From readings to a measurement: nothing edited, nothing invented, unknown never normal."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.benches import NOON, later
from gate_agent.contract.policy import MeasurementPolicy
from gate_agent.contract.records import Outcome, Temperature
from gate_agent.contract.signals import Reading
from gate_agent.domain.baseline import NOBODY_SEEN
from gate_agent.domain.limits import recompute
from gate_agent.domain.temperature import PROFILES, Profile, ReadingWindow, judge, stable_part

SPOT, BODY, FACE = (PROFILES[n] for n in ("spot-forehead", "module-body", "array-face-max"))
FIXED = MeasurementPolicy(alarm_centi_c=3730)  # the limits of this file; others: test_limits


def seen(*surfaces: int, ambient: int | None = 2400, body: int | None = None) -> list[Reading]:
    return [
        Reading(surface_centi_c=surface, ambient_centi_c=ambient, body_centi_c=body)
        for surface in surfaces
    ]


def verdict(readings: list[Reading], profile: Profile = SPOT) -> Temperature:
    return judge(readings, profile, FIXED, NOBODY_SEEN.usual(profile, 0))


def test_the_value_is_the_upper_quartile_of_the_stable_part() -> None:
    temperature = verdict(seen(3400, 3500, 3641, 3645, 3640, 3644, 3642))

    assert temperature.outcome is Outcome.NORMAL
    assert temperature.surface_centi_c == 3644
    assert (temperature.lowest_centi_c, temperature.highest_centi_c) == (3640, 3645)
    assert temperature.samples == 5
    assert temperature.profile == "spot-forehead/3"


@pytest.mark.parametrize(
    ("surface", "outcome"),
    [
        (3729, Outcome.NORMAL),
        (3730, Outcome.ELEVATED),
        (3300, Outcome.NORMAL),
        (3299, Outcome.LOW),
        (4250, Outcome.ELEVATED),
        (4251, Outcome.UNUSABLE),
        (3100, Outcome.LOW),
        (3099, Outcome.UNUSABLE),
        (4301, Outcome.UNUSABLE),
    ],
)
def test_every_limit_is_where_it_is_said_to_be(surface: int, outcome: Outcome) -> None:
    assert verdict(seen(*[surface] * 5)).outcome is outcome


def test_four_readings_are_too_few_and_a_spread_of_twenty_is_not_stable() -> None:
    assert verdict(seen(*[3650] * 4)).reason == "too_few"
    assert verdict(seen(3650, 3650, 3650, 3650, 3670)).reason == "unstable"
    assert verdict(seen(3650, 3650, 3650, 3650, 3669)).outcome is Outcome.NORMAL
    assert verdict([]).outcome is Outcome.UNUSABLE


def test_a_reading_without_skin_breaks_the_stable_part() -> None:
    assert stable_part(seen(*[3650] * 4, 2400, *[3650] * 4), SPOT) == ()
    assert len(stable_part(seen(*[3650] * 4, 2400, *[3650] * 6), SPOT)) == 6


def test_an_instrument_that_says_what_no_person_has_is_not_believed() -> None:
    assert verdict(seen(*[4280] * 5)).reason == "instrument_error"
    assert verdict(seen(3650, 4260, 3650, 4300, 3650)).reason == "instrument_error"


def test_a_cold_skin_is_told_as_such() -> None:
    assert verdict(seen(*[3200] * 5)).reason == "cold_skin"


@pytest.mark.parametrize(
    ("profile", "ambient", "surface", "score"),
    [
        (SPOT, 2400, 3650, 3650),
        (SPOT, 2900, 3650, 3590),  # 5 °C warmer: 0.60 off
        (SPOT, 1900, 3650, 3710),
        (FACE, 2900, 3650, 3625),
        (FACE, 2410, 3650, 3650),  # 0.5 hundredths, to the even neighbour
        (FACE, 2430, 3650, 3648),  # 1.5 hundredths, to the even neighbour
        (FACE, 2390, 3650, 3650),
        (BODY, 2900, 3650, 3650),
    ],
)
def test_the_ambient_slope_is_taken_off_the_score_only(
    profile: Profile, ambient: int, surface: int, score: int
) -> None:
    temperature = verdict(seen(*[surface] * 5, ambient=ambient), profile)

    assert temperature.score_centi_c == score
    assert temperature.surface_centi_c == surface
    assert temperature.ambient_centi_c == ambient
    assert temperature.slope_permille == profile.slope_permille


def test_a_warm_hall_cannot_hide_a_raw_reading_over_the_rail() -> None:
    hidden = verdict(seen(*[3799] * 5, ambient=3000))
    railed = verdict(seen(*[3800] * 5, ambient=3000))

    assert hidden.outcome is Outcome.NORMAL
    assert railed.outcome is Outcome.ELEVATED
    assert railed.score_centi_c == 3728


def test_without_an_ambient_the_reason_says_so_only_where_it_matters() -> None:
    unsure = verdict(seen(*[3650] * 5, ambient=None))
    sure = verdict(seen(*[3500] * 5, ambient=None), FACE)

    assert (unsure.outcome, unsure.reason, unsure.slope_permille) == (
        Outcome.NORMAL,
        "no_ambient",
        0,
    )
    assert unsure.score_centi_c == 3650
    assert (sure.outcome, sure.reason) == (Outcome.NORMAL, None)
    assert verdict(seen(*[3650] * 5, ambient=None), BODY).reason is None


def test_the_centre_may_set_the_alarm() -> None:
    rules = MeasurementPolicy(alarm_centi_c=3650)
    strict = judge(seen(*[3650] * 5), SPOT, rules, NOBODY_SEEN.usual(SPOT, 0))

    assert strict.outcome is Outcome.ELEVATED
    assert strict.threshold_centi_c == 3650


def test_a_module_with_a_body_mode_decides_on_it_and_keeps_the_raw_surface() -> None:
    fever = verdict(seen(*[3480] * 5, body=3760), BODY)
    without = verdict(seen(*[3480] * 5), BODY)

    assert fever.outcome is Outcome.ELEVATED
    assert (fever.surface_centi_c, fever.body_centi_c, fever.score_centi_c) == (3480, 3760, 3760)
    assert without.outcome is Outcome.LOW
    assert verdict(seen(*[3480] * 5, body=3760), SPOT).outcome is Outcome.NORMAL


def test_a_module_whose_raw_surface_is_over_the_rail_is_elevated_whatever_its_body_says() -> None:
    assert verdict(seen(*[3805] * 5, body=3650), BODY).outcome is Outcome.ELEVATED


def test_a_window_ends_when_it_is_stable_or_when_its_time_is_over() -> None:
    window = ReadingWindow(started=NOON)
    for reading in seen(3650, 3651, 3652, 3653):
        window = window.add(reading)

    assert not window.finished(later(NOON, 2.9), SPOT, FIXED)
    assert window.finished(later(NOON, 3.0), SPOT, FIXED)
    assert window.add(seen(3654)[0]).finished(later(NOON, 0.5), SPOT, FIXED)


def test_a_window_is_bounded() -> None:
    window = ReadingWindow(started=NOON)
    for n in range(700):
        window = window.add(seen(3300 + n)[0])

    assert len(window.readings) == 600
    assert window.readings[-1].surface_centi_c == 3999


READINGS = st.lists(
    st.builds(
        Reading,
        surface_centi_c=st.one_of(st.integers(3600, 3640), st.integers(2000, 4500)),
        ambient_centi_c=st.one_of(st.none(), st.integers(500, 4000)),
        body_centi_c=st.one_of(st.none(), st.integers(3400, 4300)),
    ),
    max_size=12,
)


@given(READINGS, st.sampled_from(list(PROFILES.values())))
def test_what_is_stored_was_read_and_a_second_reckoning_agrees(
    readings: list[Reading], profile: Profile
) -> None:
    temperature = verdict(readings, profile)

    if temperature.surface_centi_c is None:
        assert temperature.outcome is Outcome.UNUSABLE
        return
    chosen = Reading(
        surface_centi_c=temperature.surface_centi_c,
        ambient_centi_c=temperature.ambient_centi_c,
        body_centi_c=temperature.body_centi_c,
    )
    value = profile.value(chosen)
    exact = value - Fraction(temperature.slope_permille, 1000) * (
        (temperature.ambient_centi_c or 2400) - 2400
    )
    assert chosen in readings
    assert temperature.score_centi_c is not None
    assert abs(temperature.score_centi_c - exact) <= Fraction(1, 2)
    if temperature.outcome is Outcome.NORMAL:
        assert exact <= Fraction(7459, 2)  # 37.295: what rounds to under 37.30
        assert max(value, chosen.surface_centi_c) < 3800
        assert temperature.samples >= 5


@given(READINGS, st.sampled_from(list(PROFILES.values())))
def test_at_least_a_quarter_of_the_stable_part_is_at_or_above_the_value(
    readings: list[Reading], profile: Profile
) -> None:
    whole = stable_part(readings, profile)
    stable = [one for one in whole if profile.unsound(one) is None]
    temperature = verdict(readings, profile)

    if 2 * len(stable) > len(whole):  # where most are unsound, only the rail is looked at
        value = next(
            profile.value(r)
            for r in stable
            if r.surface_centi_c == temperature.surface_centi_c
            and r.body_centi_c == temperature.body_centi_c
        )
        at_or_above = sum(profile.value(r) >= value for r in stable)
        at_or_below = sum(profile.value(r) <= value for r in stable)
        assert at_or_above * 4 >= len(stable)
        assert at_or_below * 4 >= len(stable) * 3


@pytest.mark.parametrize("ambient", [6000, 1599, 3201, -1, 0x7FFF, -0x8000])
@pytest.mark.parametrize("surface", [3420, 3790])
def test_an_ambient_that_no_instrument_works_in_makes_nothing_of_a_reading(
    surface: int, ambient: int
) -> None:
    for profile in PROFILES.values():
        told = verdict(seen(*[surface] * 5, ambient=ambient, body=3650), profile)

        assert (told.outcome, told.reason) == (Outcome.UNUSABLE, "ambient_range")
        assert (told.surface_centi_c, told.score_centi_c) == (None, None)
        assert (told.ambient_centi_c, told.highest_centi_c) == (ambient, surface)
        assert recompute(told) is Outcome.UNUSABLE


@pytest.mark.parametrize("ambient", [6000, -1, 0x7FFF, -0x8000])
def test_no_ambient_hides_a_raw_reading_over_the_rail(ambient: int) -> None:
    for profile in PROFILES.values():
        told = verdict(seen(*[3860] * 5, ambient=ambient, body=3650), profile)

        assert (told.outcome, told.slope_permille) == (Outcome.ELEVATED, 0)
        assert recompute(told) is Outcome.ELEVATED


def test_one_ambient_that_is_none_costs_nobody_anything_and_is_not_the_value() -> None:
    told = verdict([*seen(3420, 3421, 3422), *seen(3425, ambient=-1), *seen(3424)])

    assert (told.outcome, told.surface_centi_c, told.ambient_centi_c) == (
        Outcome.NORMAL,
        3422,
        2400,
    )


@pytest.mark.parametrize("error", [-1, 0x7FFF, -0x8000, 103755])
def test_what_no_sensor_can_mean_is_no_skin_and_no_value(error: int) -> None:
    for profile in PROFILES.values():
        (reading,) = seen(error, body=error)
        assert not profile.sees_skin(reading)
        assert verdict([reading] * 5, profile).reason == "too_few"

    estimate = verdict(seen(*[3420] * 5, body=error), BODY)
    assert (estimate.outcome, estimate.reason) == (Outcome.UNUSABLE, "instrument_error")
    assert recompute(estimate) is Outcome.UNUSABLE
    hot = verdict(seen(*[3860] * 5, body=error), BODY)
    assert (hot.outcome, recompute(hot)) == (Outcome.ELEVATED, Outcome.ELEVATED)
