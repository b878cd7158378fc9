"""A GY-MCU90640 from the wire's side: a face on a wall, a lamp in the corner."""

from __future__ import annotations

from gate_agent.driver_api import StreamingEmulator
from gate_drivers.thermometers.faces import SKIN_CENTI_C
from gate_drivers.thermometers.gy_mcu90640.codec import (
    HEADER,
    HEIGHT,
    WIDTH,
    Command,
    CommandDecoder,
    Sight,
    encode,
    encode_emissivity,
)
from gate_drivers.thermometers.gy_mcu90640.options import GyMcu90640Options

_EMISSIVITY = 95
_LAMP_CENTI_C = 6000
_CHEEK_CENTI_C = 120  # below the forehead
_ACROSS, _DOWN = 5, 6  # half of a face's width and height, in points


class GyMcu90640Emulator(StreamingEmulator):
    """Sends pictures; answers about its emissivity between them."""

    def __init__(self, options: GyMcu90640Options) -> None:
        super().__init__(
            frame=_picture,
            below_range_centi_c=-7000,
            near_miss=HEADER,
            period_s=1 / options.rate_hz,
        )
        self._commands = CommandDecoder()

    def obey(self, data: bytes) -> int:
        """Take commands; one reading is sent for each question about it."""
        asked = 0
        for command, value in self._commands.feed(data):
            if command == Command.MODE:
                self.sends = value != 1
                asked += value == 1
        return asked


def faces(*places: tuple[int, int, int], ambient: int) -> Sight:
    """Return a picture with faces: each its middle, across and down, and its forehead's heat."""
    points = [ambient] * (WIDTH * HEIGHT)
    points[0] = _LAMP_CENTI_C
    for across, down, forehead in places:
        for at in range(WIDTH * HEIGHT):
            y, x = divmod(at, WIDTH)
            if ((x - across) / _ACROSS) ** 2 + ((y - down) / _DOWN) ** 2 <= 1:
                points[at] = forehead - (0 if y < down else _CHEEK_CENTI_C)
    return Sight(points=tuple(points), ambient_centi_c=ambient)


def emissivity_answer() -> bytes:
    """Return what the module says when it is asked for its emissivity."""
    return encode_emissivity(_EMISSIVITY)


def _picture(surface: int, ambient: int) -> bytes:
    if surface in SKIN_CENTI_C:
        return encode(faces((WIDTH // 2, HEIGHT // 2, surface), ambient=ambient))
    sight = Sight(points=(surface,) * (WIDTH * HEIGHT), ambient_centi_c=ambient)
    return encode(sight)
