"""The day that is not reported yet: its preview, what a clerk enters, and merging it at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from gate_agent.contract.hall_times import HallDay
from gate_agent.contract.moment import format_utc
from gate_agent.http.answers import refused
from gate_agent.http.grants import Routes
from gate_agent.words import Lang
from gate_collector.centre import Centre
from gate_collector.reports.content import MergedReport
from gate_collector.reports.entries import AnyEntry, UnkeptEntry, entries_of, keep
from gate_collector.reports.entry_words import filled, said
from gate_collector.reports.evidence import gather
from gate_collector.reports.preview import form_at, gaps
from gate_collector.reports.versions import TooEarly, is_open, merge_now
from gate_collector.roles.grants import only
from gate_collector.roles.session import By, Role
from gate_collector.web.done import Done, IssuedVersion, done_at, version_at
from gate_collector.web.pages import Pages

_PREVIEW = "preview"


class AskedEntry(BaseModel):
    """An entry, who makes it, and in whose place it stands."""

    model_config = ConfigDict(extra="forbid")
    by: By
    corrects: int | None = Field(None, ge=1, le=2**53)
    entry: AnyEntry


def case_path(gate: str, hold_id: str) -> str:
    """Return where a case is read, and its special reports (专项专报) are made."""
    return f"/cases/{gate}/{hold_id}"


def show_preview(centre: Centre, pages: Pages, day: date, lang: Lang) -> HTMLResponse:
    """Return what is missing of a day, and what is there so far."""
    report = gather(centre, day, version=0, by=_PREVIEW)
    grace = timedelta(seconds=centre.policy().punctuality.report_within_s)
    return pages.show(
        "report_preview.html",
        lang,
        report=report,
        gaps=gaps(report, centre.zone, lang, case_path),
        due=format_utc(centre.day(day).end + grace),
        is_over=report.made > report.until,
        **entries_shown(centre, day, report, lang),
    )


def entries_shown(centre: Centre, day: date, report: MergedReport, lang: Lang) -> dict[str, Any]:
    """Return what the part of a page with the entries needs."""
    names = centre.door_names()
    with centre.engine.connect() as connection:
        entries = entries_of(connection, day)
    return {
        "day": day,
        "doors": report.doors,
        "unreleased": [line for line in report.told_holds if not line.is_released],
        "policy": centre.policy(),
        "entries": entries,
        "unreported": sum(report.version > 0 and one.at > report.made for one in entries),
        "told": lambda entry: said(entry, lang, lambda gate: names.get(gate, gate)),
        "filled": filled,
        "form_at": form_at,
    }


def build_previews(centre: Centre, tell: Callable[[MergedReport], None]) -> APIRouter:
    """Return the routes; `tell` tells the leaders of a report that was made."""
    routes = Routes(tags=["reports"])

    @routes.post(
        "/reports/{day}/merge",
        dependencies=[only(Role.OFFICE)],
        status_code=201,
        response_model=IssuedVersion,
    )
    def merge(day: HallDay, by: Annotated[By, Body(embed=True)]) -> Response:
        """Make the report of a day that is over, before the clock does."""
        try:
            report = merge_now(centre, day, by=by)
        except TooEarly as exc:
            return refused(409, exc, code="too_early")
        tell(report)
        where = f"/reports/{report.day}?version={report.version}"
        return version_at(report.version, where)

    @routes.post(
        "/reports/{day}/entries",
        dependencies=[only(Role.OFFICE)],
        status_code=201,
        response_model=Done,
    )
    def entered(day: HallDay, asked: AskedEntry) -> Response:
        """Keep what a clerk enters for a day; nothing is edited, another entry corrects it."""
        if not is_open(centre, day):
            late = UnkeptEntry("too_late", f"expected a day to be reported, got {day}")
            return refused(409, late, code=late.code)
        try:
            keep(centre, day, asked.entry, by=asked.by, corrects=asked.corrects)
        except UnkeptEntry as exc:
            return refused(409, exc, code=exc.code)
        return done_at(f"/reports/{day}")

    return routes
