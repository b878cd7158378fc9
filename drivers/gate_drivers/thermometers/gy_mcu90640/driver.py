"""Listens to a GY-MCU90640, and reads the face in each of its pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from gate_agent.driver_api import Reading, StreamingThermometer, Transport
from gate_drivers.thermometers.faces import Face, NoFace, background, find_face
from gate_drivers.thermometers.gy_mcu90640.codec import (
    BY_ITSELF,
    RATES_HZ,
    WIDTH,
    Command,
    Decoder,
    Sight,
    encode_command,
)
from gate_drivers.thermometers.gy_mcu90640.options import GyMcu90640Options

_PERIODS = 8


class GyMcu90640(StreamingThermometer[Sight | int]):
    """One conversation. Settings are written, never saved: a power cycle forgets them."""

    def __init__(self, transport: Transport, options: GyMcu90640Options) -> None:
        self._form, self._masks = options.form, options.masked
        self._unread: Counter[str] = Counter()
        super().__init__(
            transport,
            name="GY-MCU90640",
            wake=[
                encode_command(Command.RATE, RATES_HZ[options.rate_hz]),
                encode_command(Command.MODE, BY_ITSELF),
            ],
            decoder=Decoder(),
            reading=self._face,
            silent_s=max(2.0, _PERIODS / options.rate_hz),
        )

    @property
    def counters(self) -> Mapping[str, int]:
        """What was dropped, and pictures without a temperature, by cause."""
        return Counter(super().counters) + self._unread

    def _face(self, sight: Sight | int) -> Reading | None:
        """Return the face's maximum; the background where nobody is; nothing where it is unsure."""
        if isinstance(sight, int):
            return None
        face = find_face(sight.points, WIDTH, form=self._form, masks=self._masks)
        if isinstance(face, Face):
            surface = face.maximum_centi_c
        else:
            if face is not NoFace.NOBODY:
                self._unread[face.value] += 1
            if face in (NoFace.SEVERAL, NoFace.TOO_LARGE):
                return None
            surface = background(sight.points, WIDTH, self._masks)
        return Reading(surface_centi_c=surface, ambient_centi_c=sight.ambient_centi_c)
