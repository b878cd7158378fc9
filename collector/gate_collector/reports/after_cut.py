"""What happened from a report's cut until now (截止后): said beside it, counted by the next."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, func, select

from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.records import HoldState
from gate_collector.centre import Centre
from gate_collector.day import ReportDay
from gate_collector.reports.content import DoorDay, MergedReport
from gate_collector.store.dialect import snapshot
from gate_collector.store.hold_days import BEGAN, HELD
from gate_collector.store.schema import HOLD, PASSAGE

_ONE = timedelta(days=1)


class DoorAfter(BaseModel):
    """One door since its part of the report ended."""

    model_config = ConfigDict(frozen=True)
    called: str
    since: str
    passages: int
    holds: int
    still_open: int
    transferred: int


class AfterCut(BaseModel):
    """All doors; a day later the next report tells of it, and no more is counted here."""

    model_config = ConfigDict(frozen=True)
    until: str
    doors: tuple[DoorAfter, ...]
    closed_since: int  # of the holds that the report tells as open

    @property
    def holds(self) -> int:
        """How many were held."""
        return sum(door.holds for door in self.doors)

    @property
    def still_open(self) -> int:
        """How many of them are not closed."""
        return sum(door.still_open for door in self.doors)


def after_cut(centre: Centre, report: MergedReport) -> AfterCut | None:
    """Return what came after a report's cut; None while the day is not over."""
    day = date.fromisoformat(report.day)
    begin = parse_utc(report.until) if report.until else centre.day(day).end
    if centre.now < begin:
        return None
    end = min(centre.now, centre.day(day + _ONE).end)
    after = ReportDay(date=day + _ONE, begin=begin, end=end)
    with snapshot(centre.engine) as connection:
        doors = tuple(_door(connection, door, after) for door in report.doors)
        closed = sum(
            connection.execute(
                select(HOLD.c.state).where(HOLD.c.gate == line.gate, HOLD.c.hold_id == line.hold_id)
            ).scalar()
            == HoldState.CLOSED.value
            for line in report.told_holds
            if line.outcome is None
        )
    return AfterCut(until=format_utc(end), doors=doors, closed_since=closed)


def _door(connection: Connection, door: DoorDay, after: ReportDay) -> DoorAfter:
    def count(*conditions: Any, of_holds: bool = True) -> int:
        asked = select(func.count()).select_from(HELD if of_holds else PASSAGE)
        return connection.execute(asked.where(*conditions)).scalar_one()

    passed = (
        PASSAGE.c.gate == door.gate,
        PASSAGE.c.drill.is_(False),
        after.began(PASSAGE),
    )
    held = (
        HOLD.c.gate == door.gate,
        HOLD.c.drill.is_(False),
        after.includes(BEGAN),
    )
    return DoorAfter(
        called=door.called,
        since=format_utc(after.begin),
        passages=count(*passed, of_holds=False),
        holds=count(*held),
        still_open=count(*held, HOLD.c.state != HoldState.CLOSED.value),
        transferred=count(*held, HOLD.c.outcome == "transferred"),
    )
