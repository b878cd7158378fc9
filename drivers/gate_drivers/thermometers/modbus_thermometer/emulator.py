"""A Modbus thermometer from the wire's side."""

from __future__ import annotations

from gate_drivers.modbus.slave import ModbusSlave
from gate_drivers.thermometers.modbus_thermometer.codec import registers_of
from gate_drivers.thermometers.modbus_thermometer.options import ModbusThermometerOptions

_ERROR_BIT = 1


class ModbusThermometerEmulator(ModbusSlave):
    """Holds what it sees in the registers that the options name."""

    def __init__(self, options: ModbusThermometerOptions) -> None:
        super().__init__(options.unit, "status")
        self._options = options

    def registers(self, function: int) -> dict[int, int]:
        """Return what stands in its registers now."""
        options = self._options
        if function != options.function:
            return {}
        held = dict.fromkeys(options.asked, 0)
        self._put(held, options.surface_register, self.seen_centi_c())
        if options.ambient_register is not None:
            self._put(held, options.ambient_register, self.ambient_centi_c)
        if options.status_register is not None and self.take_fault("status"):
            held[options.status_register] = _ERROR_BIT & options.status_mask
        return held

    def _put(self, held: dict[int, int], at: int, value_centi_c: int) -> None:
        options = self._options
        values = registers_of(
            value_centi_c, kind=options.type, word_order=options.word_order, scale=options.scale
        )
        held.update({at + n: value for n, value in enumerate(values)})
