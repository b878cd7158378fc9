"""The pages of the daily report: the list, the sheet to print and sign, files, corrections."""

from __future__ import annotations

import io
from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Literal

import segno
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from gate_agent.contract.hall_times import HallDay
from gate_agent.contract.records import Category, Decision
from gate_agent.http.answers import refusal
from gate_agent.http.grants import Routes, take_in
from gate_agent.words import Lang
from gate_collector.centre import Centre
from gate_collector.reports.after_cut import after_cut
from gate_collector.reports.content import MergedReport, rounds_of
from gate_collector.reports.evidence import gather
from gate_collector.reports.lists import REPORT_COLUMNS, REPORTS
from gate_collector.reports.preview import gaps
from gate_collector.reports.preview_routes import (
    build_previews,
    case_path,
    entries_shown,
    show_preview,
)
from gate_collector.reports.sheets import as_csv, as_xlsx
from gate_collector.reports.versions import (
    NoSuchReport,
    correct,
    is_previewed,
    previewed_day,
    read,
)
from gate_collector.roles.grants import EVERYBODY, only
from gate_collector.roles.session import By, Role
from gate_collector.web.done import IssuedVersion, version_at
from gate_collector.web.pages import Pages
from gate_collector.web.workbook import CSV, FORMS, XLSX

_JSON = "application/json"
Version = Annotated[int | None, Query(ge=1, le=10_000)]


class Correction(BaseModel):
    """Who corrects a report, and why."""

    model_config = ConfigDict(extra="forbid")
    by: By
    why: str = Field(min_length=1, max_length=400)


def build_reports(centre: Centre, pages: Pages, tell: Callable[[MergedReport], None]) -> APIRouter:
    """Return the routes; `tell` tells the leaders of a report that was made by hand."""
    routes = Routes(tags=["reports"])
    take_in(routes, build_previews(centre, tell))

    @routes.get("/reports", dependencies=[EVERYBODY], include_in_schema=False)
    def listed(request: Request, lang: Lang = "zh") -> Response:
        """Return the days and their versions, the newest first."""
        asked = pages.asked(request)
        with centre.engine.connect() as connection:
            view = REPORTS.read(connection, select(*REPORT_COLUMNS), asked)
        day = previewed_day(centre)
        report = gather(centre, day, version=0, by="preview")
        missing = gaps(report, centre.zone, lang, case_path)
        return pages.lists("reports.html", lang, asked, [view], preview=report, missing=missing)

    @routes.get("/reports/{day}", dependencies=[EVERYBODY], include_in_schema=False)
    def sheet(day: HallDay, version: Version = None, lang: Lang = "zh") -> Response:
        """Return one version to look at, print and sign."""
        if version is None and is_previewed(centre, day):
            return show_preview(centre, pages, day, lang)
        try:
            kept = read(centre, day, version)
        except NoSuchReport as exc:
            return _unknown(exc)
        return pages.show(
            "report.html",
            lang,
            kept=kept,
            report=kept.report,
            after=after_cut(centre, kept.report),
            rounds=rounds_of(kept.report.doors),
            categories=list(Category),
            decisions=list(Decision),
            case_path=case_path,
            **entries_shown(centre, day, kept.report, lang),
        )

    @routes.get(
        "/reports/{day}/report.{form}",
        dependencies=[EVERYBODY],
        response_class=Response,
        responses={200: {"model": MergedReport, "content": {CSV: {}, XLSX: {}}}},
    )
    def file(
        day: HallDay, form: Literal["csv", "xlsx", "json"], version: Version = None
    ) -> Response:
        """Return one version as a file."""
        try:
            kept = read(centre, day, version)
        except NoSuchReport as exc:
            return _unknown(exc)
        report, after = kept.report, after_cut(centre, kept.report)
        name = f"zero-report-{report.day}-v{report.version}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        if form == "json":
            return Response(report.model_dump_json(), media_type=_JSON)
        if form == "csv":
            body, kind = as_csv(report, after, centre.zone), FORMS["csv"]
        else:
            body, kind = as_xlsx(report, after, centre.zone), FORMS["xlsx"]
        return Response(body, media_type=kind, headers=headers)

    @routes.get("/reports/{day}/anchor.svg", dependencies=[EVERYBODY], include_in_schema=False)
    def anchor(day: HallDay, version: Version = None) -> Response:
        """Return the anchor of one version as a code to print."""
        try:
            text = read(centre, day, version).report.anchor
        except NoSuchReport as exc:
            return _unknown(exc)
        try:
            code = segno.make(text or "-", error="l", micro=False)
        except segno.DataOverflowError:  # very many doors: the whole stands in report.json
            code = segno.make(f"SHA-256 {sha256(text.encode()).hexdigest()}", error="m")
        out = io.BytesIO()
        code.save(out, kind="svg", border=2, xmldecl=False)
        return Response(out.getvalue(), media_type="image/svg+xml")

    @routes.post(
        "/reports/{day}/corrections",
        dependencies=[only(Role.OFFICE)],
        status_code=201,
        response_model=IssuedVersion,
    )
    def correction(day: HallDay, asked: Correction) -> Response:
        """Make a new version from what is stored now; the one before it stays as it is."""
        try:
            report = correct(centre, day, by=asked.by, why=asked.why)
        except NoSuchReport as exc:
            return _unknown(exc)
        where = f"/reports/{report.day}?version={report.version}"
        return version_at(report.version, where)

    return routes


def _unknown(exc: NoSuchReport) -> JSONResponse:
    expected, _, got = str(exc).removeprefix("expected ").partition(", got ")
    return refusal(404, code="not_found", expected=expected, got=got)
