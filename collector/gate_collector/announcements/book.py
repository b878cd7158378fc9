"""Announcements (公告) as they were published: never changed, a later one replaces an earlier.

A text holds for what it was made from: the mode as it was set then, hours, windows, and the changes
that were planned and told with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from gate_agent.contract.policy import HallMode, Policy
from gate_agent.errors import GateError
from gate_collector.announcements.course import Outlook
from gate_collector.announcements.facts import facts
from gate_collector.centre import Centre
from gate_collector.store.schema_office import ANNOUNCEMENT

_PLANNED = re.compile(r"\n@([0-9TZ:.-]{20,30})\n")
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

    @property
    def of_then(self) -> str:
        """The facts that held when it was published."""
        return _PLANNED.split(self.facts)[0]

    @property
    def planned(self) -> dict[str, str]:
        """The facts that it told to come, by when."""
        _, *parts = _PLANNED.split(self.facts)
        return dict(zip(parts[::2], parts[1::2], strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the author of a text was told by its draft."""

    ahead: bool = True  # the text tells what is planned, too
    draft: str | None = None  # its digest


def publish(
    centre: Centre, hall: Outlook, *, seen: Told, base: Policy | None, zh: str, en: str, by: str
) -> None:
    """Keep a text as published now, with the facts it was made from.

    Raises OutdatedDraft where the policy `base`, that its author knew, has others than hold now,
    or where other changes are planned than the draft told.
    """
    policy = hall.policy
    if base is None or facts(base) != facts(policy):
        raise OutdatedDraft("expected a text of what holds now, got one of another version")
    if seen.draft is not None and seen.draft != digest_of(hall):
        raise OutdatedDraft("expected a text of what is planned now, got one of other plans")
    row = {
        "at": hall.now,
        "by": by,
        "hall_mode": policy.hall_mode.value,
        "policy_version": policy.version,
        "facts": hall.covered if seen.ahead else facts(policy),
        "zh": zh,
        "en": en,
    }
    with centre.engine.begin() as connection:
        connection.execute(ANNOUNCEMENT.insert().values(row))


def digest_of(hall: Outlook) -> str:
    """Return what names all that a draft of now tells."""
    return sha256(hall.covered.encode()).hexdigest()


def history() -> Select[Any]:
    """Return the question for every announcement."""
    return select(ANNOUNCEMENT)


def announcement(connection: Connection, number: int) -> Announcement | None:
    """Return one announcement; None for a number that none has."""
    one = connection.execute(_NEWEST_FIRST.where(ANNOUNCEMENT.c.id == number)).mappings().first()
    return None if one is None else _read(one)


def in_force(connection: Connection, hall: Outlook) -> Announcement | None:
    """Return the newest announcement, if what it says of the hall still holds."""
    row = connection.execute(_NEWEST_FIRST.limit(1)).mappings().first()
    newest = None if row is None else _read(row)
    return newest if newest is not None and _holds(newest, hall) else None


def tells_plans(one: Announcement, hall: Outlook) -> bool:
    """Whether an announcement tells every change that is planned."""
    return one.planned.items() >= {plan.at: facts(plan.policy) for plan in hall.coming}.items()


def _holds(one: Announcement, hall: Outlook) -> bool:
    """Whether what it told is so: each setting of a mode needs a text made for it."""
    reached = {at: then for at, then in one.planned.items() if at <= hall.now}
    if facts(hall.policy) != (reached[max(reached)] if reached else one.of_then):
        return False
    if hall.since is not None and one.at < hall.since and hall.since not in reached:
        return False  # it told of this mode before another came between
    ahead = {at: then for at, then in one.planned.items() if at > hall.now}
    return ahead.items() <= {plan.at: facts(plan.policy) for plan in hall.coming}.items()


def _read(row: RowMapping) -> Announcement:
    return Announcement(**(dict(row) | {"hall_mode": HallMode(row["hall_mode"])}))
