"""The bureau's own pages: all halls at one look, its health, and the emergency of all halls."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from gate_agent.http.grants import Routes
from gate_agent.words import Lang
from gate_collector.bureau.desk import BureauDesk
from gate_collector.bureau.halls import HallLine, HallReach
from gate_collector.operations import CentreHealth
from gate_collector.roles.grants import EVERY_ROLE, EVERYBODY, LIVE, PUBLIC, only
from gate_collector.roles.session import By, Record, Role
from gate_collector.web.done import Done, done_at
from gate_collector.web.pages import Pages

_ORDER = "/emergency/{}"


class AllHallsClosed(BaseModel):
    """Who closes every hall, and why."""

    model_config = ConfigDict(extra="forbid")
    by: By
    why: str = Field(min_length=1, max_length=400)


class AllHalls(BaseModel):
    """Every hall's line, in the order of the bureau's file."""

    halls: list[HallLine]


def build_halls(desk: BureauDesk, pages: Pages, record: Record) -> APIRouter:
    """Return the routes."""
    routes = Routes(tags=["halls"])

    @routes.get("/", dependencies=[EVERY_ROLE], include_in_schema=False)
    def page(lang: Lang = "zh") -> HTMLResponse:
        """Return all halls at one look."""
        lines = desk.watch.lines
        unread = [line.name for line in lines if line.reach is not HallReach.READ]
        return pages.show("halls.html", lang, bureau=desk.centre.name, halls=lines, unread=unread)

    @routes.get("/api/v1/halls", dependencies=[LIVE], response_model=AllHalls)
    def told() -> AllHalls:
        """Return the same: mode, doors, holds, alarms of each hall, what its report lacks."""
        return AllHalls(halls=desk.watch.lines)

    @routes.get("/healthz", dependencies=[PUBLIC], responses={503: {"model": CentreHealth}})
    def health(response: Response) -> CentreHealth:
        """Return 200 while every hall runs, is read, and works."""
        cause = desk.failing()
        response.status_code = 503 if cause else 200
        return CentreHealth(status="failing" if cause else "ok", cause=cause)

    @routes.post(
        "/emergency", dependencies=[only(Role.LEADER)], status_code=201, response_model=Done
    )
    def close_all(asked: AllHallsClosed) -> Response:
        """Close every hall at once; each hall's own book says who asked for it, and why."""
        return done_at(_ORDER.format(desk.close_all(record, by=asked.by, why=asked.why)))

    @routes.get("/emergency/{number}", dependencies=[EVERYBODY], include_in_schema=False)
    def closed(number: Annotated[int, Path(ge=1, le=10**6)], lang: Lang = "zh") -> HTMLResponse:
        """Return what became of it in each hall."""
        order = desk.order(number)
        if order is None:
            raise HTTPException(404)
        return pages.show("emergency_told.html", lang, told=order)

    return routes
