"""A CJMCU board from the wire's side."""

from __future__ import annotations

from gate_agent.driver_api import StreamingEmulator
from gate_drivers.thermometers.cjmcu_90614.codec import (
    HEADER,
    Command,
    CommandDecoder,
    Sight,
    encode,
)


class Cjmcu90614Emulator(StreamingEmulator):
    """Sends ten frames a second."""

    def __init__(self) -> None:
        super().__init__(
            frame=lambda surface, ambient: encode(
                Sight(object_centi_c=surface, ambient_centi_c=ambient)
            ),
            below_range_centi_c=-7000,
            near_miss=HEADER + bytes([Command.CONTINUOUS]),
        )
        self._commands = CommandDecoder()

    def obey(self, data: bytes) -> int:
        """Take commands; a baud rate would count at once on a real board."""
        asked = 0
        for command in self._commands.feed(data):
            if command is Command.CONTINUOUS:
                self.sends = True
            elif command is Command.ONE_READING:
                self.sends = False
                asked += 1
        return asked
