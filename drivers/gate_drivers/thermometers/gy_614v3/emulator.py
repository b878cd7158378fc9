"""A GY-614V3 from the wire's side."""

from __future__ import annotations

from gate_agent.driver_api import StreamingEmulator
from gate_drivers.thermometers.gy_614v3.codec import (
    CONTINUOUS,
    HEADER,
    CommandDecoder,
    Read,
    Register,
    Sight,
    encode,
)

_FOREHEAD_CENTI_C, _BODY_CENTI_C = 3400, 3650  # where the vendor's estimate is taken to stand


class Gy614V3Emulator(StreamingEmulator):
    """Sends ten frames a second."""

    def __init__(self) -> None:
        super().__init__(frame=_frame, below_range_centi_c=-7000, near_miss=HEADER[:3])
        self._commands = CommandDecoder()

    def obey(self, data: bytes) -> int:
        """Take commands; a read asks for one frame."""
        asked = 0
        for command in self._commands.feed(data):
            if isinstance(command, Read):
                asked += 1
            elif command.register == Register.MODE:
                self.sends = command.value == CONTINUOUS
        return asked


def _frame(surface: int, ambient: int) -> bytes:
    body = _BODY_CENTI_C + (surface - _FOREHEAD_CENTI_C) // 2
    sight = Sight(object_centi_c=surface, ambient_centi_c=ambient, body_centi_c=body)
    return encode(sight)
