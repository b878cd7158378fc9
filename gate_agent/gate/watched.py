"""What a screen's state takes of a device that is watched (设备)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from gate_agent.contract.records import DeviceState
from gate_agent.gate.screen_state import DeviceView


class Watched(Protocol):
    """A device as its supervisor knows it."""

    @property
    def state(self) -> DeviceState | None:
        """The state; None before anything is known."""
        ...

    @property
    def cause(self) -> str:
        """What the supervisor saw."""
        ...

    @property
    def counters(self) -> Mapping[str, int]:
        """What went wrong on the line, by cause."""
        ...

    @property
    def driver_name(self) -> str:
        """Which driver speaks to it."""
        ...


def device_view(device: Watched) -> DeviceView:
    """Return what a screen shows of a device."""
    return DeviceView(
        driver=device.driver_name,
        state=state_of(device),
        cause=device.cause,
        counters=dict(device.counters),
    )


def state_of(device: Watched) -> DeviceState:
    """Return how it is: not heard yet is not well."""
    return device.state or DeviceState.LOST
