"""Announcements (公告) as they were published: never changed, a later one replaces an earlier."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from gate_agent.contract.moment import format_utc
from gate_agent.contract.opening import said_hours, said_windows
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.errors import GateError
from gate_agent.words import word
from gate_collector.centre import Centre
from gate_collector.store.schema_office import ANNOUNCEMENT

_NEWEST_FIRST = select(ANNOUNCEMENT).order_by(ANNOUNCEMENT.c.id.desc())


class OutdatedDraft(GateError):  # noqa: N818 it is an answer
    """A text was made of what holds no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One text that the public was told, when and by whom; `facts` is what it was made from."""

    id: int
    at: str
    by: str
    hall_mode: HallMode
    policy_version: int
    facts: str
    zh: str
    en: str


def facts(policy: Policy) -> str:
    """Return what of a policy concerns the public: other facts want another announcement."""
    say = partial(word, lang="zh")
    return "\n".join(
        (policy.hall_mode.value, said_hours(policy.opening, say), said_windows(policy.windows, say))
    )


def publish(centre: Centre, *, base: Policy | None, zh: str, en: str, by: str) -> None:
    """Keep a text as published now, with the facts it was made from.

    Raises OutdatedDraft where the policy `base`, that its author knew, has others than hold now.
    """
    policy = centre.policy()
    if base is None or facts(base) != facts(policy):
        raise OutdatedDraft("expected a text of what holds now, got one of another version")
    row = {
        "at": format_utc(centre.now),
        "by": by,
        "hall_mode": policy.hall_mode.value,
        "policy_version": policy.version,
        "facts": facts(policy),
        "zh": zh,
        "en": en,
    }
    with centre.engine.begin() as connection:
        connection.execute(ANNOUNCEMENT.insert().values(row))


def history() -> Select[Any]:
    """Return the question for every announcement."""
    return select(ANNOUNCEMENT)


def announcement(connection: Connection, number: int) -> Announcement | None:
    """Return one announcement; None for a number that none has."""
    one = connection.execute(_NEWEST_FIRST.where(ANNOUNCEMENT.c.id == number)).mappings().first()
    return None if one is None else _read(one)


def in_force(connection: Connection, policy: Policy) -> Announcement | None:
    """Return the newest announcement, if what it says of the hall still holds."""
    row = connection.execute(_NEWEST_FIRST.limit(1)).mappings().first()
    newest = None if row is None else _read(row)
    return newest if newest is not None and newest.facts == facts(policy) else None


def _read(row: RowMapping) -> Announcement:
    return Announcement(**(dict(row) | {"hall_mode": HallMode(row["hall_mode"])}))
