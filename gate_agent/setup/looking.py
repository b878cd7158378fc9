"""Which devices are plugged in (查找设备): asks at each serial line, by every driver, who is it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gate_agent.config.model import DeviceSection
from gate_agent.devices.registry import all_models
from gate_agent.devices.supervisor import probe
from gate_agent.driver_api import DeviceKind, Model
from gate_agent.errors import DeviceError

AT_EVERY_DOOR = (DeviceKind.THERMOMETER, DeviceKind.ID_READER)
_ANSWERS_WITHIN_S = 0.8  # ten ask at each line; the slowest sends four pictures a second
# The names that stay come first: of a socket of this board, of an adapter, and only then the rest.
_NAMES = (
    "gate/*", "serial/by-path/*", "serial/by-id/*", "ttyUSB*", "ttyACM*", "ttyAMA*", "ttyS[0-3]",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A device that answered."""

    kind: DeviceKind
    driver: str
    title: str
    port: Path
    baud: int
    says: str


def lines_of(dev: Path) -> list[Path]:
    """Return the serial lines below `dev`, each once, by the name that stays."""
    lines: dict[Path, Path] = {}
    for path in _named(dev):
        lines.setdefault(path.resolve(), path)
    return list(lines.values())


def look(
    lines: Iterable[Path], models: Iterable[Model] | None = None, *, thorough: bool = False
) -> list[Seen]:
    """Return who answers at these lines; one that a program uses already is left alone.

    Asked is by the drivers of what every door has, where what answers tells it from others, card
    readers first: what moves something is not written to. `thorough`: at the other speeds of each
    as well, where nobody answers at the usual ones.
    """
    known = [
        model
        for model in (all_models() if models is None else models)
        if model.asks and model.kind in AT_EVERY_DOOR
    ]
    known.sort(key=lambda model: model.kind is not DeviceKind.ID_READER)
    usual = [(model, model.line.baud) for model in known]
    other = [(model, baud) for model in known for baud in model.line.bauds] if thorough else []
    return asyncio.run(_look_at(list(lines), usual + other))


async def _look_at(lines: list[Path], ways: list[tuple[Model, int]]) -> list[Seen]:
    answers = await asyncio.gather(*(_who_is_at(line, ways) for line in lines))
    return [seen for seen in answers if seen is not None]


async def _who_is_at(port: Path, ways: list[tuple[Model, int]]) -> Seen | None:
    for model, baud in ways:
        section = DeviceSection(
            driver=model.name, port=port, baud=baud, options=dict(model.example)
        )
        try:
            says = await probe(section, _ANSWERS_WITHIN_S)
        except DeviceError:
            continue
        return Seen(
            kind=model.kind, driver=model.name, title=model.title, port=port, baud=baud, says=says
        )
    return None


def _named(dev: Path) -> Iterator[Path]:
    for name in _NAMES:
        yield from sorted(path for path in dev.glob(name) if path.exists())
