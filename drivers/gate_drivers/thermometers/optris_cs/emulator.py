"""An Optris head from the wire's side."""

from __future__ import annotations

from collections.abc import Sequence

from gate_agent.driver_api import AnsweringEmulator
from gate_drivers.thermometers.optris_cs.codec import Question, encode, encode_question
from gate_drivers.thermometers.optris_cs.options import OptrisCsOptions

_LATE_S = 0.35
_SHOWN = {Question.HEAD, Question.BOX}


class OptrisCsEmulator(AnsweringEmulator):
    """Answers the questions of its own address."""

    def __init__(self, options: OptrisCsOptions) -> None:
        super().__init__(near_miss=b"\x05", late_s=_LATE_S)
        self._options = options
        self._questions = {encode_question(one, options.address): one for one in Question}
        self._heard = b""

    def answers(self, data: bytes) -> Sequence[bytes]:
        """Take questions; return the answers."""
        answers = []
        size = 2 if self._options.address else 1
        self._heard += data
        while len(self._heard) >= size:
            question = self._questions.get(self._heard[:size])
            self._heard = self._heard[1 if question is None else size :]
            if question is not None:
                answers.append(self._answer(question))
        return answers

    def _answer(self, question: Question) -> bytes:
        value = self.ambient_centi_c if question in _SHOWN else self.surface_centi_c
        return encode(value, high_resolution=self._options.high_resolution)
