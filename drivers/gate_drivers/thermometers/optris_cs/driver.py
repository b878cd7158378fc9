"""Asks an Optris head for target and head, each three times: its protocol has no check."""

from __future__ import annotations

from gate_agent.driver_api import Asking, PollingThermometer, Reading, Transport
from gate_drivers.thermometers.optris_cs.codec import Decoder, Question, encode_question
from gate_drivers.thermometers.optris_cs.options import OptrisCsOptions

_ANSWER_S = 0.2
_AMBIENT = {"head": Question.HEAD, "box": Question.BOX}


class OptrisCs(PollingThermometer[int]):
    """One conversation."""

    def __init__(self, transport: Transport, options: OptrisCsOptions) -> None:
        decoder = Decoder(high_resolution=options.high_resolution)
        asking = Asking(transport, decoder, answer_s=_ANSWER_S)
        super().__init__(asking, name="Optris")
        self._options = options

    async def read(self) -> Reading | None:
        """Ask for one reading; the room's temperature is of the same moment."""
        surface = await self._ask(Question.TARGET)
        if surface is None:
            return None
        question = _AMBIENT.get(self._options.ambient)
        ambient = None if question is None else await self._ask(question)
        return Reading(surface_centi_c=surface, ambient_centi_c=ambient)

    async def _ask(self, question: Question) -> int | None:
        asked = encode_question(question, self._options.address)
        return await self._asking.confirmed(asked)
