"""Puts coils of a Modbus relay, and reads them back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from gate_agent.driver_api import ProtocolError, SwitchingDriver, Transport
from gate_drivers.modbus.codec import Function, RtuRequest, coil
from gate_drivers.modbus.master import ModbusUnit


class ModbusCoil(SwitchingDriver):
    """One conversation."""

    def __init__(self, transport: Transport, *, unit: int, first: int, contacts: int) -> None:
        super().__init__(contacts)
        self._unit = ModbusUnit(transport, unit)
        self._first = first
        self._contacts = contacts

    @property
    def frames(self) -> int:
        """How many sound answers came."""
        return self._unit.asking.frames

    @property
    def counters(self) -> Mapping[str, int]:
        """What went wrong, by cause."""
        return Counter(super().counters) + Counter(self._unit.counters)

    async def identify(self) -> str:
        """Ask how its coils are."""
        closed = await self.closed()
        return f"Modbus unit {self._unit.unit}, coils closed: {sorted(closed or ()) or 'none'}"

    async def put(self, contact: int, *, closed: bool) -> None:
        """Write one coil."""
        request = coil(self._unit.unit, self._first + contact - 1, on=closed)
        if await self._unit.ask(request) is None:
            raise ProtocolError(f"expected contact {contact} to be put, got a refusal")

    async def closed(self) -> frozenset[int]:
        """Return which are closed, as the unit says."""
        request = RtuRequest(
            unit=self._unit.unit,
            function=Function.READ_COILS,
            address=self._first,
            value=self._contacts,
        )
        data = await self._unit.ask(request)
        if data is None:
            raise ProtocolError(f"expected {self._contacts} coils, got a refusal")
        bits = int.from_bytes(data, "little")
        return frozenset(n for n in range(1, self._contacts + 1) if bits >> (n - 1) & 1)
