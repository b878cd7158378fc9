"""A serial scanner from the wire's side."""

from __future__ import annotations

from gate_agent.driver_api import SpeakingEmulator
from gate_drivers.scanners.serial_scanner.codec import ENDS, LONGEST


class SerialScannerEmulator(SpeakingEmulator[str]):
    """Sends each code that is shown to it."""

    def __init__(self, *, prefix: str, terminator: str) -> None:
        super().__init__(near_miss=b"GATE" + ENDS[terminator])
        self._prefix = prefix
        self._end = ENDS[terminator]

    def scan(self, text: str) -> None:
        """Show this code once."""
        line = (self._prefix + text).encode()
        if not text.isprintable() or len(line) > LONGEST:
            raise ValueError("expected a printable code that a scanner sends, got another")
        self.say(line + self._end)
