"""From readings to one measurement (测温): the stable part, a value really measured, a verdict.

No reading is ever edited, clamped or invented: deployed fever terminals were found to pull
readings towards normal (Healy et al. 2021, J Biomed Opt 26(4) 043009).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gate_agent.domain.policy import MeasurementPolicy
from gate_agent.domain.records import Outcome, Temperature
from gate_agent.domain.signals import Reading
from gate_agent.moment import Moment

AMBIENT_REFERENCE_CENTI_C = 2400
AMBIENT_COLD_CENTI_C, AMBIENT_HOT_CENTI_C = 1600, 3200  # where screening instruments work
MOST_READINGS = 600  # a window's bound: 30 s at 20 Hz


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a kind of sensor sees of a face, in hundredths of °C; slopes in thousandths."""

    name: str
    version: int
    slope_permille: int
    alarm_centi_c: int
    low_centi_c: int
    rail_centi_c: int = 3800
    skin_low: int = 3100
    skin_high: int = 4300
    error_above: int = 4250
    stable_samples: int = 5
    stable_spread: int = 20
    decides_on_body: bool = False

    def sees_skin(self, reading: Reading) -> bool:
        """Whether a person stands before the sensor."""
        return self.skin_low <= reading.surface_centi_c <= self.skin_high

    def value(self, reading: Reading) -> int:
        """Return what this profile decides on."""
        if self.decides_on_body and reading.body_centi_c is not None:
            return reading.body_centi_c
        return reading.surface_centi_c

    @property
    def label(self) -> str:
        """Name and version as they stand in every measurement."""
        return f"{self.name}/{self.version}"


PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        # slopes: forehead centre and face maximum of 2029 people (PhysioNet face-oral-temp-data)
        Profile(
            name="spot-forehead",
            version=1,
            slope_permille=170,
            alarm_centi_c=3730,
            low_centi_c=3300,
        ),
        Profile(
            name="module-body",
            version=1,
            slope_permille=0,
            alarm_centi_c=3730,
            low_centi_c=3500,
            decides_on_body=True,
        ),
        Profile(
            name="array-face-max",
            version=1,
            slope_permille=50,
            alarm_centi_c=3730,
            low_centi_c=3300,
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The readings of one measurement so far, oldest first."""

    started: Moment
    readings: tuple[Reading, ...] = ()

    def add(self, reading: Reading) -> Window:
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
    readings: Sequence[Reading], profile: Profile, measurement: MeasurementPolicy
) -> Temperature:
    """Return what `readings` (oldest first) say.

    The value is the upper quartile of the stable part, by nearest rank: a value that was
    measured, with the ambient of the same reading. Without an ambient no slope is applied, and
    the reason says `no_ambient` where some ambient between 16 and 32 °C would change the outcome.
    """
    threshold = measurement.alarm_centi_c or profile.alarm_centi_c
    stable = stable_part(readings, profile)
    if not stable:
        return _unstable(readings, profile, threshold)
    chosen = sorted(stable, key=profile.value)[-(-3 * len(stable) // 4) - 1]
    value, ambient = profile.value(chosen), chosen.ambient_centi_c
    slope = 0 if ambient is None else profile.slope_permille
    score = _score(value, slope, AMBIENT_REFERENCE_CENTI_C if ambient is None else ambient)
    surfaces = [reading.surface_centi_c for reading in stable]
    outcome = _outcome(chosen, score, threshold, profile)
    reason = _REASONS.get(outcome)
    if ambient is None and reason is None:
        elsewhere = (
            _score(value, profile.slope_permille, AMBIENT_COLD_CENTI_C),
            _score(value, profile.slope_permille, AMBIENT_HOT_CENTI_C),
        )
        if any(_outcome(chosen, score, threshold, profile) != outcome for score in elsewhere):
            reason = "no_ambient"
    return Temperature(
        outcome=outcome,
        reason=reason,
        surface_centi_c=chosen.surface_centi_c,
        ambient_centi_c=ambient,
        body_centi_c=chosen.body_centi_c,
        score_centi_c=score,
        threshold_centi_c=threshold,
        slope_permille=slope,
        lowest_centi_c=min(surfaces),
        highest_centi_c=max(surfaces),
        samples=len(stable),
        profile=profile.label,
    )


def not_measured(profile: Profile) -> Temperature:
    """Return the measurement of somebody who was not measured."""
    return Temperature(outcome=Outcome.UNUSABLE, reason="not_measured", profile=profile.label)


_REASONS = {Outcome.LOW: "cold_skin", Outcome.UNUSABLE: "instrument_error"}


def _outcome(chosen: Reading, score: int, threshold: int, profile: Profile) -> Outcome:
    raw = max(profile.value(chosen), chosen.surface_centi_c)
    if raw > profile.error_above:
        return Outcome.UNUSABLE
    if score >= threshold or raw >= profile.rail_centi_c:
        return Outcome.ELEVATED
    return Outcome.LOW if score < profile.low_centi_c else Outcome.NORMAL


def _unstable(readings: Sequence[Reading], profile: Profile, threshold: int) -> Temperature:
    skin = [r.surface_centi_c for r in readings if profile.sees_skin(r)]
    if any(profile.value(reading) > profile.error_above for reading in readings):
        reason = "instrument_error"
    else:
        reason = "too_few" if len(skin) < profile.stable_samples else "unstable"
    return Temperature(
        outcome=Outcome.UNUSABLE,
        reason=reason,
        threshold_centi_c=threshold,
        lowest_centi_c=min(skin, default=None),
        highest_centi_c=max(skin, default=None),
        profile=profile.label,
    )


def _score(value: int, slope_permille: int, ambient: int) -> int:
    return value - _half_even(slope_permille * (ambient - AMBIENT_REFERENCE_CENTI_C), 1000)


def _half_even(numerator: int, denominator: int) -> int:
    """Divide integers, ties to the even neighbour; a float near 37.3 is a trap."""
    quotient, rest = divmod(numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and quotient % 2):
        quotient += 1
    return quotient
