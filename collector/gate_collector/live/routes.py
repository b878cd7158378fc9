"""The live page, its stream, its charts and its search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from gate_agent.http.answers import refused
from gate_agent.http.grants import Routes, take_in
from gate_agent.http.openapi import event_stream
from gate_agent.http.places import InPlace, Places
from gate_agent.words import Lang
from gate_collector.centre import Centre
from gate_collector.live.now import Now, charts
from gate_collector.live.person import build_person, found_at
from gate_collector.live.search import Unsearchable, reference, search
from gate_collector.live.views import Charts, Found, HallNow
from gate_collector.roles.grants import EVERY_ROLE, LIVE, READERS
from gate_collector.roles.session import Record, Role, acting, still_stands
from gate_collector.web.pages import Pages
from gate_collector.web.streams import looked_at

_MOST_SCREENS, _OF_ONE = 64, 24
Look = Callable[[], dict[str, Any]]


class SearchBody(BaseModel):
    """Whom to look for: a reference, or a number that is hashed at once."""

    model_config = ConfigDict(extra="forbid")
    who: str = Field(min_length=1, max_length=80)


def build_live(
    centre: Centre, pages: Pages, overview: Look, site_key: bytes | None, record: Record
) -> APIRouter:
    """Return the routes."""
    routes = Routes(tags=["hall"])
    now = Now(centre, overview)
    screens = Places(_MOST_SCREENS, of_one=_OF_ONE)
    take_in(routes, build_person(centre, pages))

    @routes.get("/", dependencies=[EVERY_ROLE], include_in_schema=False)
    def page(lang: Lang = "zh") -> HTMLResponse:
        """Return the live page of both doors."""
        return pages.show("overview.html", lang)

    @routes.get("/api/v1/now", dependencies=[LIVE], response_model=HallNow)
    def stream_answer() -> JSONResponse:
        """Return the overview with mode, flow per five minutes and queue time of each door."""
        return JSONResponse(_shown_to(acting().role, now()))

    @routes.get("/api/v1/charts", dependencies=[LIVE], response_model=Charts)
    def drawn() -> JSONResponse:
        """Return today by the hour and the week by the day, for each door."""
        return JSONResponse(charts(centre))

    @routes.get(
        "/api/v1/stream",
        dependencies=[LIVE],
        response_class=Response,
        responses={200: event_stream(HallNow)},
    )
    async def stream(request: Request) -> Response:
        """Stream `now` as server-sent events, once a second."""
        role = acting().role
        events = looked_at(request, "now", lambda: _shown_to(role, now()), still_stands())
        stream_answer = StreamingResponse(events, media_type="text/event-stream")
        return InPlace(stream_answer, screens, who=acting().name)

    @routes.post("/api/v1/search", dependencies=[READERS], response_model=Found)
    def found(asked: SearchBody) -> Response:
        """Return a person's passages and holds at both doors; never a name."""
        try:
            ref = reference(asked.who, site_key)
        except Unsearchable as exc:
            return refused(422, exc, code="who")
        record("search", ref, "")
        return JSONResponse(search(centre.engine, ref) | {"page": found_at(centre, ref)})

    return routes


def _shown_to(role: Role, looked: dict[str, Any]) -> dict[str, Any]:
    """Return what this role is shown: whoever passes a wall needs nobody's number."""
    leader = looked["leader"]
    if role is not Role.DISPLAY or leader is None:
        return looked
    return looked | {"leader": leader | {"phone": ""}}
