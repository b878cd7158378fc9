"""The pages of retention and erasure (保存期限与清除), and the certificate to print."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from gate_agent.http.answers import refusal, refused
from gate_agent.http.grants import Routes
from gate_agent.words import Lang
from gate_collector.centre import Centre
from gate_collector.live.search import Unsearchable, reference
from gate_collector.retention.certificates import at_doors, certificate, erasures, purged
from gate_collector.retention.erasure import PurgeDesk
from gate_collector.retention.lists import AT_DOORS, REMOVED, REQUESTS
from gate_collector.roles.grants import EVERYBODY, only
from gate_collector.roles.session import By, Record, Role
from gate_collector.web.done import Done, done_at
from gate_collector.web.pages import Pages

Number = Annotated[str, Path(pattern=r"^([0-9a-f]{16}|\d{4}-\d{2}-\d{2})$")]
Removed = Annotated[int | None, Query(ge=0, le=2**31)]


class Signed(BaseModel):
    """Who asks for a removal, and why."""

    model_config = ConfigDict(extra="forbid")
    by: By
    why: str = Field(min_length=4, max_length=400)


class Erase(Signed):
    """Whom to forget: a card number, which is hashed at once, or a reference."""

    who: str = Field(min_length=1, max_length=80)


def build_purge(
    centre: Centre, pages: Pages, desk: PurgeDesk, site_key: bytes | None, record: Record
) -> APIRouter:
    """Return the routes."""
    routes = Routes(tags=["retention"])

    @routes.get("/retention", dependencies=[EVERYBODY], include_in_schema=False)
    def page(request: Request, removed: Removed = None, lang: Lang = "zh") -> Response:
        """Return what is kept how long, and what went."""
        asked = pages.asked(request)
        with centre.engine.connect() as connection:
            shown = [
                REQUESTS.read(connection, erasures(), asked),
                REMOVED.read(connection, purged(), asked),
                AT_DOORS.shown(at_doors(connection), asked),
            ]
        return pages.lists(
            "retention.html", lang, asked, shown, kept=desk.kept(), days=desk.retention.days,
            removed=removed, has_key=site_key is not None,
        )  # fmt: skip

    @routes.get(
        "/retention/certificates/{number}", dependencies=[EVERYBODY], include_in_schema=False
    )
    def printed(number: Number, lang: Lang = "zh") -> HTMLResponse:
        """Return the certificate of one request, or of a day's end of retention."""
        made = certificate(centre, number)
        if made is None:
            raise HTTPException(404)
        return pages.show("certificate.html", lang, found=made, centre=centre)

    @routes.post(
        "/retention/run",
        dependencies=[only(Role.OFFICE, Role.MAINTAINER)],
        status_code=201,
        response_model=Done,
    )
    def run(asked: Signed) -> JSONResponse:
        """Remove now what is past its days; it also happens by itself, once an hour."""
        record("retention run", "", f"{asked.by}: {asked.why}")
        removed = desk.retention.retain()
        return done_at(f"/retention?removed={removed}")

    @routes.post(
        "/retention/erase", dependencies=[only(Role.OFFICE)], status_code=201, response_model=Done
    )
    def erase(asked: Erase) -> Response:
        """Forget one person here; answered when it is done, with the certificate's place."""
        if site_key is None:
            expected = "keys.site_key_file in the collector's configuration"
            return refusal(409, code="no_key", expected=expected, got="none")
        try:
            ref = reference(asked.who, site_key)
        except Unsearchable as exc:
            return refused(422, exc, code="who")
        record("erase", ref, f"{asked.by}: {asked.why}")
        request = desk.erase(ref, asked.by, asked.why)
        return done_at(f"/retention/certificates/{request}")

    return routes
