"""A Modbus slave from the wire's side: registers and coils, and what it refuses."""

from __future__ import annotations

from collections.abc import Sequence

from gate_agent.driver_api import AnsweringEmulator
from gate_drivers.modbus.codec import (
    READS,
    Function,
    Refusal,
    RtuAnswer,
    RtuRequest,
    RtuRequestDecoder,
    encode_answer,
)

_LATE_S = 0.6  # just over what masters wait
_ON = 0xFF00


class ModbusSlave(AnsweringEmulator):
    """Answers for one unit. `registers()` and `coils` say what it holds."""

    def __init__(self, unit: int, *own_faults: str) -> None:
        super().__init__("busy", *own_faults, near_miss=bytes([unit, 0x03]), late_s=_LATE_S)
        self._unit = unit
        self._decoder = RtuRequestDecoder(unit)
        self.coils: dict[int, bool] = {}

    def registers(self, function: int) -> dict[int, int]:
        """Return the registers that this function reads."""
        del function
        return {}

    def answers(self, data: bytes) -> Sequence[bytes]:
        """Take bytes of the master; return the answers."""
        return [encode_answer(self._answer(one)) for one in self._decoder.feed(data)]

    def _answer(self, request: RtuRequest) -> RtuAnswer:
        if self.take_fault("busy"):
            return self._refused(request, Refusal.BUSY)
        asked = range(request.address, request.address + request.value)
        match request.function:
            case Function.READ_COILS if all(at in self.coils for at in asked):
                bits = sum(self.coils[at] << n for n, at in enumerate(asked))
                data = bits.to_bytes((len(asked) + 7) // 8, "little")
            case Function.READ_HOLDING | Function.READ_INPUT:
                held = self.registers(request.function)
                if not all(at in held for at in asked):
                    return self._refused(request, Refusal.ADDRESS)
                data = b"".join(held[at].to_bytes(2, "big") for at in asked)
            case Function.WRITE_COIL if request.address in self.coils:
                self.coils[request.address] = request.value == _ON
                data = request.address.to_bytes(2, "big") + request.value.to_bytes(2, "big")
            case Function.READ_COILS | Function.WRITE_COIL:
                return self._refused(request, Refusal.ADDRESS)
            case _:
                return self._refused(request, Refusal.FUNCTION)
        return RtuAnswer(unit=self._unit, function=request.function, data=data)

    def _refused(self, request: RtuRequest, why: Refusal) -> RtuAnswer:
        function = request.function if request.function in (*READS, 5, 6) else Function.READ_HOLDING
        return RtuAnswer(unit=self._unit, function=function, refused=why)
