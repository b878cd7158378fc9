"""What to show an emulated device of each kind, and which reports can come of that."""

from __future__ import annotations

from itertools import count
from typing import cast

from gate_agent.driver_api import (
    BadgeEmulator,
    BadgeRead,
    Card,
    CardRefused,
    CodeRead,
    DeviceKind,
    FaultyEmulator,
    IdReaderEmulator,
    Model,
    Reading,
    Report,
    ScannerEmulator,
    ThermometerEmulator,
)
from gate_agent.emulation.people import synthetic_card

SKIN_CENTI_C, ROOM_CENTI_C = 3640, 2410
_UNSEEN_CENTI_C, _BELOW_RANGE_CENTI_C = 2400, -7000
_SPREAD = 9  # of an emulated sensor, and of a device that tells tenths


class Stimuli:
    """Plays a device's world. Each thing that is shown is a new one."""

    def __init__(self, model: Model, kind: DeviceKind | None = None) -> None:
        """`kind`: where the model serves several."""
        self._model = model
        self._kind = kind or model.kind
        self._numbers = count(6547886)
        self._shown: list[Report] = []

    def show(self, emulator: FaultyEmulator) -> None:
        """Let somebody stand there, lay a card, hold a badge or show a code."""
        number = next(self._numbers)
        match self._kind:
            case DeviceKind.THERMOMETER:
                cast("ThermometerEmulator", emulator).show(
                    surface_centi_c=SKIN_CENTI_C, ambient_centi_c=ROOM_CENTI_C
                )
            case DeviceKind.ID_READER:
                card = synthetic_card(number)
                self._shown.append(card)
                cast("IdReaderEmulator", emulator).lift()
                cast("IdReaderEmulator", emulator).place(card)
            case DeviceKind.BADGE:
                badge = f"{number:010d}"
                self._shown.append(BadgeRead(number=badge))
                cast("BadgeEmulator", emulator).hold(badge)
            case DeviceKind.SCANNER:
                text = f"GATE-A:7F3K{number}"
                self._shown.append(CodeRead(text=text))
                cast("ScannerEmulator", emulator).scan(text)
            case _:
                raise ValueError(f"expected a device that reports what is shown, got {self._kind}")

    def is_sound(self, report: Report) -> bool:
        """Whether this can come of what was shown; of a line without a check, whether its kind."""
        if isinstance(report, Reading):
            ambient = report.ambient_centi_c
            return _is_near(report.surface_centi_c, SKIN_CENTI_C) and (
                ambient is None or _is_near(ambient, ROOM_CENTI_C)
            )
        if isinstance(report, CardRefused):
            return self._kind is DeviceKind.ID_READER  # where reading is the fault
        if not self._model.checked:
            return isinstance(report, Card | BadgeRead | CodeRead)
        return report in self._shown


def _is_near(value: int, shown: int) -> bool:
    """Whether a sensor says so of it, of the empty room at the start, or below its range."""
    places = (shown, _UNSEEN_CENTI_C, _BELOW_RANGE_CENTI_C)
    return any(abs(value - place) <= _SPREAD for place in places)
