"""The daily check compares like with like, and what it finds stands in its event."""

from __future__ import annotations

import pytest

from domain.benches import NOON
from gate_agent.contract.measurement_records import CheckDetails, Reference, ThermometerChecked
from gate_agent.contract.records import Severity
from gate_agent.contract.signals import Reading
from gate_agent.domain.baseline import Source, Usual
from gate_agent.domain.effects import StepRefused
from gate_agent.domain.profile import PROFILES, Profile
from gate_agent.domain.thermometer_check import ReferenceHeld, check

SPOT, BODY, FACE = (PROFILES[n] for n in ("spot-forehead", "module-body", "array-face-max"))
USUAL = Usual(baseline=3400, people=30, source=Source.PEOPLE, reference=3400)


def checked(
    surface: int,
    reference: Reference,
    centi_c: int,
    *,
    profile: Profile = SPOT,
    body: int | None = None,
    ambient: int | None = 2400,
    times: int = 5,
    failed_before: int = 0,
) -> ThermometerChecked:
    reading = Reading(surface_centi_c=surface, ambient_centi_c=ambient, body_centi_c=body)
    details = CheckDetails(reference=reference, reference_centi_c=centi_c)
    return check(
        ReferenceHeld(at=NOON, by="guard-1", details=details),
        [reading] * times,
        profile=profile,
        usual=USUAL,
        failed_before=failed_before,
    )


@pytest.mark.parametrize(
    ("profile", "surface", "passed"),
    [(SPOT, 3730, True), (SPOT, 3731, False), (SPOT, 3669, False), (FACE, 3740, True),
     (FACE, 3741, False), (BODY, 3730, True), (BODY, 3731, False)],
)  # fmt: skip
def test_a_black_body_is_held_against_the_raw_value_within_the_tolerance(
    profile: Profile,
    surface: int,
    passed: bool,  # noqa: FBT001
) -> None:
    told = checked(surface, "blackbody", 3700, profile=profile, body=3900, ambient=3000)

    assert told.passed is passed
    assert told.measured_centi_c == told.surface_centi_c == surface
    assert told.severity is (Severity.ROUTINE if passed else Severity.URGENT)


def test_a_contact_reading_is_held_against_the_body_estimate_where_there_is_one() -> None:
    told = checked(3450, "contact", 3660, profile=BODY, body=3689)

    assert (told.passed, told.measured_centi_c, told.tolerance_centi_c) == (True, 3689, 30)


def test_raw_skin_becomes_a_body_temperature_by_what_is_usual_here() -> None:
    told = checked(3460, "contact", 3660, ambient=2900)

    assert told.measured_centi_c == 3460 - 60 - 3400 + 3660
    assert told.tolerance_centi_c == 30 + dict(SPOT.margins)[50]
    assert told.passed


def test_an_air_of_nought_degrees_is_an_air() -> None:
    assert checked(3460, "contact", 3660, ambient=0).measured_centi_c == 3460 + 288 + 260
    assert checked(3460, "contact", 3660, ambient=None).measured_centi_c == 3460 + 260


def test_failures_in_a_row_are_counted_until_one_passes() -> None:
    assert checked(3900, "blackbody", 3700, failed_before=1).failed_in_row == 2
    assert checked(3700, "blackbody", 3700, failed_before=5).failed_in_row == 0


def test_without_a_steady_reading_nothing_is_compared() -> None:
    with pytest.raises(StepRefused, match="steady"):
        checked(3700, "blackbody", 3700, times=4)
    with pytest.raises(StepRefused, match="steady"):
        checked(2400, "blackbody", 3700)
    with pytest.raises(StepRefused, match="3400 to 4200"):
        checked(3700, "blackbody", 3300)
