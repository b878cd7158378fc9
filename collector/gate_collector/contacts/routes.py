"""The pages of close contacts (密切接触者): the holds, and everybody near one of them."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from gate_agent.contract.records import ContactState
from gate_agent.http.grants import Routes, take_in
from gate_agent.words import Lang
from gate_collector.centre import Centre
from gate_collector.contacts.follow_book import followed_of, waiting_counts
from gate_collector.contacts.follow_routes import build_follow_ups, follow_form
from gate_collector.contacts.handing_routes import EXPORT, Gate, HoldId, build_handing
from gate_collector.contacts.judging import Unjudgeable, judge_all
from gate_collector.contacts.trace import Case, trace
from gate_collector.contacts.wording import groups, reasons, told
from gate_collector.live.held_list import HELD, holds
from gate_collector.roles.grants import ACTORS, READERS
from gate_collector.roles.session import By, Record
from gate_collector.store.schema_office import LOOK
from gate_collector.web.done import Done, done_at
from gate_collector.web.pages import Pages

_MOST = 2000  # people of one order


class JudgedPerson(BaseModel):
    """A contact, and how often something had been said of them when the office looked."""

    model_config = ConfigDict(extra="forbid")
    person_ref: str = Field(pattern="^[0-9a-f]{64}$")
    seen: int = Field(ge=0, le=2**31)


class JudgementOrder(BaseModel):
    """What the office says of contacts: of all of these, or of none."""

    model_config = ConfigDict(extra="forbid")
    by: By
    people: list[JudgedPerson] = Field(min_length=1, max_length=_MOST)
    state: ContactState
    reason: str = Field("", max_length=400)


def build_contacts(
    centre: Centre, pages: Pages, record: Record, private: bytes | None
) -> APIRouter:
    """Return the routes."""
    routes = Routes(tags=["contacts"])
    take_in(routes, build_follow_ups(centre, pages))

    def case_of(gate: str, hold_id: str) -> Case:
        case = trace(centre.engine, gate, hold_id, centre.policy().contacts)
        if case is None:
            raise HTTPException(404)
        return case

    take_in(routes, build_handing(centre, case_of, record, private))

    @routes.get("/contacts", dependencies=[READERS], include_in_schema=False)
    def listed(request: Request, lang: Lang = "zh") -> Response:
        """Return the holds, the newest first."""
        asked = pages.asked(request)
        with centre.engine.connect() as connection:
            view = HELD.read(connection, holds(), asked)
        return pages.lists("contacts.html", lang, asked, [view], waiting=waiting_counts(centre))

    @routes.get("/contacts/{gate}/{hold_id}", dependencies=[READERS], include_in_schema=False)
    def case(gate: Gate, hold_id: HoldId, lang: Lang = "zh") -> HTMLResponse:
        """Return one hold with everybody near it, the closest first."""
        traced = case_of(gate, hold_id)
        record("contacts", f"{gate}/{hold_id}", "")
        with centre.engine.connect() as connection:
            export_looks = LOOK.c.what == EXPORT, LOOK.c.subject == f"{gate}/{hold_id}"
            exports = connection.execute(
                select(LOOK).where(*export_looks).order_by(LOOK.c.id)
            ).all()
        return pages.show(
            "case_contacts.html",
            lang,
            case=traced,
            groups=groups(traced),
            followed=followed_of(centre, traced),
            reasons=lambda near: reasons(near, lang),
            day_told=lambda day: told(day, lang),
            exports=exports,
            has_names=private is not None,
            **follow_form(centre),
        )

    @routes.post(
        "/contacts/{gate}/{hold_id}", dependencies=[ACTORS], status_code=201, response_model=Done
    )
    def judged(gate: Gate, hold_id: HoldId, asked: JudgementOrder) -> Response:
        """Confirm, dismiss, transfer or clear contacts: all of these or none."""
        traced = case_of(gate, hold_id)
        seen = {one.person_ref: one.seen for one in asked.people}
        try:
            judge_all(
                centre.engine, traced, seen, asked.state,
                by=asked.by, at=centre.now, reason=asked.reason,
            )  # fmt: skip
        except Unjudgeable as exc:
            return _unjudged(exc, case_of(gate, hold_id))
        return done_at(f"/contacts/{gate}/{hold_id}")

    return routes


def _unjudged(exc: Unjudgeable, now: Case) -> Response:
    """Refuse an order, and say of whom it could not be: by place in the list, and what they are."""
    meant = {one.person_ref for one in exc.people}
    expected, _, got = str(exc).removeprefix("expected ").partition(", got ")
    people = [
        {"person_ref": near.person_ref, "number": number, "state": near.state.value, "by": near.by}
        for number, near in enumerate(now.contacts, 1)
        if near.person_ref in meant
    ]
    body = {"code": exc.code, "expected": expected, "got": got, "people": people}
    return JSONResponse({"error": body}, status_code=409)
