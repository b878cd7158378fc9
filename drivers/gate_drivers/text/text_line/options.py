"""The options of a device that sends lines: its manual's page about them, as a configuration."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from gate_agent.driver_api import DeviceKind, Options
from gate_drivers.text.text_line.codec import GROUPS, LineForm

_ENDS = {"any": b"\r\n", "cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "etx": b"\x03"}
_WANTED = {
    DeviceKind.THERMOMETER: "temperature",
    DeviceKind.BADGE: "badge",
    DeviceKind.SCANNER: "code",
}


class TextLineOptions(Options):
    """How its lines look, when they come, and a sample of one."""

    pattern: str = Field(
        min_length=3,
        max_length=300,
        description="regular expression of the whole line, without its end; named groups: "
        "temperature, ambient, badge, code, check, checked",
    )
    sample: str = Field(
        min_length=1,
        max_length=256,
        description="a line as the manual shows it: the pattern must fit, `check` proves it",
    )
    unit: Literal["celsius", "tenths", "hundredths", "fahrenheit", "kelvin"] = Field(
        "celsius", description="of temperature and ambient: 36.4, 364, 3642, 97.6, 309.57"
    )
    terminator: Literal["any", "cr", "lf", "crlf", "etx"] = Field(
        "any", description="what ends a line; any: CR, LF or both"
    )
    checksum: Literal["none", "sum", "xor"] = Field(
        "none", description="what the group `check` is: two hex digits over what stands before it"
    )
    ask: str = Field(
        "", max_length=64, description="what is sent to ask for one line; nothing: it sends itself"
    )
    period_ms: int = Field(
        500, ge=50, le=10_000, description="how often a thermometer sends, or is asked"
    )
    gone_ms: int = Field(
        1000, ge=0, le=60_000, description="the same badge or code again within this is the same"
    )

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            compiled = re.compile(value)
        except re.error as exc:
            raise ValueError(f"expected a regular expression, got one with {exc}") from None
        if unknown := sorted(set(compiled.groupindex) - set(GROUPS)):
            raise ValueError(f"expected groups of {', '.join(GROUPS)}, got {', '.join(unknown)}")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.checksum != "none" and "check" not in self.form.pattern.groupindex:
            raise ValueError("expected a group `check` where there is a checksum, got none")
        if self.form.parse(self.sample.encode()) is None:
            raise ValueError("expected a sample that the pattern and checksum fit, got another")
        return self

    def misfit(self, kind: DeviceKind) -> str | None:
        """Return what is wrong for a device of this kind."""
        if kind is DeviceKind.EXIT:
            names = [_WANTED[DeviceKind.BADGE], _WANTED[DeviceKind.SCANNER]]
        else:
            names = [_WANTED[kind]]
        if set(names) & set(self.form.pattern.groupindex):
            return None
        return f"expected a group `{' or '.join(names)}` in the pattern, got none"

    def stale_after_s(self, usual: float | None) -> float | None:
        """Return three periods of a thermometer; what is only used at times is never stale."""
        del usual
        return 3 * self.period_ms / 1000 if self.is_thermometer else None

    @property
    def form(self) -> LineForm:
        """How its lines look, for the codec."""
        return LineForm(pattern=re.compile(self.pattern), unit=self.unit, check=self.checksum)

    @property
    def is_thermometer(self) -> bool:
        """Whether its lines are readings."""
        return "temperature" in self.form.pattern.groupindex

    @property
    def ends(self) -> bytes:
        """The bytes of which each ends a line."""
        return _ENDS[self.terminator]

    @property
    def sent_end(self) -> bytes:
        """What the device puts behind a line."""
        return _ENDS[self.terminator]
