"""From readings to one measurement (测温): the stable part, a value really measured, a verdict.

No reading is ever edited, clamped or invented: deployed fever terminals were found to pull
readings towards normal (Healy et al. 2021, J Biomed Opt 26(4) 043009).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gate_agent.contract.moment import Moment
from gate_agent.contract.policy import MeasurementPolicy
from gate_agent.contract.records import Outcome, Temperature
from gate_agent.contract.signals import Reading
from gate_agent.domain.baseline import FEVER_CONTACT_CENTI_C, Usual
from gate_agent.domain.changed import replace
from gate_agent.domain.limits import Limits, limits, score
from gate_agent.domain.profile import (
    AMBIENT_COLD_CENTI_C,
    AMBIENT_HOT_CENTI_C,
    AMBIENT_REFERENCE_CENTI_C,
    PROFILES,
    Profile,
    is_value,
)

__all__ = [
    "PROFILES",
    "Profile",
    "ReadingWindow",
    "by_hand",
    "is_by_hand",
    "judge",
    "not_measured",
    "stable_part",
]

MOST_READINGS = 600  # a window's bound: 30 s at 20 Hz


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingWindow:
    """The readings of one measurement so far, oldest first."""

    started: Moment
    readings: tuple[Reading, ...] = ()

    def add(self, reading: Reading) -> ReadingWindow:
        """Return the window with one more reading; the oldest goes when it is full."""
        return replace(self, readings=(*self.readings, reading)[-MOST_READINGS:])

    def ends_ns(self, measurement: MeasurementPolicy) -> int:
        """Return when the window ends, stable or not, in nanoseconds since boot."""
        return self.started.plus_s(measurement.window_s)

    def finished(self, now: Moment, profile: Profile, measurement: MeasurementPolicy) -> bool:
        """Whether it can be judged: stable, or at its end."""
        return now.boot_ns >= self.ends_ns(measurement) or bool(stable_part(self.readings, profile))


def stable_part(readings: Sequence[Reading], profile: Profile) -> tuple[Reading, ...]:
    """Return the longest run of newest readings that is skin and hardly varies; () if too short."""
    lowest = highest = None
    run = 0
    for reading in reversed(readings):
        value = profile.value(reading)
        lowest = value if lowest is None else min(lowest, value)
        highest = value if highest is None else max(highest, value)
        if not profile.sees_skin(reading) or highest - lowest >= profile.stable_spread:
            break
        run += 1
    return tuple(readings[len(readings) - run :]) if run >= profile.stable_samples else ()


def judge(
    readings: Sequence[Reading], profile: Profile, measurement: MeasurementPolicy, usual: Usual
) -> Temperature:
    """Return what `readings` (oldest first) say, against what is usual now.

    The value is the upper quartile of the sound readings of the stable part, by nearest rank: a
    value that was measured, with the ambient of the same reading. Where most of them are unsound
    (an ambient that no instrument works in, an estimate that is none) nothing is decided on, but
    a raw reading over the rail, without a slope. Without an ambient no slope is applied either,
    and the reason says `no_ambient` where one between 16 and 32 °C would change the outcome.
    """
    held = limits(profile, measurement, usual)
    stable = stable_part(readings, profile)
    if not stable:
        return _unstable(readings, profile, held)
    sound = [reading for reading in stable if profile.unsound(reading) is None]
    if 2 * len(sound) <= len(stable):
        sound = [one for one in stable if _top(one, profile) >= held.rail]
    if not sound:
        return _unstable(readings, profile, held)
    chosen = sorted(sound, key=profile.value)[-(-3 * len(sound) // 4) - 1]
    value, ambient = profile.value(chosen), chosen.ambient_centi_c
    trusted = ambient is not None and profile.unsound(chosen) is None
    slope = profile.slope_permille if trusted else 0
    scored = score(value, slope, AMBIENT_REFERENCE_CENTI_C if ambient is None else ambient)
    highest = _top(chosen, profile)
    outcome = held.outcome(score=scored, highest=highest)
    reason = _reason(outcome, held, score=scored, highest=highest)
    if ambient is None and reason is None:
        elsewhere = (
            score(value, profile.slope_permille, AMBIENT_COLD_CENTI_C),
            score(value, profile.slope_permille, AMBIENT_HOT_CENTI_C),
        )
        if any(held.outcome(score=other, highest=highest) != outcome for other in elsewhere):
            reason = "no_ambient"
    surfaces = [reading.surface_centi_c for reading in stable]
    return Temperature(
        outcome=outcome,
        reason=reason,
        surface_centi_c=chosen.surface_centi_c,
        ambient_centi_c=ambient,
        body_centi_c=chosen.body_centi_c,
        score_centi_c=scored,
        threshold_centi_c=held.threshold,
        slope_permille=slope,
        lowest_centi_c=min(surfaces),
        highest_centi_c=max(surfaces),
        samples=len(stable),
        readings=len(readings),
        profile=profile.label,
        rule=held.rule,
        decides_on="surface" if profile.body(chosen) is None else "body",
        baseline_centi_c=usual.baseline,
        baseline_people=usual.people,
        baseline_source=usual.source,
        margin_centi_c=held.margin,
        ceiling_centi_c=held.ceiling,
        low_centi_c=held.low,
        rail_centi_c=held.rail,
        error_above_centi_c=held.error_above,
    )


def by_hand(
    measured: Temperature, contact_centi_c: int, by: str, line_centi_c: int = FEVER_CONTACT_CENTI_C
) -> Temperature:
    """Return the measurement with the contact thermometer's reading: that one decides now."""
    elevated = contact_centi_c >= line_centi_c
    return measured.model_copy(
        update={
            "outcome": Outcome.ELEVATED if elevated else Outcome.NORMAL,
            "reason": None,
            "contact_centi_c": contact_centi_c,
            "contact_threshold_centi_c": line_centi_c,
            "contact_by": by,
            "contact_at": None,
        }
    )


def is_by_hand(measured: Temperature | None) -> bool:
    """Whether the contact thermometer decided of this, lately or now."""
    return measured is not None and measured.contact_centi_c is not None


def not_measured(profile: Profile) -> Temperature:
    """Return the measurement of somebody who was not measured."""
    return Temperature(outcome=Outcome.UNUSABLE, reason="not_measured", profile=profile.label)


def _reason(outcome: Outcome, held: Limits, *, score: int, highest: int) -> str | None:
    """Return what made the outcome, where the threshold alone did not."""
    match outcome:
        case Outcome.LOW:
            return "cold_skin"
        case Outcome.UNUSABLE:
            return "instrument_error"
        case Outcome.ELEVATED if score < held.threshold:
            return "over_rail" if highest >= held.rail else "over_ceiling"
        case _:
            return None


def _top(reading: Reading, profile: Profile) -> int:
    """Return the higher of surface and value: what the rail is held against."""
    return max(profile.value(reading), reading.surface_centi_c)


def _unstable(readings: Sequence[Reading], profile: Profile, held: Limits) -> Temperature:
    skin = [reading for reading in readings if profile.sees_skin(reading)]
    surfaces = [reading.surface_centi_c for reading in skin]
    unsound = Counter(filter(None, map(profile.unsound, skin)))
    if any(
        profile.value(reading) > profile.error_above and is_value(reading.surface_centi_c)
        for reading in readings
    ):
        reason = "instrument_error"
    elif len(skin) < profile.stable_samples:
        reason = "too_few"
    elif 2 * unsound.total() >= len(skin):
        ((reason, _),) = unsound.most_common(1)
    else:
        reason = "unstable"
    return Temperature(
        outcome=Outcome.UNUSABLE,
        reason=reason,
        threshold_centi_c=held.threshold,
        ambient_centi_c=skin[-1].ambient_centi_c if reason == "ambient_range" else None,
        lowest_centi_c=min(surfaces, default=None),
        highest_centi_c=max(surfaces, default=None),
        readings=len(readings),
        profile=profile.label,
        rule=held.rule,
    )
