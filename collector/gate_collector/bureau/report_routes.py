"""The pages of the bureau's day report: the list, the sheet to print and sign, its files."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from gate_agent.contract.hall_times import HallDay
from gate_agent.http.answers import refused
from gate_agent.http.grants import Routes
from gate_agent.words import Lang
from gate_collector.bureau.book import BureauBook, NoBureauDay, NothingToMerge
from gate_collector.bureau.day import BureauDay
from gate_collector.bureau.desk import BureauDesk
from gate_collector.bureau.sheets import as_csv, as_xlsx
from gate_collector.reports.lists import REPORT_COLUMNS, REPORTS
from gate_collector.roles.grants import EVERYBODY, only
from gate_collector.roles.session import By, Role
from gate_collector.web.done import IssuedVersion, version_at
from gate_collector.web.lists import Listing
from gate_collector.web.pages import Pages
from gate_collector.web.workbook import CSV, FORMS, XLSX

_JSON = "application/json"
_OFFERED_DAYS = 3
Version = Annotated[int | None, Query(ge=1, le=10_000)]
BUREAU_REPORTS = Listing(
    name="reports",
    title="bureau.report",
    columns=tuple(one for one in REPORTS.columns if one.name != "abnormal"),
    order=REPORTS.order,
    then=REPORTS.then,
    empty="bureau.no_report",
    bad=lambda row: not row.complete,
)


class Merging(BaseModel):
    """Who merges, and why again."""

    model_config = ConfigDict(extra="forbid")
    by: By
    why: str = Field("", max_length=400)


def build_bureau_reports(desk: BureauDesk, pages: Pages) -> APIRouter:
    """Return the routes."""
    routes = Routes(tags=["reports"])
    book, centre = desk.book, desk.centre

    @routes.get("/reports", dependencies=[EVERYBODY], include_in_schema=False)
    def listed(request: Request, lang: Lang = "zh") -> Response:
        """Return the days and their versions, the newest first."""
        asked = pages.asked(request)
        today = centre.now.astimezone(centre.zone).date()
        days = [today - timedelta(days=back) for back in range(_OFFERED_DAYS)]
        with centre.engine.connect() as connection:
            view = BUREAU_REPORTS.read(connection, select(*REPORT_COLUMNS), asked)
        unmerged = [day for day in days if not _is_made(book, day)]
        return pages.lists(
            "bureau_reports.html", lang, asked, [view], unmerged=unmerged, today=today
        )

    @routes.get("/reports/{day}", dependencies=[EVERYBODY], include_in_schema=False)
    def sheet(day: HallDay, version: Version = None, lang: Lang = "zh") -> Response:
        """Return one version to look at, print and sign; it says when it is outdated."""
        try:
            kept = book.read(day, version)
        except NoBureauDay as exc:
            return _unknown(exc)
        outdated = book.outdated(kept.report)
        return pages.show(
            "bureau_report.html", lang, kept=kept, report=kept.report, day=day, outdated=outdated
        )

    @routes.get(
        "/reports/{day}/report.{form}",
        dependencies=[EVERYBODY],
        response_class=Response,
        responses={200: {"model": BureauDay, "content": {CSV: {}, XLSX: {}}}},
    )
    def file(
        day: HallDay,
        form: Literal["csv", "xlsx", "json"],
        version: Version = None,
        lang: Lang = "zh",
    ) -> Response:
        """Return one version as a file."""
        try:
            report = book.read(day, version).report
        except NoBureauDay as exc:
            return _unknown(exc)
        if form == "json":
            return Response(report.model_dump_json(), media_type=_JSON)
        name = f"bureau-report-{report.day}-v{report.version}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        body = (as_csv if form == "csv" else as_xlsx)(report, centre.zone, lang)
        return Response(body, media_type=FORMS[form], headers=headers)

    @routes.post(
        "/reports/{day}/merge",
        dependencies=[only(Role.OFFICE)],
        status_code=201,
        response_model=IssuedVersion,
    )
    def merge(day: HallDay, asked: Merging) -> Response:
        """Merge a day from what the halls have now; the version before it stays as it is."""
        try:
            report = book.merge(day, by=asked.by, why=asked.why)
        except NothingToMerge as exc:
            return refused(409, exc, code="nothing_to_merge")
        return version_at(report.version, f"/reports/{report.day}?version={report.version}")

    return routes


def _is_made(book: BureauBook, day: date) -> bool:
    try:
        book.read(day)
    except NoBureauDay:
        return False
    return True


def _unknown(exc: NoBureauDay) -> JSONResponse:
    return refused(404, exc, code="not_found")
