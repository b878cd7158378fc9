"""Since when the hall is in its mode, and what is planned: from the policies as issued."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode, Policy
from gate_collector.announcements.facts import facts
from gate_collector.store.schema_office import POLICY

_MOST_VERSIONS = 2000
Version = Callable[[int], Policy | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """A version that came into force, or will."""

    at: str
    version: int
    hall_mode: HallMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """What the public will find from a time on (预定变更)."""

    at: str
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The hall as the public finds it: what holds now, since when, and what will."""

    now: str
    policy: Policy
    since: str | None  # when its mode was set; None: it is the built-in policy's
    coming: tuple[Coming, ...] = ()  # only what changes anything for the public

    @property
    def covered(self) -> str:
        """What a text tells that was made of this: what holds, and what will from when on."""
        planned = (f"@{one.at}\n{facts(one.policy)}" for one in self.coming)
        return "\n".join((facts(self.policy), *planned))


def outlook(connection: Connection, policy: Policy, now: datetime, version: Version) -> Outlook:
    """Return it; `policy` is the one in force, `version` gives the others."""
    at, turns = format_utc(now), _turns(connection)
    since = None
    for turn in reversed([one for one in turns if one.at <= at]):
        if turn.hall_mode is not policy.hall_mode:
            break
        since = turn.at
    coming, before = list[Coming](), facts(policy)
    for turn in turns:
        plan = version(turn.version) if turn.at > at else None
        if plan is not None and facts(plan) != before:
            coming.append(Coming(at=turn.at, policy=plan))
            before = facts(plan)
    return Outlook(now=at, policy=policy, since=since, coming=tuple(coming))


def _turns(connection: Connection) -> list[_Turn]:
    """Return the versions in the order in which they hold: what a later one replaced never does."""
    names = ("version", "valid_from", "issued", "hall_mode")
    rows = connection.execute(
        select(*(POLICY.c[name] for name in names))
        .order_by(POLICY.c.version.desc())
        .limit(_MOST_VERSIONS)
    ).all()
    begun = sorted((max(row.valid_from or "", row.issued), row.version, row) for row in rows)
    turns: list[_Turn] = []
    for at, number, row in begun:
        if not turns or number > turns[-1].version:
            turns.append(_Turn(at=at, version=number, hall_mode=HallMode(row.hall_mode)))
    return turns
