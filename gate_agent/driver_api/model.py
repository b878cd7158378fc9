"""What a driver's package declares of itself: its model, its line, its options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import to_json

from gate_agent.driver_api.protocols import Driver, FaultyEmulator, Redact, Transport

API_VERSION = 1
"""Raised when a driver that was written for the version before would not work any more."""

Parity = Literal["none", "even", "odd"]


class DeviceKind(StrEnum):
    """What a device is for; the configuration has one section a kind."""

    THERMOMETER = "thermometer"
    ID_READER = "id_reader"
    BADGE = "badge"
    SCANNER = "scanner"
    OUTPUT = "output"
    EXIT = "exit"


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialLine:
    """How the device wants its line; no flow control.

    `dtr` and `rts` are set where they are not None: some adapters are powered by them.
    """

    baud: int
    bauds: tuple[int, ...] = ()  # others it can be set to
    data_bits: int = 8
    parity: Parity = "none"
    stop_bits: int = 1
    dtr: bool | None = None
    rts: bool | None = None

    def __str__(self) -> str:
        """Return it as manuals write it, such as 9600 8N1."""
        return f"{self.baud} {self.data_bits}{self.parity[0].upper()}{self.stop_bits}"


class Options(BaseModel):
    """Base of a driver's options: every field has a description and, where it can, a range."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    def misfit(self, kind: DeviceKind) -> str | None:
        """Return what is wrong where these options serve a device of this kind; None: nothing."""
        del kind
        return None

    def stale_after_s(self, usual: float | None) -> float | None:
        """Return how long a device that is set so may say nothing; `usual` is the model's."""
        return usual


class NoOptions(Options):
    """Nothing about this device can be set."""


class OptionsFault(ValueError):  # noqa: N818 it is the file's
    """Options do not fit the driver's model; `error` is pydantic's own, of the driver's options."""

    def __init__(self, error: ValidationError) -> None:
        self.error = error
        super().__init__(f"expected the driver's options, got {error.error_count()} faults")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One device model: what an entry point in the group `gate_agent.drivers` names.

    `api` is the version of this interface the driver was written for, as a number: 1.

    `stale_after_s` is three periods of what the device sends or answers by itself: without a
    sound frame for that long it is *stale* (a poller's answered polls count). None: it says
    nothing until it is used, and counts as well while its line is open.
    """

    api: int
    name: str
    title: str  # 中文 / English, for `gate-agent drivers`
    kind: DeviceKind
    also: tuple[DeviceKind, ...] = ()  # other sections it may stand in
    line: SerialLine
    stale_after_s: float | None
    checked: bool = True  # a flipped bit is found: by a check, or since it is asked three times
    maturity: str  # experimental | emulated | field-tested
    driver: Callable[[Transport, Any], Driver]  # the second is of the type `options`
    emulator: Callable[[Any], FaultyEmulator]
    options: type[Options] = NoOptions
    redact: Redact | None = None  # None: nothing the device sends is personal
    asks: bool = True  # what it answers tells it from others: it may be asked who it is
    example: Mapping[str, bool | int | str] = field(default_factory=dict)  # options, of a real one
    facts: Mapping[str, str] = field(default_factory=dict)  # docs/devices.md: see `FACTS`

    @property
    def kinds(self) -> tuple[DeviceKind, ...]:
        """Every section it may stand in."""
        return (self.kind, *self.also)

    def parse_options(self, given: Mapping[str, Any]) -> Options:
        """Return the options a configuration gives. Raises OptionsFault."""
        try:
            return self.options.model_validate_json(to_json(dict(given)))
        except ValidationError as exc:
            raise OptionsFault(exc) from None

    def new_driver(self, transport: Transport, options: Options | None = None) -> Driver:
        """Return a driver for a line that was opened just now."""
        return self.driver(transport, self._own(options))

    def new_emulator(self, options: Options | None = None) -> FaultyEmulator:
        """Return the device's side of the wire."""
        return self.emulator(self._own(options))

    def _own(self, options: Options | None) -> Options:
        return self.parse_options(self.example) if options is None else options


FACTS = ("price", "wiring", "check", "traps")
"""What `Model.facts` may say: price class, wiring, how a flipped bit is found, known traps."""
