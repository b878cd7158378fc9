"""Plays a fever through a policy on paper (推演): until when each step is due, who is told. Pure.

Nothing is sent and nobody is rung: it shows what the rules in force at that time would ask, and who
would be missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from gate_agent.contract.leading_group import Post, PostRank
from gate_agent.contract.policy import Policy, RotaEntry, TellLeaders
from gate_agent.contract.records import HoldState

_CLIMBS = (PostRank.DEPUTY, PostRank.HEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillStep:
    """One step: what is due, how long it may take, and the last moment for it."""

    state: HoldState
    within_s: float
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillCall:
    """Who is told at what time, if nobody answered before; `rank` None: the leader on duty."""

    at: datetime
    rank: PostRank | None
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """One fever as the rules take it, each step at its last moment."""

    begins: datetime
    leader: RotaEntry | None
    steps: tuple[DrillStep, ...]
    calls: tuple[DrillCall, ...]

    @property
    def missing(self) -> list[PostRank]:
        """Which ranks nobody holds, so that an alert cannot climb to them."""
        return [one.rank for one in self.calls if one.rank is not None and not one.posts]


def played(policy: Policy, begins: datetime) -> Drill:
    """Return a fever that begins then, as this policy takes it."""
    steps = tuple(_steps(policy, begins))
    by_state = {step.state: step.until for step in steps}
    at_once = policy.hold.tell_leaders is TellLeaders.FLAGGED
    begun = begins if at_once else by_state[HoldState.CONFIRMED]
    ranks = {rank: tuple(post for post in policy.posts if post.rank is rank) for rank in PostRank}
    apart = timedelta(seconds=policy.punctuality.answer_within_s)
    calls = [DrillCall(at=begun, rank=None, posts=ranks[PostRank.OFFICE])]
    calls += [
        DrillCall(at=begun + number * apart, rank=rank, posts=ranks[rank])
        for number, rank in enumerate(_CLIMBS, 1)
    ]
    return Drill(begins=begins, leader=policy.on_duty(begun), steps=steps, calls=tuple(calls))


def _steps(policy: Policy, begins: datetime) -> Iterator[DrillStep]:
    hold, until = policy.hold, begins
    for state, within_s in (
        (HoldState.ACKNOWLEDGED, hold.acknowledge_s),
        (HoldState.RECHECKED, hold.recheck_s),
        (HoldState.CONFIRMED, hold.decide_s),
        (HoldState.REPORTED, hold.report_s),
        (HoldState.TRANSFERRED, hold.transfer_s),
        (HoldState.CLOSED, hold.close_s),
    ):
        until += timedelta(seconds=within_s)
        yield DrillStep(state=state, within_s=within_s, until=until)
