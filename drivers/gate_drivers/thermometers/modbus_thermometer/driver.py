"""Asks a thermometer for its registers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from gate_agent.driver_api import PollingThermometer, Reading, Transport
from gate_drivers.modbus.codec import RtuAnswer, RtuRequest, words
from gate_drivers.modbus.master import ModbusUnit
from gate_drivers.thermometers.modbus_thermometer.codec import centi_c
from gate_drivers.thermometers.modbus_thermometer.options import ModbusThermometerOptions


class ModbusThermometer(PollingThermometer[RtuAnswer]):
    """One conversation. A reading whose status bits say that it is none is not reported."""

    def __init__(self, transport: Transport, options: ModbusThermometerOptions) -> None:
        self._options = options
        self._unit = ModbusUnit(transport, options.unit)
        self._bad: Counter[str] = Counter()
        super().__init__(
            self._unit.asking, name=f"Modbus unit {options.unit}", poll_s=options.poll_ms / 1000
        )

    @property
    def counters(self) -> Mapping[str, int]:
        """What went wrong, by cause; `status_01` is a reading with these status bits."""
        return Counter(self._unit.counters) + self._bad

    async def read(self) -> Reading | None:
        """Ask for all registers at once, so that they are of one moment."""
        options = self._options
        asked = options.asked
        request = RtuRequest(
            unit=options.unit, function=options.function, address=asked.start, value=len(asked)
        )
        data = await self._unit.ask(request)
        if data is None:
            return None
        held = dict(zip(asked, words(data), strict=True))
        if options.status_register is not None:
            bits = held[options.status_register] & options.status_mask
            if bits:
                self._bad[f"status_{bits:02x}"] += 1
                return None
        surface = self._value(held, options.surface_register)
        if surface is None:
            self._bad["no_number"] += 1
            return None
        ambient = options.ambient_register
        return Reading(
            surface_centi_c=surface,
            ambient_centi_c=None if ambient is None else self._value(held, ambient),
        )

    def _value(self, held: Mapping[int, int], at: int) -> int | None:
        options = self._options
        return centi_c(
            [held[at + n] for n in range(options.words)],
            kind=options.type,
            word_order=options.word_order,
            scale=options.scale,
        )
