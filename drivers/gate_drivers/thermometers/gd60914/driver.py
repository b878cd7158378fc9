"""Asks a GD60914 for one number, three times: its protocol has no check."""

from __future__ import annotations

from gate_agent.driver_api import Asking, PollingThermometer, Reading, Transport
from gate_drivers.thermometers.gd60914.codec import MODES, SINGLE, Decoder

_ANSWER_S = 0.4


class Gd60914(PollingThermometer[int]):
    """One conversation."""

    def __init__(self, transport: Transport, *, mode: str = "object") -> None:
        asking = Asking(transport, Decoder(), answer_s=_ANSWER_S)
        super().__init__(asking, name="GD60914")
        self._transport = transport
        self._mode = mode

    async def begin(self) -> None:
        """Have it answer when asked, and only then."""
        await self._transport.write(bytes([SINGLE]))

    async def read(self) -> Reading | None:
        """Ask for one reading; an estimate of the maker's is passed on as that."""
        tenths = await self._asking.confirmed(bytes([MODES[self._mode]]))
        if tenths is None:
            return None
        body = None if self._mode == "object" else 10 * tenths
        return Reading(surface_centi_c=10 * tenths, body_centi_c=body)
