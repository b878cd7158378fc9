"""What went, and the certificate of it (清除证明): counts, ranges and links; never whose it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select

from gate_agent.contract.hall_times import is_within_reach
from gate_agent.contract.moment import format_utc
from gate_agent.contract.privacy_records import DataPurged, PurgeCause
from gate_collector.centre import Centre
from gate_collector.store.records import read_record
from gate_collector.store.schema import NOTABLE, PURGED
from gate_collector.store.schema_office import ERASURE


@dataclass(frozen=True, slots=True, kw_only=True)
class AtDoor:
    """What a door told that it removed."""

    gate: str
    epoch: str
    sequence: int
    time: str
    told: DataPurged


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What was removed here by one request, or on one day at its end."""

    number: str
    cause: PurgeCause
    asked: Any  # the row of `erasure`; None for what the command line or the calendar asked for
    rows: tuple[Any, ...]

    @property
    def redacted(self) -> int:
        """How many registrations went."""
        return sum(row.redacted for row in self.rows)


def erasures() -> Select[Any]:
    """Return the question for the requests, each with how many registrations went."""
    gone = (
        select(PURGED.c.request, func.sum(PURGED.c.redacted).label("redacted"))
        .group_by(PURGED.c.request)
        .subquery()
    )
    names = ("request", "at", "by", "role", "why", "done")
    removed = func.coalesce(gone.c.redacted, 0).label("redacted")
    columns = (ERASURE.c[name] for name in names)
    return select(*columns, removed).outerjoin(gone, gone.c.request == ERASURE.c.request)


def purged() -> Select[Any]:
    """Return the question for the removals here."""
    return select(PURGED)


def at_doors(connection: Connection) -> list[AtDoor]:
    """Return the removals that doors told of: a few a day."""
    rows = connection.execute(select(NOTABLE).where(NOTABLE.c.type == DataPurged.TYPE))
    return [
        AtDoor(gate=row.gate, epoch=row.epoch, sequence=row.sequence, time=row.time, told=purge)
        for row in rows
        if (purge := read_record(DataPurged, row.data)) is not None
    ]


def certificate(centre: Centre, number: str) -> Certificate | None:
    """Return the certificate of a request, or of a day (YYYY-MM-DD); None if there is none."""
    day = _day(number)
    purged = PURGED.c.request == number
    if day is not None:
        begins = datetime.combine(day, time(), centre.zone)
        ends = begins + timedelta(days=1)
        purged = (
            (PURGED.c.cause == PurgeCause.RETENTION.value)
            & (PURGED.c.at >= format_utc(begins))
            & (PURGED.c.at < format_utc(ends))
        )
    with centre.engine.connect() as connection:
        rows = tuple(connection.execute(select(PURGED).where(purged).order_by(PURGED.c.id)))
        asked = connection.execute(select(ERASURE).where(ERASURE.c.request == number)).first()
    if not rows and (asked is None or asked.done is None):
        return None
    cause = PurgeCause(rows[0].cause) if rows else PurgeCause.REQUEST
    return Certificate(number=number, cause=cause, asked=asked, rows=rows)


def _day(number: str) -> date | None:
    try:
        day = date.fromisoformat(number) if "-" in number else None
    except ValueError:
        return None
    return day if day is not None and is_within_reach(day) else None
