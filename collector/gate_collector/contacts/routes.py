"""The pages of close contacts (密切接触者): the holds, and everybody near one of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from gate_agent.contract.records import ContactState
from gate_agent.http.answers import refusal, refused
from gate_agent.http.grants import Routes
from gate_agent.words import Lang, word
from gate_collector.centre import Centre
from gate_collector.contacts.handover import Which, hand_over, wanted
from gate_collector.contacts.trace import Case, Unjudgeable, judge, trace
from gate_collector.roles.grants import ACTORS, READERS, sees_names
from gate_collector.roles.session import By, Record
from gate_collector.store.schema import HOLD, NEWEST_HOLDS
from gate_collector.store.schema_office import LOOK
from gate_collector.web.done import Done, done_at
from gate_collector.web.pages import Pages

_LISTED = 100
_EXPORT = "export"  # what it is called in the record of looks
Gate = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
HoldId = Annotated[str, Path(pattern="^[A-Za-z0-9._-]{1,80}$")]


class Judgement(BaseModel):
    """What the office says of one contact."""

    model_config = ConfigDict(extra="forbid")
    by: By
    person_ref: str = Field(pattern="^[0-9a-f]{64}$")
    state: ContactState
    reason: str = Field("", max_length=400)


class ExportOrder(BaseModel):
    """Which contacts are handed over, by whom and why, with names or without."""

    model_config = ConfigDict(extra="forbid")
    by: By
    why: str = Field(min_length=4, max_length=400)
    which: Which = Which.CONFIRMED
    names: bool = False


class SealedAnswer(BaseModel):
    """The list, and the password that opens it, told this once."""

    name: str
    page: str
    rows: int
    password: str
    sha256: str


def build_contacts(
    centre: Centre, pages: Pages, record: Record, private: bytes | None
) -> APIRouter:
    """Return the routes."""
    routes = Routes()

    def case_of(gate: str, hold_id: str) -> Case:
        case = trace(centre.engine, gate, hold_id, centre.policy().contacts)
        if case is None:
            raise HTTPException(404)
        return case

    @routes.get("/contacts", dependencies=[READERS], include_in_schema=False)
    def listed(lang: Lang = "zh") -> HTMLResponse:
        """Return the newest holds."""
        with centre.engine.connect() as connection:
            rows = connection.execute(
                select(HOLD)
                .where(HOLD.c.drill.is_(False), HOLD.c.opened.is_not(None))
                .order_by(*NEWEST_HOLDS)
                .limit(_LISTED)
            ).all()
        return pages.show("contacts.html", lang, rows=rows)

    @routes.get("/contacts/{gate}/{hold_id}", dependencies=[READERS], include_in_schema=False)
    def case(gate: Gate, hold_id: HoldId, lang: Lang = "zh") -> HTMLResponse:
        """Return one hold with everybody near it."""
        traced = case_of(gate, hold_id)
        record("contacts", hold_id, "")
        with centre.engine.connect() as connection:
            export_looks = LOOK.c.what == _EXPORT, LOOK.c.subject == f"{gate}/{hold_id}"
            exports = connection.execute(
                select(LOOK).where(*export_looks).order_by(LOOK.c.id)
            ).all()
        return pages.show(
            "case_contacts.html", lang, case=traced, exports=exports, has_names=private is not None
        )

    @routes.post(
        "/contacts/{gate}/{hold_id}", dependencies=[ACTORS], status_code=201, response_model=Done
    )
    def judged(gate: Gate, hold_id: HoldId, asked: Judgement) -> Response:
        """Confirm, dismiss, transfer or clear one contact."""
        try:
            judge(
                centre.engine, case_of(gate, hold_id), asked.person_ref, asked.state,
                by=asked.by, at=centre.now, reason=asked.reason,
            )  # fmt: skip
        except Unjudgeable as exc:
            return refused(409, exc, code=exc.code)
        return done_at(f"/contacts/{gate}/{hold_id}")

    @routes.post(
        "/contacts/{gate}/{hold_id}/export",
        dependencies=[ACTORS],
        status_code=201,
        response_model=SealedAnswer,
    )
    def export(gate: Gate, hold_id: HoldId, asked: ExportOrder) -> Response:
        """Return the list for the district's office, sealed; the password is told this once."""
        case = case_of(gate, hold_id)
        contacts = wanted(case, asked.which)
        if not contacts:
            expected = f"a contact of these: {asked.which}"
            return refusal(409, code="no_contact", expected=expected, got="none")
        key = private if asked.names and sees_names() else None
        made = hand_over(centre, case, contacts, by=asked.by, private=key)
        exported = "handover.exported_named" if key else "handover.exported_nameless"
        facts = word(exported, n=made.rows, code=made.sealed.sha256)
        record(_EXPORT, f"{gate}/{hold_id}", f"{asked.by}: {asked.why}（{facts}）")
        answer = {"name": f"{made.name}.html", "page": made.sealed.page, "rows": made.rows,
                "password": made.sealed.password, "sha256": made.sealed.sha256}  # fmt: skip
        return JSONResponse(answer, status_code=201)

    return routes
