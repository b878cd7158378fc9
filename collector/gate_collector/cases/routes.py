"""The page of a case (案件), live; what the office records of it, and its papers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gate_agent.contract.free_text import without_number
from gate_agent.contract.moment import format_utc
from gate_agent.http.answers import refusal, refused
from gate_agent.http.grants import Routes
from gate_agent.http.openapi import event_stream
from gate_agent.http.places import InPlace, Places
from gate_agent.words import Lang
from gate_collector.cases.district import DistrictEntry, Unbelievable, offices, record_told
from gate_collector.cases.drawing import drawn
from gate_collector.cases.gathered import OpenCase, due_in_s, gather_case, newest_of
from gate_collector.cases.lists import ALERTS_OF_CASE, COURSE, MEASURED, PAPERS, course
from gate_collector.cases.opening import opened_for_paper, sealed_for_paper
from gate_collector.centre import Centre
from gate_collector.kept_words import marked
from gate_collector.papers.content import CaseFacts, PaperKind
from gate_collector.papers.kept import (
    NoSuchPaper,
    Order,
    Unissuable,
    issue,
    may_issue,
    read_paper,
)
from gate_collector.roles.grants import ACTORS, READERS
from gate_collector.roles.session import By, acting, still_stands
from gate_collector.web.done import Done, IssuedVersion, done_at, version_at
from gate_collector.web.pages import Pages
from gate_collector.web.streams import looked_at

Record = Callable[[str, str, str], None]
_PAPER = "paper"  # a look: texts were opened for it
_MOST_SCREENS, _OF_ONE = 64, 24
Gate = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
HoldId = Annotated[str, Path(pattern="^[A-Za-z0-9._-]{1,80}$")]
Serial = Annotated[int, Path(ge=1, le=10_000)]


class PaperOrder(BaseModel):
    """Which paper is issued, by whom, and what the office says beside the facts."""

    model_config = ConfigDict(extra="forbid")
    by: By
    kind: PaperKind
    statement: Annotated[str, AfterValidator(without_number)] = Field("", max_length=1000)


class CaseNow(BaseModel):
    """The data of a `case` event in the stream: whether the page is still as it was."""

    mark: str
    due_s: float | None


def build_cases(
    centre: Centre, pages: Pages, private: bytes | None, record: Record, *, days: int
) -> APIRouter:
    """Return the routes; texts that are older than `days` are opened for no paper."""
    routes = Routes(tags=["cases"])
    screens = Places(_MOST_SCREENS, of_one=_OF_ONE)

    def case_of(gate: str, hold_id: str) -> OpenCase:
        case = gather_case(centre, gate, hold_id)
        if case is None:
            raise HTTPException(404)
        return case

    def for_paper(facts: CaseFacts, asked: PaperOrder) -> CaseFacts:
        """Return the facts with where the person went and the office's number, recorded before."""
        if private is None or facts.is_drill or not sealed_for_paper(facts):
            return facts
        why = f"{asked.by}: {marked(f'paper_kind.{asked.kind}')}"
        record(_PAPER, f"{facts.gate}/{facts.hold_id}", why)
        since = format_utc(centre.now - timedelta(days=days))
        return opened_for_paper(centre.engine, facts, private, since=since)

    @routes.get("/cases/{gate}/{hold_id}", dependencies=[READERS], include_in_schema=False)
    def page(request: Request, gate: Gate, hold_id: HoldId, lang: Lang = "zh") -> Response:
        """Return one case on one page."""
        asked = pages.asked(request)
        with centre.engine.connect() as connection:
            mark = newest_of(connection)
        case = case_of(gate, hold_id)
        lists = [
            COURSE.shown(course(case.facts.lines), asked),
            MEASURED.shown(case.facts.measured, asked),
            ALERTS_OF_CASE.shown(case.alerts, asked),
            PAPERS.shown(case.papers, asked),
        ]
        return pages.lists(
            "case.html",
            lang,
            asked,
            lists,
            case=case,
            facts=case.facts,
            mark=mark,
            drawing=drawn(case.facts.measured, centre.zone, lang),
            has_names=private is not None,
            offered=offices(centre.policy()),
            next_papers=may_issue(case.papers, is_closed=case.facts.is_closed),
            urgent_s=centre.policy().punctuality.urgent_within_s,
            now=centre.now,
        )

    @routes.get(
        "/api/v1/cases/{gate}/{hold_id}/stream",
        dependencies=[READERS],
        response_class=Response,
        responses={200: event_stream(CaseNow)},
    )
    async def stream(request: Request, gate: Gate, hold_id: HoldId) -> Response:
        """Stream a mark that changes with the case, and the time that is left, once a second."""

        def look() -> dict[str, Any]:
            with centre.engine.connect() as connection:
                mark, due_s = newest_of(connection), due_in_s(connection, gate, hold_id, centre)
            return CaseNow(mark=mark, due_s=due_s).model_dump()

        events = looked_at(request, "case", look, still_stands())
        return InPlace(
            StreamingResponse(events, media_type="text/event-stream"), screens, who=acting().name
        )

    @routes.post(
        "/cases/{gate}/{hold_id}/district",
        dependencies=[ACTORS],
        status_code=201,
        response_model=Done,
    )
    def told(gate: Gate, hold_id: HoldId, entry: DistrictEntry) -> Response:
        """Record that the district's office took the report (区防疫部门已接报)."""
        try:
            record_told(
                centre.engine, case_of(gate, hold_id).facts, entry,
                offered=offices(centre.policy()), role=acting().role.value, now=centre.now,
                zone=centre.zone,
            )  # fmt: skip
        except Unbelievable as exc:
            return refused(422, exc, code=exc.code)
        return done_at(f"/cases/{gate}/{hold_id}")

    @routes.post(
        "/cases/{gate}/{hold_id}/papers",
        dependencies=[ACTORS],
        status_code=201,
        response_model=IssuedVersion,
    )
    def issued(gate: Gate, hold_id: HoldId, asked: PaperOrder) -> Response:
        """Issue 初报, 续报 or 终报 from what is known now; those before stay as they are."""
        leader = centre.policy().on_duty(centre.now)
        order = Order(
            kind=asked.kind, by=asked.by, role=acting().role.value, statement=asked.statement,
            unit=centre.unit, hall=centre.name, leader=None if leader is None else leader.leader,
        )  # fmt: skip
        facts = for_paper(case_of(gate, hold_id).facts, asked)
        try:
            paper = issue(centre.engine, facts, order, now=centre.now, zone=centre.zone)
        except Unissuable as exc:
            return refused(409, exc, code=exc.code)
        where = f"/cases/{gate}/{hold_id}/papers/{paper.serial}"
        return version_at(paper.serial, where)

    @routes.get(
        "/cases/{gate}/{hold_id}/papers/{serial}", dependencies=[READERS], include_in_schema=False
    )
    def paper(gate: Gate, hold_id: HoldId, serial: Serial, lang: Lang = "zh") -> Response:
        """Return one paper as it was issued, to print and sign."""
        try:
            kept = read_paper(centre.engine, gate, hold_id, serial)
        except NoSuchPaper as exc:
            expected, _, got = str(exc).removeprefix("expected ").partition(", got ")
            return refusal(404, code="paper", expected=expected, got=got)
        return pages.show(
            "case_paper.html",
            lang,
            paper=kept,
            facts=kept.facts,
            drawing=drawn(kept.facts.measured, centre.zone, lang),
        )

    return routes
