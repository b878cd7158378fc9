"""The thermometer's daily check (每日校验): against a black body, or a contact reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gate_agent.contract.measurement_records import CheckDetails, ThermometerChecked
from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.signals import Reading
from gate_agent.domain.baseline import Usual
from gate_agent.domain.effects import StepRefused
from gate_agent.domain.limits import score
from gate_agent.domain.profile import AMBIENT_REFERENCE_CENTI_C, Profile
from gate_agent.domain.steps import median
from gate_agent.domain.temperature import stable_part

BODY_CENTI_C = 3660  # what a contact thermometer shows of people at the baseline
LOWEST_CENTI_C, HIGHEST_CENTI_C = 3400, 4200  # of a reference


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceHeld:
    """The guard holds a reference before the thermometer, and says what it shows."""

    at: Moment
    by: str
    details: CheckDetails


def check(
    held: ReferenceHeld,
    readings: Sequence[Reading],
    *,
    profile: Profile,
    usual: Usual,
    failed_before: int,
) -> ThermometerChecked:
    """Compare what the thermometer sees now with the reference.

    A black body is held against the raw surface value, never against a body estimate. Raw skin
    becomes a body temperature by what is usual at this door; healthy skin varies, so that the
    margin is added to the tolerance there. Raises StepRefused where nothing steady is seen.
    """
    reference, reference_centi_c = held.details.reference, held.details.reference_centi_c
    if not LOWEST_CENTI_C <= reference_centi_c <= HIGHEST_CENTI_C:
        expected = f"a reference of {LOWEST_CENTI_C} to {HIGHEST_CENTI_C} centi °C"
        raise StepRefused("invalid", expected, str(reference_centi_c))
    stable = stable_part(readings, profile)
    if not stable:
        raise StepRefused("out_of_turn", "a steady reading of the reference", "none")
    chosen = sorted(stable, key=profile.value)[len(stable) // 2]
    tolerance = profile.tolerance
    if reference == "blackbody":
        measured = median([reading.surface_centi_c for reading in stable])
    elif profile.decides_on_body and chosen.body_centi_c is not None:
        measured = chosen.body_centi_c
    else:
        ambient = chosen.ambient_centi_c
        skin = score(
            profile.value(chosen),
            profile.slope_permille,
            AMBIENT_REFERENCE_CENTI_C if ambient is None else ambient,
        )
        measured = skin - usual.baseline + BODY_CENTI_C
        tolerance += dict(profile.margins)[50]
    difference = measured - reference_centi_c
    passed = abs(difference) <= tolerance
    return ThermometerChecked(
        **held.details.model_dump(),
        measured_centi_c=measured,
        surface_centi_c=chosen.surface_centi_c,
        ambient_centi_c=chosen.ambient_centi_c,
        difference_centi_c=difference,
        tolerance_centi_c=tolerance,
        passed=passed,
        failed_in_row=0 if passed else failed_before + 1,
        by=held.by,
        at=format_utc(held.at.utc),
        profile=profile.label,
    )
