"""Asks one unit on a Modbus line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from gate_agent.driver_api import Asking, Transport
from gate_drivers.modbus.codec import RtuAnswer, RtuAnswerDecoder, RtuRequest, encode_request

_ANSWER_S = 0.4
_TURN_S = 0.005  # 3.5 characters at 9600


class ModbusUnit:
    """One unit, asked over its line."""

    def __init__(self, transport: Transport, unit: int) -> None:
        self.unit = unit
        self.asking: Asking[RtuAnswer] = Asking(
            transport, RtuAnswerDecoder(unit), answer_s=_ANSWER_S, turn_s=_TURN_S
        )
        self._refusals: Counter[str] = Counter()

    @property
    def counters(self) -> Mapping[str, int]:
        """What went wrong, by cause; `refused_2` is an exception of that code."""
        return Counter(self.asking.counters) + self._refusals

    async def ask(self, request: RtuRequest) -> bytes | None:
        """Return the answer's data; None where the unit refuses, counted."""
        answer = await self.asking.ask(encode_request(request), lambda one: one.fits(request))
        if answer.refused is None:
            return answer.data
        self._refusals[f"refused_{answer.refused}"] += 1
        return None
