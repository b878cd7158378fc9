"""The page of the announcements, their poster, and what is open to the public."""

from __future__ import annotations

import io
from typing import Annotated, Literal

import segno
from fastapi import APIRouter, HTTPException, Path, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from gate_agent.contract.policy import HallMode
from gate_agent.http.answers import refused
from gate_agent.http.grants import Routes
from gate_agent.http.pace import SourcePace
from gate_agent.http.tries import source_of
from gate_agent.words import Lang
from gate_collector.announcements.book import (
    OutdatedDraft,
    Told,
    announcement,
    digest_of,
    history,
    in_force,
    publish,
    tells_plans,
)
from gate_collector.announcements.course import Version, outlook
from gate_collector.announcements.status import PublicStatus, status
from gate_collector.announcements.texts import changes, draft
from gate_collector.centre import Centre
from gate_collector.roles.grants import ACTORS, EVERYBODY, PUBLIC
from gate_collector.roles.session import By
from gate_collector.store.schema_office import ANNOUNCEMENT
from gate_collector.web.done import Done, done_at
from gate_collector.web.lists import Column, ColumnKind, Listing, section
from gate_collector.web.pages import Pages

_AT_ONCE, _A_MINUTE = 30, 60  # requests of one address: a neighbourhood may stand behind one
_KEPT_S = 30
PUBLISHED = Listing(
    name="published",
    title="announcement.published",
    columns=(
        Column("at", "column.at", ColumnKind.TIME, of=ANNOUNCEMENT.c.at, filters=True),
        Column("hall_mode", "column.mode", ColumnKind.WORD, of=ANNOUNCEMENT.c.hall_mode,
               filters=True, words=section("hall_mode"), choices=tuple(HallMode)),
        Column("zh", "announcement.text", of=ANNOUNCEMENT.c.zh, sorts=False),
        Column("by", "column.by", of=ANNOUNCEMENT.c.by),
    ),
    order="-at",
    then=(ANNOUNCEMENT.c.id.desc(),),
    page=10,
    empty="announcement.none",
    marks=lambda row: {"announcement": str(row.id)},
)  # fmt: skip
_CACHED = {"Cache-Control": f"public, max-age={_KEPT_S}"}
Number = Annotated[int, Path(ge=1, lt=2**31)]


class AnnouncementBody(BaseModel):
    """A text for the public, and who publishes it."""

    model_config = ConfigDict(extra="forbid")
    zh: str = Field(min_length=1, max_length=4000)
    en: str = Field("", max_length=8000)
    by: By
    base: int = Field(ge=0, description="the version in force that the draft was made from")
    ahead: bool = Field(
        default=True,
        description="it tells what is planned, too, and holds then; false: of what holds now alone",
    )
    draft: str | None = Field(
        None, pattern="^[0-9a-f]{64}$", description="the digest that the page gave with its draft"
    )


def build_announcements(centre: Centre, pages: Pages, version: Version, url: str) -> APIRouter:
    """Return the routes; `version` gives one of the policy, `url` is where the public comes."""
    routes = Routes(tags=["announcements"])
    pace = SourcePace(centre.clock, at_once=_AT_ONCE, a_minute=_A_MINUTE)

    @routes.get("/announcements", dependencies=[EVERYBODY], include_in_schema=False)
    def page(request: Request, lang: Lang = "zh") -> Response:
        """Return what was published, and the draft of the next."""
        asked = pages.asked(request)
        with centre.engine.connect() as connection:
            view = PUBLISHED.read(connection, history(), asked)
            hall = outlook(connection, centre.policy(), centre.now, version)
            newest = in_force(connection, hall)
        return pages.lists(
            "announcements.html", lang, asked, [view], in_force=newest,
            base=hall.policy.version, draft=digest_of(hall),
            zh=draft(centre, hall, "zh"), en=draft(centre, hall, "en"),
            coming=changes(hall, centre.zone, lang),
            is_ahead=newest is not None and tells_plans(newest, hall),
        )  # fmt: skip

    @routes.post("/announcements", dependencies=[ACTORS], status_code=201, response_model=Done)
    def published(asked: AnnouncementBody) -> Response:
        """Publish a text: it is on the public page at once, and on a poster to print.

        None of a hall that is no more as the page told it: the public would hear the old mode.
        """
        seen = Told(ahead=asked.ahead, draft=asked.draft)
        with centre.engine.connect() as connection:
            hall = outlook(connection, centre.policy(), centre.now, version)
        try:
            publish(
                centre, hall, seen=seen, base=version(asked.base), zh=asked.zh,
                en=asked.en.strip(), by=asked.by,
            )  # fmt: skip
        except OutdatedDraft as exc:
            return refused(409, exc, code="outdated")
        return done_at("/announcements")

    @routes.get("/announcements/{number}/poster", dependencies=[EVERYBODY], include_in_schema=False)
    def poster(number: Number, size: Literal["A4", "A3"] = "A4", lang: Lang = "zh") -> HTMLResponse:
        """Return an announcement to print and hang up, with the code of the public page."""
        with centre.engine.connect() as connection:
            one = announcement(connection, number)
        if one is None:
            raise HTTPException(404)
        return pages.show(
            "poster.html", lang, one=one, size=size, hall=centre.name, unit=centre.unit
        )

    @routes.get("/status.svg", dependencies=[PUBLIC], include_in_schema=False)
    def code(request: Request) -> Response:
        """Return the public page's address as a QR code."""
        pace.take(source_of(request))
        out = io.BytesIO()
        address = segno.make(f"{url}/status", error="m", micro=False)
        address.save(out, kind="svg", border=2, xmldecl=False)
        return Response(out.getvalue(), media_type="image/svg+xml", headers=_CACHED)

    @routes.get("/status", dependencies=[PUBLIC], include_in_schema=False)
    def public_page(request: Request, lang: Lang = "zh") -> HTMLResponse:
        """Return the hall as anybody may know it."""
        pace.take(source_of(request))
        answer = pages.show("status.html", lang, shown=status(centre, version))
        answer.headers.update(_CACHED)
        return answer

    @routes.get("/api/v1/status", dependencies=[PUBLIC], response_model=PublicStatus)
    def public_status(request: Request) -> Response:
        """Return the hall as anybody may know it: mode, hours, windows, the announcement."""
        pace.take(source_of(request))
        return JSONResponse(status(centre, version).model_dump(mode="json"), headers=_CACHED)

    return routes
