"""How the array is set, and what counts as a face before it."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator

from gate_agent.driver_api import Options
from gate_drivers.thermometers.faces import FaceForm, Mask
from gate_drivers.thermometers.gy_mcu90640.codec import HEIGHT, WIDTH

_MASK = re.compile(r"\s*(\d+),(\d+),(\d+),(\d+)\s*")


class GyMcu90640Options(Options):
    """As its place has it."""

    rate_hz: Literal[1, 2, 4] = Field(4, description="pictures a second; 8 needs another baud rate")
    least_points: int = Field(
        12, ge=8, le=200, description="a warm spot of fewer points is too far away for a face"
    )
    most_points: int = Field(
        400, ge=50, le=WIDTH * HEIGHT, description="a warm spot of more points is no face"
    )
    masks: str = Field(
        "",
        max_length=200,
        description="parts that do not count, such as a lamp: left,top,width,height; …, in points "
        "from the upper left one",
    )

    @field_validator("masks")
    @classmethod
    def _are_masks(cls, value: str) -> str:
        for one in filter(None, value.split(";")):
            matched = _MASK.fullmatch(one)
            numbers = [int(number) for number in matched.groups()] if matched else []
            if not numbers or numbers[0] >= WIDTH or numbers[1] >= HEIGHT:
                raise ValueError(
                    f"expected left,top,width,height within {WIDTH},{HEIGHT}, got {one.strip()!r}"
                )
        return value

    def stale_after_s(self, usual: float | None) -> float | None:
        """Return three periods and what a frame takes on the wire."""
        del usual
        return 3 / self.rate_hz + 0.2

    @property
    def form(self) -> FaceForm:
        """What counts as a face."""
        return FaceForm(least=self.least_points, most=self.most_points)

    @property
    def masked(self) -> tuple[Mask, ...]:
        """What does not count."""
        matches = [_MASK.fullmatch(one) for one in self.masks.split(";")]
        numbers = [tuple(map(int, one.groups())) for one in matches if one is not None]
        return tuple(Mask(left=a, top=b, width=c, height=d) for a, b, c, d in numbers)
