"""People who come to a door one after the other, as verdicts and steps of holds."""

from __future__ import annotations

from dataclasses import dataclass, field

from gate_agent.contract.moment import NS_PER_S
from gate_agent.contract.policy import HallMode, MeasurementPolicy
from gate_agent.contract.records import (
    Category,
    Decision,
    HoldState,
    HoldStep,
    Outcome,
    PassageDecided,
    Temperature,
)
from gate_agent.contract.signals import Reading
from gate_agent.domain.baseline import NOBODY_SEEN, UNTRUSTED, Memory, Usual
from gate_agent.domain.profile import PROFILES, Profile
from gate_agent.domain.temperature import judge

UTC = "2026-11-24T04:00:00.000Z"
FACE = PROFILES["array-face-max"]
ADAPTIVE = MeasurementPolicy()


def person(n: int) -> str:
    return f"{n:064x}"


def decided(
    temperature: Temperature,
    passage: str,
    *,
    ref: str | None = None,
    hold: str | None = None,
    reasons: tuple[str, ...] = (),
) -> PassageDecided:
    return PassageDecided(
        passage_id=passage,
        category=Category.VISITOR,
        person_ref=ref,
        decision=Decision.HOLD if hold else Decision.ADMIT,
        reasons=reasons,
        temperature=temperature,
        started=UTC,
        decided=UTC,
        registered=False,
        hall_mode=HallMode.OPEN,
        hold_id=hold,
    )


def contact(hold: str, centi_c: int | None, step: HoldState = HoldState.RECHECKED) -> HoldStep:
    return HoldStep(hold_id=hold, step=step, by="guard-1", at=UTC, contact_centi_c=centi_c)


@dataclass
class Queue:
    """A door at which every measurement is decided, remembered, and told."""

    profile: Profile = FACE
    rules: MeasurementPolicy = ADAPTIVE
    memory: Memory = NOBODY_SEEN
    now_s: float = 0
    every_s: float = 30
    count: int = 0
    told: list[Temperature] = field(default_factory=list)

    def measure(
        self,
        surface: int,
        *,
        ambient: int = 2400,
        body: int | None = None,
        ref: str | None = None,
        untrusted: bool = False,
    ) -> Temperature:
        """Let somebody come who shows this skin; a hold is named as its passage."""
        self.count += 1
        self.now_s += self.every_s
        reading = Reading(surface_centi_c=surface, ambient_centi_c=ambient, body_centi_c=body)
        temperature = judge([reading] * 5, self.profile, self.rules, self.usual)
        passage = f"p-{self.count}"
        hold = passage if untrusted or temperature.outcome is Outcome.ELEVATED else None
        reasons = (UNTRUSTED,) if untrusted else ()
        record = decided(temperature, passage, ref=ref, hold=hold, reasons=reasons)
        self.memory = self.memory.after(record, self.now_ns)
        self.told.append(temperature)
        return temperature

    def recheck(self, number: int, centi_c: int) -> None:
        """Let the guard put the contact thermometer to the person who came as `number`."""
        self.memory = self.memory.after(contact(f"p-{number}", centi_c), self.now_ns)

    @property
    def now_ns(self) -> int:
        return round(self.now_s * NS_PER_S)

    @property
    def usual(self) -> Usual:
        return self.memory.usual(self.profile, self.now_ns)
