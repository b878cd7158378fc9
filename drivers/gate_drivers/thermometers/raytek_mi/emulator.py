"""A Raytek MI from the wire's side."""

from __future__ import annotations

from collections.abc import Sequence

from gate_agent.driver_api import AnsweringEmulator
from gate_agent.driver_api.framing import LineDecoder
from gate_drivers.thermometers.raytek_mi.codec import INTERNAL, TARGET, HeadValue, encode
from gate_drivers.thermometers.raytek_mi.options import RaytekMiOptions

_LATE_S = 0.6


class RaytekMiEmulator(AnsweringEmulator):
    """Answers each line it knows."""

    def __init__(self, options: RaytekMiOptions) -> None:
        super().__init__("syntax_error", near_miss=b"!T", late_s=_LATE_S)
        self._box = options.box
        self._lines: LineDecoder[bytes] = LineDecoder(parse=bytes)

    def answers(self, data: bytes) -> Sequence[bytes]:
        """Take lines; return the answers."""
        return [answer for line in self._lines.feed(data) if (answer := self._answer(line))]

    def _answer(self, line: bytes) -> bytes:
        prefix = f"{self._box:03d}".encode() if self._box else b""
        if not line.startswith(prefix):
            return b""
        asked = line.removeprefix(prefix).decode(errors="replace")
        if self.take_fault("syntax_error"):
            return b"*Syntax Error\r\n"
        values = {TARGET: self.surface_centi_c, INTERNAL: self.ambient_centi_c}
        value = values.get(asked.removeprefix("?")) if asked.startswith("?") else None
        if value is None:
            return b"" if "=" in asked else b"*Syntax Error\r\n"
        return encode(HeadValue(what=asked[1:], value_centi_c=value), self._box)
