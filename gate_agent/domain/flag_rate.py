"""The flag rate (报警率), controlled: how far above the baseline the threshold lies.

A profile's margin is what one study's people need for a wanted rate; another crowd, camera or
season needs another. So a door counts: how far each healthy person stood above the baseline of
that moment, and who was flagged and found healthy by the contact thermometer. The margin is the
quantile of those that leaves the wanted share above (docs/decisions/0027-flag-rate.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat

from gate_agent.domain.profile import Profile

ENOUGH = 200  # people: fewer are filled up with the profile's figure
NARROWEST, WIDEST = 50, 150  # per cent of the profile's margin: no evidence moves it further
ALIKE = 12  # contact readings that all say the same: the instrument is stuck, or nobody measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How far people stood above the baseline that they were held against.

    Who was flagged counts by the contact reading alone. Of `flagged` people `answered` met it.
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
    """Return what leaves the wanted share of healthy people at or above it.

    Those found healthy stand for the flagged who met no contact thermometer as well.
    """
    one, found = (evidence.answered, evidence.flagged) if evidence.answered else (1, 1)
    weighed = sorted(
        [*zip(evidence.unflagged, repeat(one)), *zip(evidence.found_healthy, repeat(found))],
        reverse=True,
    )
    left = (sum(weight for _, weight in weighed) + one) * flag_permille // 1000
    line = weighed[0][0] + 1 if weighed else 0
    for deviation, weight in weighed:
        left -= weight
        if left < 0:
            break
        line = deviation
    return line
