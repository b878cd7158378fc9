"""The figures of a door (出入口统计), from what its screen shows: nobody is in them."""

from __future__ import annotations

from collections.abc import Mapping

from gate_agent.contract.door_figures import DoorFigures
from gate_agent.contract.records import Decision, DeviceState
from gate_agent.contract.thermometer import ThermometerState
from gate_agent.gate.screen_state import ScreenState


def door_figures(
    shown: ScreenState, devices: Mapping[str, DeviceState], thermometer: ThermometerState | None
) -> DoorFigures:
    """Return what others may show of this door."""
    open_now = [hold for hold in shown.holds if not hold.drill]
    return DoorFigures(
        gate=shown.gate.id,
        time=shown.time,
        hall_mode=shown.hall_mode,
        clock=shown.clock,
        writable=shown.journal.writable,
        devices=dict(devices),
        thermometer=None if thermometer is None else thermometer.trust,
        holds_open=len(open_now),
        holds_overdue=sum(1 for hold in open_now if hold.overdue),
        admitted=_today(shown, Decision.ADMIT),
        denied=_today(shown, Decision.DENY),
        held=shown.today.holds_opened,
        inside=shown.inside,
    )


def _today(shown: ScreenState, decision: Decision) -> int:
    return sum(one.count for one in shown.today.passages if one.decision is decision)
