"""The thermometer's keeper in memory for the web layer's tests: notes what it is asked."""

from __future__ import annotations

from gate_agent.contract.measurement_records import Reference, ThermometerChecked
from gate_agent.gate.errors import Refused


class ScriptedThermometer:
    """Plays the keeper."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew, as for the first test."""
        self.asked: list[tuple[object, ...]] = []
        self.refusal: Refused | None = None

    def begin_check(self) -> None:
        self._ask("reference")

    async def check(
        self, reference: Reference, reference_centi_c: int, *, by: str
    ) -> ThermometerChecked:
        self._ask("check", reference, reference_centi_c, by)
        return ThermometerChecked(
            reference=reference,
            reference_centi_c=reference_centi_c,
            measured_centi_c=reference_centi_c + 12,
            surface_centi_c=reference_centi_c + 12,
            difference_centi_c=12,
            tolerance_centi_c=30,
            passed=True,
            by=by,
            at="2026-11-24T01:05:00.000Z",
        )

    def _ask(self, *what: object) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.asked.append(what)
