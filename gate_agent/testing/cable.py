"""A cable in memory: what one end writes, the other reads."""

from __future__ import annotations

import asyncio

from gate_agent.errors import TransportClosedError


class End:
    """One end of a cable."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._came = asyncio.Event()
        self._open = True
        self.peer: End

    async def read(self) -> bytes:
        """Return what the other end wrote; raise TransportClosedError once it is cut."""
        while not self._held:
            if not self._open:
                raise TransportClosedError("expected an open line: the cable was cut")
            self._came.clear()
            await self._came.wait()
        data = bytes(self._held)
        self._held.clear()
        return data

    async def write(self, data: bytes) -> None:
        """Send to the other end."""
        if not self._open:
            raise TransportClosedError("expected an open line: the cable was cut")
        self.peer.take(data)
        await asyncio.sleep(0)

    def take(self, data: bytes) -> None:
        """Receive."""
        self._held += data
        self._came.set()

    def discard_input(self) -> int:
        """Forget what came."""
        count = len(self._held)
        self._held.clear()
        return count

    @property
    def is_open(self) -> bool:
        """Whether this end is open."""
        return self._open

    def cut(self) -> None:
        """Cut the cable: both ends close."""
        self.hang_up()
        self.peer.hang_up()

    def hang_up(self) -> None:
        """Close this end."""
        self._open = False
        self._came.set()


def cable() -> tuple[End, End]:
    """Return both ends of a new cable."""
    one, other = End(), End()
    one.peer, other.peer = other, one
    return one, other
