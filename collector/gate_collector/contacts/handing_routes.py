"""What leaves a case of contacts: names opened together, the list as a file, the sealed list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from gate_agent.http.answers import refusal
from gate_agent.http.grants import Routes
from gate_agent.words import Lang
from gate_collector.centre import Centre
from gate_collector.contacts.follow_book import followed_of
from gate_collector.contacts.handover import Which, hand_over, wanted
from gate_collector.contacts.names import open_names
from gate_collector.contacts.trace import Case
from gate_collector.contacts.wording import table
from gate_collector.kept_words import marked
from gate_collector.live.views import NamedInside
from gate_collector.roles.grants import ACTORS, READERS, sees_names
from gate_collector.roles.session import By, Record
from gate_collector.web.workbook import CSV, FORMS, XLSX, as_csv, workbook

EXPORT = "export"  # what it is called in the record of looks
_NAMES = "contact_names"
Gate = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
HoldId = Annotated[str, Path(pattern="^[A-Za-z0-9._-]{1,80}$")]


class CaseNamesOrder(BaseModel):
    """Who wants the names of a case's contacts, and why."""

    model_config = ConfigDict(extra="forbid")
    by: By
    why: str = Field(min_length=4, max_length=400)


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


def build_handing(
    centre: Centre, case_of: Callable[[str, str], Case], record: Record, private: bytes | None
) -> APIRouter:
    """Return the routes; `case_of` returns a case, or answers that there is none."""
    routes = Routes(tags=["contacts"])

    @routes.post(
        "/contacts/{gate}/{hold_id}/names", dependencies=[ACTORS], response_model=NamedInside
    )
    def named(gate: Gate, hold_id: HoldId, asked: CaseNamesOrder) -> Response:
        """Open the names of a case's contacts; who looked and why is recorded before anything is.

        Staff are named as their roster does, where that has names.
        """
        if private is None:
            expected = "keys.registrations_key_file in the collector's configuration"
            return refusal(409, code="no_key", expected=expected, got="none")
        traced = case_of(gate, hold_id)
        facts = marked("inside.named", n=len(traced.contacts))
        record(_NAMES, f"{gate}/{hold_id}", f"{asked.by}: {asked.why} · {facts}")
        opened = open_names(centre.engine, traced, private)
        people = [
            {"person_ref": ref, "name": one.name, "phone": one.phone} for ref, one in opened.items()
        ]
        return JSONResponse({"people": people})

    @routes.get(
        "/contacts/{gate}/{hold_id}/contacts.{form}",
        dependencies=[READERS],
        response_class=Response,
        responses={200: {"content": {CSV: {}, XLSX: {}}}},
    )
    def file(
        gate: Gate, hold_id: HoldId, form: Literal["csv", "xlsx"], lang: Lang = "zh"
    ) -> Response:
        """Return the list as a file, as the page has it: without a name, and in the same order."""
        traced = case_of(gate, hold_id)
        record("contacts", f"{gate}/{hold_id}", form)
        made = table(traced, followed_of(centre, traced), centre.door_names(), centre.zone, lang)
        _, headings, lines = made
        body = as_csv((headings, *lines)) if form == "csv" else workbook([made])
        headers = {"Content-Disposition": f'attachment; filename="contacts-{hold_id}.{form}"'}
        return Response(body, media_type=FORMS[form], headers=headers)

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
        facts = marked(exported, n=made.rows, code=made.sealed.sha256)
        record(EXPORT, f"{gate}/{hold_id}", f"{asked.by}: {asked.why} · {facts}")
        answer = {"name": f"{made.name}.html", "page": made.sealed.page, "rows": made.rows,
                "password": made.sealed.password, "sha256": made.sealed.sha256}  # fmt: skip
        return JSONResponse(answer, status_code=201)

    return routes
