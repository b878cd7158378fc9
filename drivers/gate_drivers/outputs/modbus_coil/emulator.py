"""A Modbus relay from the wire's side."""

from __future__ import annotations

from gate_drivers.modbus.slave import ModbusSlave


class ModbusCoilEmulator(ModbusSlave):
    """Holds its coils."""

    def __init__(self, *, unit: int, first: int, contacts: int) -> None:
        super().__init__(unit)
        self._first = first
        self.coils = {first + n: False for n in range(contacts)}

    @property
    def closed(self) -> frozenset[int]:
        """The contacts that are closed now."""
        return frozenset(at - self._first + 1 for at, is_on in self.coils.items() if is_on)
