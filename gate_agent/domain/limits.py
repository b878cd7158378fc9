"""What a score is held against (判定界限), and the one rule that makes an outcome of it.

`judge` and `recompute` come through the same rule: an event tells its own outcome again, from
nothing but what stands in it.
"""

from __future__ import annotations

from dataclasses import dataclass

from gate_agent.contract.policy import MeasurementPolicy
from gate_agent.contract.records import Outcome, Temperature
from gate_agent.domain import flag_rate
from gate_agent.domain.baseline import Usual
from gate_agent.domain.profile import AMBIENT_REFERENCE_CENTI_C, Profile

RULE_ADAPTIVE, RULE_FIXED = "adaptive/1", "fixed/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one decision, in hundredths of °C.

    The threshold moves with the baseline. What it may never hide is above the ceiling (a score,
    whatever the baseline) or the rail (a raw reading, whatever else).
    """

    rule: str
    threshold: int
    margin: int | None
    ceiling: int | None
    low: int
    rail: int
    error_above: int

    def outcome(self, *, score: int, highest: int) -> Outcome:
        """Return the outcome; `highest` is the higher of surface and value."""
        if highest > self.error_above:
            return Outcome.UNUSABLE
        over_ceiling = self.ceiling is not None and score >= self.ceiling
        if score >= self.threshold or over_ceiling or highest >= self.rail:
            return Outcome.ELEVATED
        return Outcome.LOW if score < self.low else Outcome.NORMAL


def limits(profile: Profile, measurement: MeasurementPolicy, usual: Usual) -> Limits:
    """Return the limits in force: the centre's fixed threshold, or those that follow the people."""
    fixed = measurement.alarm_centi_c
    if fixed is not None:
        return Limits(
            rule=RULE_FIXED,
            threshold=fixed,
            margin=None,
            ceiling=None,
            low=profile.low_centi_c,
            rail=profile.rail_centi_c,
            error_above=profile.error_above,
        )
    margin = flag_rate.margin(profile, measurement.flag_permille, usual.evidence)
    return Limits(
        rule=RULE_ADAPTIVE,
        threshold=usual.baseline + margin,
        margin=margin,
        ceiling=usual.reference + profile.ceiling_margin,
        low=usual.baseline - profile.low_margin,
        rail=profile.rail_centi_c,
        error_above=profile.error_above,
    )


def recompute(temperature: Temperature) -> Outcome:
    """Return the outcome that this measurement has, from what is recorded in it alone.

    Raises ValueError for one that was recorded before its limits were.
    """
    t = temperature
    if t.contact_centi_c is not None and t.contact_threshold_centi_c is not None:
        fever = t.contact_centi_c >= t.contact_threshold_centi_c
        return Outcome.ELEVATED if fever else Outcome.NORMAL
    value = t.body_centi_c if t.decides_on == "body" else t.surface_centi_c
    if value is None or t.surface_centi_c is None:
        return Outcome.UNUSABLE
    if t.threshold_centi_c is None or t.low_centi_c is None or t.rail_centi_c is None:
        raise ValueError(f"expected a measurement with its limits, got rule {t.rule!r}")
    threshold = t.threshold_centi_c
    if t.baseline_centi_c is not None and t.margin_centi_c is not None:
        threshold = t.baseline_centi_c + t.margin_centi_c
    recorded = Limits(
        rule=t.rule,
        threshold=threshold,
        margin=t.margin_centi_c,
        ceiling=t.ceiling_centi_c,
        low=t.low_centi_c,
        rail=t.rail_centi_c,
        error_above=t.error_above_centi_c,
    )
    ambient = AMBIENT_REFERENCE_CENTI_C if t.ambient_centi_c is None else t.ambient_centi_c
    return recorded.outcome(
        score=score(value, t.slope_permille, ambient), highest=max(value, t.surface_centi_c)
    )


def score(value: int, slope_permille: int, ambient: int) -> int:
    """Return `value` as it would be at 24 °C ambient, to the nearest hundredth, ties to even."""
    numerator = slope_permille * (ambient - AMBIENT_REFERENCE_CENTI_C)
    quotient, rest = divmod(numerator, 1000)
    if 2 * rest > 1000 or (2 * rest == 1000 and quotient % 2):  # noqa: PLR2004 thousandths
        quotient += 1
    return value - quotient
