"""A new door learns its own normal (启用新门): how far it is, by people whom both measured."""

from __future__ import annotations

from dataclasses import dataclass

from gate_agent.contract.measurement_records import ThermometerCommissioned
from gate_agent.contract.moment import NS_PER_S, Moment, format_utc
from gate_agent.domain.baseline import KNOWN_S, PEOPLE, Memory, Proof
from gate_agent.domain.profile import Profile
from gate_agent.domain.steps import median

WANTED = 5  # healthy people whom both thermometers measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Commissioning:
    """How far a new door is: `both` of `WANTED`, of `people` who passed at all."""

    both: tuple[int, ...]  # the contact readings of the healthy
    people: int
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
        people=len(ours),
        flagged=sum(one.elevated for one in ours),
    )


def commissioned(
    progress: Commissioning, memory: Memory, profile: Profile, at: Moment
) -> ThermometerCommissioned:
    """Return the record of a door that knows its own normal now."""
    usual = memory.usual(profile, at.boot_ns)
    return ThermometerCommissioned(
        profile=profile.label,
        baseline_centi_c=usual.baseline,
        profile_centi_c=profile.baseline_centi_c,
        contact_centi_c=median(progress.both) if progress.both else None,
        both=len(progress.both),
        people=progress.people,
        flagged=progress.flagged,
        at=format_utc(at.utc),
    )
