"""Asks a Raytek MI for target and internal temperature, each three times: lines without a check."""

from __future__ import annotations

from gate_agent.driver_api import Asking, PollingThermometer, Reading, Transport
from gate_drivers.thermometers.raytek_mi.codec import (
    INTERNAL,
    TARGET,
    Decoder,
    HeadValue,
    encode_question,
    encode_setting,
)
from gate_drivers.thermometers.raytek_mi.options import RaytekMiOptions

_ANSWER_S = 0.4


class RaytekMi(PollingThermometer[HeadValue]):
    """One conversation."""

    def __init__(self, transport: Transport, options: RaytekMiOptions) -> None:
        super().__init__(Asking(transport, Decoder(), answer_s=_ANSWER_S), name="Raytek MI")
        self._transport = transport
        self._options = options

    async def begin(self) -> None:
        """Leave a burst, where it is in one: any line does, then V=P."""
        await self._transport.write(encode_setting("V=P", self._options.box))

    async def read(self) -> Reading | None:
        """Ask for one reading."""
        surface = await self._ask(TARGET)
        if surface is None:
            return None
        ambient = await self._ask(INTERNAL) if self._options.ambient else None
        return Reading(surface_centi_c=surface, ambient_centi_c=ambient)

    async def _ask(self, what: str) -> int | None:
        question = encode_question(what, self._options.box)
        answer = await self._asking.confirmed(question, lambda one: one.what == what)
        return None if answer is None else answer.value_centi_c
