"""Where a thermometer's values stand among its registers, and presets of some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from gate_agent.driver_api import Options

_MOST_AT_ONCE = 32  # registers of one question
_WORDS = {"int16": 1, "uint16": 1, "int32": 2, "float32": 2}
PRESETS: Mapping[str, Mapping[str, Any]] = {
    "none": {},
    # Calex PyroMiniBus manual: 0E filtered, 0F unfiltered, 10 sensor, 11 status
    "calex-pyrominibus": {
        "surface": 0x0E, "ambient_register": 0x10, "status_register": 0x11, "status_mask": 0x1F,
    },
    # what sellers of RS-485 heads print most: one register, tenths; look it up for yours
    "rs485-head": {"surface": 0x00},
}  # fmt: skip
Word = Literal["int16", "uint16", "int32", "float32"]


class ModbusThermometerOptions(Options):
    """As its manual's table of registers has it; a preset fills in what is not said."""

    preset: Literal["none", "calex-pyrominibus", "rs485-head"] = Field(
        "none", description="whose registers; each of them may be said otherwise"
    )
    unit: int = Field(1, ge=1, le=247, description="the device's address on the line")
    function: Literal[3, 4] = Field(3, description="3 holding registers, 4 input registers")
    surface: int | None = Field(
        None, ge=0, le=65535, description="of the surface temperature, counted from 0"
    )
    ambient_register: int | None = Field(
        None, ge=0, le=65535, description="of the sensor's own temperature, where it has one"
    )
    status_register: int | None = Field(
        None, ge=0, le=65535, description="whose bits say that a reading is none"
    )
    status_mask: int = Field(0xFFFF, ge=1, le=0xFFFF, description="which of its bits say so")
    type: Word = Field("int16", description="of both temperatures")
    word_order: Literal["big", "little"] = Field(
        "big", description="which word of two comes first: the high one, or the low one"
    )
    scale: Literal["degrees", "tenths", "hundredths"] = Field(
        "tenths", description="what one count is of a degree Celsius"
    )
    poll_ms: int = Field(125, ge=50, le=2000, description="how often it is asked")

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {**PRESETS.get(str(given.get("preset", "none")), {}), **given}

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.surface is None:
            raise ValueError("expected `surface` or a preset, got neither")
        if len(self.asked) > _MOST_AT_ONCE:
            raise ValueError(
                f"expected registers within {_MOST_AT_ONCE} of each other, got {len(self.asked)}"
            )
        return self

    @property
    def words(self) -> int:
        """How many registers a temperature takes."""
        return _WORDS[self.type]

    @property
    def surface_register(self) -> int:
        """Where the surface temperature stands."""
        return self.surface or 0

    @property
    def asked(self) -> range:
        """The registers that one question asks for."""
        ends = {self.surface_register: self.words}
        if self.ambient_register is not None:
            ends[self.ambient_register] = self.words
        if self.status_register is not None:
            ends[self.status_register] = 1
        return range(min(ends), max(at + size for at, size in ends.items()))
