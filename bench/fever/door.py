"""Lets people of the study walk up to a door: the product's own judging and remembering."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from gate_agent.contract.moment import NS_PER_S, Moment, parse_utc
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
from gate_agent.contract.thermometer import Trust
from gate_agent.domain.baseline import NOBODY_SEEN, UNTRUSTED, Memory
from gate_agent.domain.limits import limits
from gate_agent.domain.profile import Profile
from gate_agent.domain.temperature import judge
from gate_agent.domain.thermometer_health import Checks, Watch, health

ADAPTIVE = MeasurementPolicy()
FEVER_CENTI_C = 3750  # oral; the study's own label, and the contact line of its door
_UTC = "2026-01-01T00:00:00.000Z"
_NOW = parse_utc(_UTC)


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody at the door: the skin it shows, the air, and what a contact thermometer says."""

    skin: int
    ambient: int
    contact: int


class Door:
    """One door. `evidence_after`: people who come until a held one meets the contact thermometer.

    None: nobody ever does, and only the infrared values are known. `looks`: whether it asks before
    each person if the thermometer is to be believed, and has them measured by hand if not.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        rules: MeasurementPolicy = ADAPTIVE,
        memory: Memory = NOBODY_SEEN,
        evidence_after: int | None = 5,
        now_s: float = 0,
        first: int = 0,
        looks: bool = False,
    ) -> None:
        self._profile = profile
        self._rules = rules
        self.memory = memory
        self._evidence_after = evidence_after
        self.now_s = now_s
        self._count = first
        self._looks = looks
        self.by_hand: list[bool] = []
        self._held: deque[tuple[int, str, int]] = deque()

    @property
    def distrusts(self) -> bool:
        """Whether people would be measured by hand now, for what the people themselves show."""
        now = Moment(utc=_NOW, boot_ns=round(self.now_s * NS_PER_S))
        state = health(Watch(), self.memory, Checks(), profile=self._profile, now=now)
        return state.trust is Trust.NOT_TRUSTED

    @property
    def threshold(self) -> int:
        """What the next person's score would be held against."""
        usual = self.memory.usual(self._profile, round(self.now_s * NS_PER_S))
        return limits(self._profile, self._rules, usual).threshold

    def measure(self, comer: Comer) -> Temperature:
        """Let one person be measured, decided on, and remembered."""
        self._count += 1
        now_ns = round(self.now_s * NS_PER_S)
        self._recheck()
        readings = [Reading(surface_centi_c=comer.skin, ambient_centi_c=comer.ambient)] * 5
        usual = self.memory.usual(self._profile, now_ns)
        judgement = judge(readings, self._profile, self._rules, usual)
        name = f"p-{self._count}"
        elevated = judgement.outcome is Outcome.ELEVATED
        by_hand = self._looks and self.distrusts
        self.by_hand.append(by_hand)
        is_held = elevated or by_hand
        if is_held and self._evidence_after is not None:
            self._held.append((self._count + self._evidence_after, name, comer.contact))
        record = PassageDecided(
            passage_id=name,
            category=Category.UNKNOWN,
            person_ref=None,
            decision=Decision.HOLD if elevated else Decision.ADMIT,
            reasons=(UNTRUSTED,) if by_hand else (),
            temperature=judgement,
            started=_UTC,
            decided=_UTC,
            registered=False,
            hall_mode=HallMode.OPEN,
            hold_id=name if is_held else None,
        )
        self.memory = self.memory.after(record, now_ns)
        return judgement

    def measure_all(self, comers: Iterable[Comer], every_s: float) -> list[Temperature]:
        """Let people come one after the other."""
        measured = []
        for comer in comers:
            self.now_s += every_s
            measured.append(self.measure(comer))
        return measured

    def _recheck(self) -> None:
        while self._held and self._held[0][0] < self._count:
            _, hold, contact = self._held.popleft()
            fever = contact >= FEVER_CENTI_C
            step = HoldStep(
                hold_id=hold,
                step=HoldState.CONFIRMED if fever else HoldState.RELEASED,
                by="bench",
                at=_UTC,
                contact_centi_c=contact,
            )
            self.memory = self.memory.after(step, round(self.now_s * NS_PER_S))
