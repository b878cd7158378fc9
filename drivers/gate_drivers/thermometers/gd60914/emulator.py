"""A GD60914 from the wire's side."""

from __future__ import annotations

from collections.abc import Sequence

from gate_agent.driver_api import AnsweringEmulator
from gate_drivers.thermometers.gd60914.codec import MODES, encode

_LATE_S = 0.6
_FOREHEAD_C, _BODY_C = 3400, 3650  # where the maker's estimate is taken to stand


class Gd60914Emulator(AnsweringEmulator):
    """Answers each question; knows no other byte."""

    def __init__(self) -> None:
        super().__init__("no_number", near_miss=b"000", late_s=_LATE_S)

    def answers(self, data: bytes) -> Sequence[bytes]:
        """Take questions; return the answers."""
        return [self._answer(byte) for byte in data if byte in MODES.values()]

    def _answer(self, mode: int) -> bytes:
        if self.take_fault("no_number"):
            return b"ERROR\r\n"
        surface = self.surface_centi_c
        if mode != MODES["object"]:
            surface = _BODY_C + (surface - _FOREHEAD_C) // 2
        return encode(round(surface / 10))
