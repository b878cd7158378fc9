"""What one door is at one instant, and what a step makes of it."""

from __future__ import annotations

from dataclasses import dataclass

from gate_agent.contract.policy import Policy
from gate_agent.domain.baseline import NOBODY_SEEN, Memory
from gate_agent.domain.contact import Contact
from gate_agent.domain.effects import Effects
from gate_agent.domain.hold import Hold
from gate_agent.domain.passage import PassageState
from gate_agent.domain.temperature import Profile


@dataclass(frozen=True, slots=True)
class Ids:
    """Names for passages and holds: never the same twice from one random prefix."""

    prefix: str
    count: int = 0

    def take(self) -> tuple[str, Ids]:
        """Return a fresh id, and what gives the ones after it."""
        count = self.count + 1
        return f"{self.prefix}-{count}", Ids(self.prefix, count)


@dataclass(frozen=True, slots=True)
class Door:
    """One door: the passage at it, its open holds, the rules in force, and what is usual."""

    passage: PassageState
    holds: tuple[Hold, ...]
    policy: Policy
    profile: Profile
    thermometer_usable: bool
    ids: Ids
    contacts: tuple[Contact, ...] = ()
    memory: Memory = NOBODY_SEEN
    thermometer_trusted: bool = True

    @property
    def measures_by_hand(self) -> bool:
        """Whether the contact thermometer alone can let somebody in."""
        return not (self.thermometer_usable and self.thermometer_trusted)


@dataclass(frozen=True, slots=True)
class Step:
    """What one event did: the door after it, and the effects in order."""

    door: Door
    effects: Effects = ()
