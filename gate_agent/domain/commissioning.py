"""A new door learns its own normal (启用新门): how far it is, by people whom both measured.

Until then nobody knows what a healthy forehead shows there: a sensor may read degrees too low.
So nobody is let in on its word, and what it says holds nobody: the contact thermometer decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from gate_agent.contract.measurement_records import ThermometerCommissioned
from gate_agent.contract.moment import NS_PER_S, Moment, format_utc
from gate_agent.domain.baseline import KNOWN_S, PEOPLE, PEOPLE_LEAST, Memory, Proof
from gate_agent.domain.profile import Profile
from gate_agent.domain.steps import median

WANTED = 5  # healthy people whom both thermometers measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Commissioning:
    """How far a new door is: `both` of `WANTED`, of `people` who passed at all."""

    both: tuple[int, ...]  # the contact readings of the healthy
    scores: tuple[int, ...]  # of everybody who was not found feverish
    people: int  # but who was to be measured by hand, and was not
    flagged: int

    @property
    def is_done(self) -> bool:
        """Whether its own normal is known: by both thermometers, or by very many people alone."""
        return len(self.both) >= WANTED or self.people >= PEOPLE


def commissioning(memory: Memory, profile: Profile, now_ns: int) -> Commissioning:
    """Return how far this thermometer at this door is, by the journal's newest people."""
    since_ns = now_ns - KNOWN_S * NS_PER_S
    ours = [one for one in memory.seen if one.profile == profile.label and one.at_ns >= since_ns]
    return Commissioning(
        both=tuple(
            one.contact for one in ours if one.contact is not None and one.proof is Proof.HEALTHY
        ),
        scores=tuple(one.score for one in ours if one.proof is not Proof.FEVERISH),
        people=sum(not one.is_open for one in ours),
        flagged=sum(one.elevated for one in ours),
    )


def is_known(memory: Memory, profile: Profile, now_ns: int) -> bool:
    """Whether this door's normal is known: it was learnt, and is not long forgotten since."""
    learnt = memory.learnt_of(profile)
    if learnt is not None and learnt[1] >= now_ns - KNOWN_S * NS_PER_S:
        return True  # most doors, at each person: nobody is counted
    progress = commissioning(memory, profile, now_ns)
    return progress.is_done or (learnt is not None and progress.people >= PEOPLE_LEAST)


def commissioned(before: Memory, memory: Memory, profile: Profile, at: Moment) -> Memory | None:
    """Return the memory of a door that has just come to know its own normal; None of any other."""
    now_ns = at.boot_ns
    if is_known(before, profile, now_ns):
        return None
    progress = commissioning(memory, profile, now_ns)
    if not progress.is_done:
        return None
    learnt = ThermometerCommissioned(
        profile=profile.label,
        baseline_centi_c=median(progress.scores),
        profile_centi_c=profile.baseline_centi_c,
        contact_centi_c=median(progress.both) if progress.both else None,
        both=len(progress.both),
        people=progress.people,
        flagged=progress.flagged,
        at=format_utc(at.utc),
    )
    return memory.after(learnt, now_ns)
