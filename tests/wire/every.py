"""Every driver of the registry, in each kind of section that it serves, set as its example is."""

from __future__ import annotations

from dataclasses import dataclass

from gate_agent.devices.registry import all_models
from gate_agent.driver_api import DeviceKind, Model, Options

REPORTING = (
    DeviceKind.THERMOMETER, DeviceKind.ID_READER, DeviceKind.BADGE, DeviceKind.SCANNER,
)  # fmt: skip
MORE_OPTIONS = {
    ("text-line", DeviceKind.BADGE): {
        "pattern": r"ID:(?P<badge>\d{10})\*(?P<check>..)",
        "sample": "ID:0006547886*FD",
        "checksum": "sum",
    },
    ("text-line", DeviceKind.SCANNER): {
        "pattern": r"(?P<checked>\[(?P<code>[^\]]+)\])(?P<check>..)",
        "sample": "[GATE-A:7F3K9Q2MX4]11",
        "checksum": "sum",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One model in one kind of section."""

    model: Model
    kind: DeviceKind
    options: Options

    def __str__(self) -> str:
        is_alone = self.kind is self.model.kind
        return self.model.name if is_alone else f"{self.model.name}-{self.kind}"


def cases() -> list[Case]:
    return [
        Case(
            model=model,
            kind=kind,
            options=model.parse_options(MORE_OPTIONS.get((model.name, kind), model.example)),
        )
        for model in all_models()
        for kind in model.kinds
        if kind in REPORTING
    ]
