"""The thermometer's keeper in memory for the web layer's tests: notes what it is asked."""

from __future__ import annotations

from gate_agent.contract.measurement_records import ThermometerChecked
from gate_agent.domain.thermometer_check import ReferenceHeld
from gate_agent.gate.errors import RequestRefused


class ScriptedThermometer:
    """Plays the keeper."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew, as for the first test."""
        self.asked: list[tuple[object, ...]] = []
        self.refusal: RequestRefused | None = None

    def begin_check(self) -> None:
        self._ask("reference")

    async def check(self, held: ReferenceHeld) -> ThermometerChecked:
        reference_centi_c = held.details.reference_centi_c
        self._ask("check", held.details.reference, reference_centi_c, held.by)
        return ThermometerChecked(
            **held.details.model_dump(),
            measured_centi_c=reference_centi_c + 12,
            surface_centi_c=reference_centi_c + 12,
            difference_centi_c=12,
            tolerance_centi_c=30,
            passed=True,
            by=held.by,
            at="2026-11-24T01:05:00.000Z",
        )

    def _ask(self, *what: object) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.asked.append(what)
