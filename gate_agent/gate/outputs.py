"""What is switched at a door (输出): the gate, a light for fever, one for faults, a buzzer.

The gate's contact closes after the commit alone, for a pulse, and opens at once when somebody is
called to a hold: two interlocks (联锁) hold it open, one of fever and one of faults.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gate_agent.config.model import OutputSection
from gate_agent.contract.records import HoldState
from gate_agent.contract.signals import OutputState
from gate_agent.domain.door import DoorState
from gate_agent.driver_api import Report
from gate_agent.gate.engine import Gate

Want = Callable[[frozenset[int]], None]


class OutputKeeper:
    """One door's contacts. Used in the event loop."""

    def __init__(
        self,
        gate: Gate,
        section: OutputSection,
        want: Want,
        *,
        is_kept: Callable[[], bool],
    ) -> None:
        self._gate = gate
        self._section = section
        self._want = want
        self._is_kept = is_kept
        self._loop = asyncio.get_running_loop()
        self._let_in: frozenset[str] = frozenset()  # for whom the gate was opened already
        self._pulse: asyncio.TimerHandle | None = None
        self._wanted: frozenset[int] | None = None
        self.state: OutputState | None = None
        gate.tell_others(lambda _door, _stage: self.look())

    def on_report(self, report: Report) -> None:
        """Take what the board says of its contacts."""
        if isinstance(report, OutputState):
            self.state = report

    def look(self) -> None:
        """Have the contacts as the door is now."""
        door, opened = self._gate.door, self._gate.opened
        self._let_in &= opened
        if self._is_locked(door):
            self._end_pulse()
        elif waiting := opened - self._let_in:  # who was let in while it was locked, too
            self._let_in |= waiting
            self._begin_pulse()
        elif not opened:
            self._end_pulse()
        wanted = frozenset(self._contacts(door))
        if wanted != self._wanted:
            self._wanted = wanted
            self._want(wanted)

    def _contacts(self, door: DoorState) -> set[int]:
        section = self._section
        rings = _rings(door)
        wanted = {
            section.gate: self._pulse is not None,
            section.fever: rings,
            section.buzzer: rings,
            section.fault: door.measures_by_hand,
        }
        return {contact for contact, on in wanted.items() if on and contact is not None}

    def _is_locked(self, door: DoorState) -> bool:
        """Whether the gate stays shut: a fever that nobody looked at, or no word can be kept."""
        return _rings(door) or not self._is_kept()

    def _begin_pulse(self) -> None:
        self._end_pulse()
        self._pulse = self._loop.call_later(self._section.pulse_ms / 1000, self._pulse_over)

    def _pulse_over(self) -> None:
        self._pulse = None
        self.look()

    def _end_pulse(self) -> None:
        if self._pulse is not None:
            self._pulse.cancel()
            self._pulse = None


def _rings(door: DoorState) -> bool:
    """Whether somebody is flagged whom nobody looked at yet; a drill switches nothing."""
    return any(hold.state is HoldState.FLAGGED and not hold.drill for hold in door.holds)
