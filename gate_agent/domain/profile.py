"""Profiles (测温配置): what a kind of sensor sees of a face, as figures.

The figures are those of 1020 people, oral temperature beside skin (PhysioNet face-oral-temp-data
1.0.0, FLIR A325sc); `python -m bench.fever` prints them again. docs/measuring/expert.md says how.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from gate_agent.contract.signals import Reading

AMBIENT_REFERENCE_CENTI_C = 2400
AMBIENT_COLD_CENTI_C, AMBIENT_HOT_CENTI_C = 1600, 3200  # where screening instruments work
SKIN_LOW_CENTI_C, SKIN_HIGH_CENTI_C = 3100, 4300
NO_VALUES = frozenset({-1, 0x7FFF, -0x8000})  # raw FFFF, 7FFF, 8000: a chip's error, no temperature
SENSOR_LOW_CENTI_C, SENSOR_HIGH_CENTI_C = -7000, 38000  # what a MLX90614 can see (data sheet)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Hundredths of °C; slopes in thousandths. Scores are at 24 °C ambient.

    `margins` says how far above the baseline the threshold lies for a wanted rate of flags
    (thousandths of healthy people), rising rates, falling margins.
    """

    name: str
    version: int
    slope_permille: int
    baseline_centi_c: int
    margins: tuple[tuple[int, int], ...]
    ceiling_margin: int
    low_margin: int
    tolerance: int  # of a check: 0.3 °C for a forehead thermometer, 0.4 for a screening instrument
    low_centi_c: int  # below it skin is cold, where the centre sets a fixed threshold
    rail_centi_c: int = 3800
    skin_low: int = SKIN_LOW_CENTI_C
    skin_high: int = SKIN_HIGH_CENTI_C
    error_above: int = 4250
    stable_samples: int = 5
    stable_spread: int = 20
    decides_on_body: bool = False

    def sees_skin(self, reading: Reading) -> bool:
        """Whether a person stands before the sensor."""
        return self.skin_low <= reading.surface_centi_c <= self.skin_high

    def body(self, reading: Reading) -> int | None:
        """Return the body estimate where this profile decides on it, and it is one."""
        return (
            reading.body_centi_c
            if self.decides_on_body and is_value(reading.body_centi_c)
            else None
        )

    def value(self, reading: Reading) -> int:
        """Return what this profile decides on."""
        body = self.body(reading)
        return reading.surface_centi_c if body is None else body

    def unsound(self, reading: Reading) -> str | None:
        """Return why a reading of skin cannot be decided on; None for a sound one."""
        if self.decides_on_body and self.body(reading) != reading.body_centi_c:
            return "instrument_error"
        ambient = reading.ambient_centi_c
        within = ambient is None or AMBIENT_COLD_CENTI_C <= ambient <= AMBIENT_HOT_CENTI_C
        return None if within else "ambient_range"

    def margin(self, flag_permille: int) -> int:
        """Return the margin for a wanted flag rate, on the line between two that were measured."""
        if flag_permille <= self.margins[0][0]:
            return self.margins[0][1]
        for (rare, far), (often, near) in pairwise(self.margins):
            if flag_permille <= often:
                return far - (far - near) * (flag_permille - rare) // (often - rare)
        return self.margins[-1][1]

    @property
    def label(self) -> str:
        """Name and version as they stand in every measurement."""
        return f"{self.name}/{self.version}"


def is_value(centi_c: int | None) -> bool:
    """Whether a sensor can mean this as a temperature."""
    if centi_c is None or centi_c in NO_VALUES:
        return False
    return SENSOR_LOW_CENTI_C <= centi_c <= SENSOR_HIGH_CENTI_C


PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            name="spot-forehead",
            version=3,
            slope_permille=120,
            baseline_centi_c=3455,
            margins=((10, 79), (20, 71), (50, 58), (100, 48), (200, 32)),
            ceiling_margin=120,
            low_margin=170,
            tolerance=30,
            low_centi_c=3300,
        ),
        Profile(  # no public data: the vendor's estimate halves what the skin does
            name="module-body",
            version=2,
            slope_permille=0,
            baseline_centi_c=3650,
            margins=((10, 75), (20, 65), (50, 50), (100, 42), (200, 30)),
            ceiling_margin=80,
            low_margin=120,
            tolerance=30,
            low_centi_c=3500,
            decides_on_body=True,
        ),
        Profile(
            name="array-face-max",
            version=2,
            slope_permille=50,
            baseline_centi_c=3598,
            margins=((10, 66), (20, 60), (50, 47), (100, 36), (200, 25)),
            ceiling_margin=130,
            low_margin=170,
            tolerance=40,
            low_centi_c=3300,
        ),
    )
}
