"""What goes wrong on a serial line, for emulators: injected by name, one frame at a time."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import cycle

from gate_agent.driver_api.protocols import Transport

LINE_FAULTS = (
    "leading_noise", "trailing_noise", "split_1", "split_7", "split_64", "missing_byte",
    "flipped_byte", "duplicate", "late", "silence", "wrong_baud", "heartbeat",
)  # fmt: skip
_HEARTBEAT = b"AAAA"  # what serial-over-Ethernet converters put between frames


class Faults:
    """What is injected into one emulated device: the line's faults, and the device's own."""

    def __init__(self, *own: str) -> None:
        self.names = (*LINE_FAULTS, *own)
        self._left: Counter[str] = Counter()
        self._bits = cycle((0x10, 0x08, 0x20, 0x04, 0x40))  # noise does not repeat itself

    def inject(self, fault: str, times: int) -> None:
        """Let `take` find `fault` so many times; ValueError for an unknown name."""
        if fault not in self.names:
            raise ValueError(f"expected one of {', '.join(self.names)}, got {fault!r}")
        self._left[fault] += times

    def take(self, fault: str) -> bool:
        """Whether to misbehave so, this time."""
        if self._left[fault] <= 0:
            return False
        self._left[fault] -= 1
        return True

    async def spoilt(self, frame: bytes, *, late_s: float, near_miss: bytes) -> list[bytes]:
        """Return what the line makes of `frame`, in pieces; `near_miss` is its worst noise."""
        if self.take("silence"):
            return []
        if self.take("late"):
            await asyncio.sleep(late_s)
        if self.take("wrong_baud"):
            frame = bytes(byte >> 1 | 0x80 for byte in frame)
        if self.take("flipped_byte"):
            middle = len(frame) // 2
            frame = frame[:middle] + bytes([frame[middle] ^ next(self._bits)]) + frame[middle + 1 :]
        if self.take("missing_byte"):
            frame = frame[:-1]
        if self.take("duplicate"):
            frame += frame
        if self.take("leading_noise"):
            frame = near_miss + frame
        if self.take("heartbeat"):
            frame = _HEARTBEAT + frame
        if self.take("trailing_noise"):
            frame += near_miss
        size = next((n for n in (1, 7, 64) if self.take(f"split_{n}")), len(frame) or 1)
        return [frame[at : at + size] for at in range(0, len(frame), size)]

    async def send(
        self, transport: Transport, frame: bytes, *, late_s: float, near_miss: bytes
    ) -> None:
        """Send `frame` as the line leaves it."""
        for piece in await self.spoilt(frame, late_s=late_s, near_miss=near_miss):
            await transport.write(piece)
