"""The flag rate (报警率), controlled: how far above the baseline the threshold lies.

A profile's margin is what one study's people need for a wanted rate; another crowd, camera or
season needs another. So a door counts: how far each healthy person stood above the baseline of
that moment, and who was flagged and found healthy by the contact thermometer. The margin is the
quantile of those that leaves the wanted share above (docs/decisions/0029-flag-rate.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from gate_agent.domain.profile import Profile

ENOUGH = 200  # people: fewer are filled up with the profile's figure
NARROWEST, WIDEST = 50, 150  # per cent of the profile's margin: no evidence moves it further
ALIKE = 12  # contact readings that all say the same: the instrument is stuck, or nobody measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How far people stood above the baseline that they were held against.

    Who was flagged counts by the contact reading alone: one that nobody took proves nobody healthy.
    Of `flagged` people `answered` met the contact thermometer.
    """

    unflagged: tuple[int, ...] = ()
    found_healthy: tuple[int, ...] = ()
    flagged: int = 0
    answered: int = 0

    @property
    def people(self) -> int:
        """How many the margin rests on."""
        return len(self.unflagged) + len(self.found_healthy)


NO_EVIDENCE = Evidence()


@lru_cache(maxsize=4)  # asked for the width of the crowd, and again for the threshold
def margin(profile: Profile, flag_permille: int, evidence: Evidence) -> int:
    """Return the margin for a wanted flag rate: the profile's, and more and more what was seen.

    Where more than half of the flags met no contact thermometer, nothing is known of the healthy
    above the threshold: then it is the profile's.
    """
    plan = profile.margin(flag_permille)
    if 2 * evidence.answered < evidence.flagged:
        return plan
    least, most = plan * NARROWEST // 100, plan * WIDEST // 100
    learnt = min(max(_quantile(evidence, flag_permille), least), most)
    people = min(evidence.people, ENOUGH)
    return (people * learnt + (ENOUGH - people) * plan) // ENOUGH


def is_stuck(contacts: Sequence[int]) -> bool:
    """Whether the newest contact readings are so alike that no thermometer made them."""
    newest = contacts[-ALIKE:]
    return len(newest) == ALIKE and len(set(newest)) == 1


def _quantile(evidence: Evidence, flag_permille: int) -> int:
    """Return what leaves the wanted share of the next healthy people at or above it."""
    ranked = sorted((*evidence.unflagged, *evidence.found_healthy), reverse=True)
    rank = (len(ranked) + 1) * flag_permille // 1000
    if rank:
        return ranked[rank - 1]
    return ranked[0] + 1 if ranked else 0
