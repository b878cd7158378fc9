"""Lines of serial scanners of QR and bar codes (no I/O): text, and what ends it.

Source: makers' manuals; see protocol.md beside this file.
"""

from __future__ import annotations

from gate_agent.driver_api.framing import LineDecoder

ENDS = {"any": b"\r\n", "cr": b"\r", "lf": b"\n", "tab": b"\t", "etx": b"\x03"}
LONGEST = 1024


class Decoder(LineDecoder[str]):
    """Cuts the scanner's stream into codes; a prefix that is not there is no code."""

    def __init__(self, *, prefix: bytes, terminator: str) -> None:
        self._prefix = prefix
        super().__init__(parse=self._code, ends=ENDS[terminator], longest=LONGEST)

    def _code(self, line: bytes) -> str | None:
        if not line.startswith(self._prefix):
            return None
        try:
            text = line.removeprefix(self._prefix).decode().strip()
        except UnicodeDecodeError:
            return None
        return text if text.isprintable() and text else None
