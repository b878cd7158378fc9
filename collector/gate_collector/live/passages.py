"""The passages (通行记录): what is behind a bar of the live page's charts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import ColumnElement, Select, or_, select

from gate_agent.contract.moment import format_utc, on_clock, parse_utc
from gate_agent.contract.records import Category, Decision
from gate_agent.http.grants import Routes
from gate_agent.words import Lang
from gate_collector.centre import Centre
from gate_collector.day import ReportDay
from gate_collector.roles.grants import READERS
from gate_collector.store.schema import PASSAGE
from gate_collector.web.lists import Column, ColumnKind, Listing, section
from gate_collector.web.pages import Pages

_HOUR = timedelta(hours=1)
Hour = Annotated[int | None, Query(ge=0, le=23)]


def _took_s(row: Any) -> float:
    return (parse_utc(row.decided) - parse_utc(row.started)).total_seconds()


PASSAGES = Listing(
    name="passages",
    title="passages.title",
    columns=(
        Column("decided", "column.at", ColumnKind.TIME, of=PASSAGE.c.decided, filters=True),
        Column("gate", "column.door", ColumnKind.DOOR, of=PASSAGE.c.gate, filters=True),
        Column("category", "column.kind", ColumnKind.WORD, of=PASSAGE.c.category, filters=True,
               words=section("category"), choices=tuple(Category)),
        Column("decision", "column.decision", ColumnKind.WORD, of=PASSAGE.c.decision, filters=True,
               words=section("decision"), choices=tuple(Decision),
               href=lambda row: f"/cases/{row.gate}/{row.hold_id}" if row.hold_id else ""),
        Column("took", "passages.took", ColumnKind.SPAN, value=_took_s, sorts=False),
    ),
    order="-decided",
    then=tuple(PASSAGE.primary_key),
    empty="passages.none",
    bad=lambda row: row.decision == Decision.HOLD,
)  # fmt: skip


def passed(day: ReportDay | None, hour: int | None, zone: ZoneInfo) -> Select[Any]:
    """Return the question for people's passages, of one day of the hall or of an hour of it."""
    names = ("gate", "decided", "started", "category", "decision", "hold_id")
    asked = select(*(PASSAGE.c[name] for name in names)).where(PASSAGE.c.drill.is_(False))
    if day is None:
        return asked
    asked = asked.where(day.began(PASSAGE))
    return asked if hour is None else asked.where(or_(*_within(day, hour, zone)))


def _within(day: ReportDay, hour: int, zone: ZoneInfo) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that a time of this day is in this hour of the hall's clock.

    An hour in which a day ends is in it twice: its end, and before that its beginning.
    """
    begin = day.begin
    while begin < day.end:
        local = on_clock(begin, zone)
        end = begin + _HOUR - timedelta(minutes=local.minute, seconds=local.second)
        if local.hour == hour:
            yield _between(begin, end)
        begin = end


def _between(begin: datetime, end: datetime) -> ColumnElement[bool]:
    is_after: ColumnElement[bool] = PASSAGE.c.started >= format_utc(begin)
    return is_after & (PASSAGE.c.started < format_utc(end))


def build_passages(centre: Centre, pages: Pages) -> APIRouter:
    """Return the routes."""
    routes = Routes(tags=["hall"])

    @routes.get("/passages", dependencies=[READERS], include_in_schema=False)
    def page(
        request: Request, day: date | None = None, hour: Hour = None, lang: Lang = "zh"
    ) -> Response:
        """Return people's passages, of one day of the hall or of an hour of it; nobody's name."""
        asked = pages.asked(request, "day", "hour")
        of_day = None if day is None else centre.day(day)
        with centre.engine.connect() as connection:
            view = PASSAGES.read(connection, passed(of_day, hour, centre.zone), asked)
        return pages.lists("passages.html", lang, asked, [view], day=of_day, hour=hour)

    return routes
