"""The read interface for other programs: events, holds, daily reports. Documented by OpenAPI."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, JsonValue
from sqlalchemy import select

from gate_agent.contract.hall_times import HallDay
from gate_agent.contract.json_text import read_json
from gate_agent.http.answers import refusal
from gate_agent.http.grants import Routes
from gate_collector.centre import Centre
from gate_collector.live.views import HoldRecords
from gate_collector.reports.content import MergedReport
from gate_collector.reports.versions import NoSuchReport, read
from gate_collector.roles.grants import PROGRAMS, only
from gate_collector.roles.session import Role
from gate_collector.store.schema import EVENT, HOLD, NEWEST_HOLDS, STREAM

Gate = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
Epoch = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Number = Annotated[int, Query(ge=0, le=2**62)]
Limit = Annotated[int, Query(ge=1, le=1000)]
_READ = only(Role.OFFICE, Role.LEADER, Role.AUDITOR, keys=True)


class StreamRow(BaseModel):
    """One door's epoch (一段连续编号), and how far its chain is whole."""

    gate: str
    epoch: str
    upto: int
    events: int
    touched: str


class Streams(BaseModel):
    """Every door's epochs."""

    streams: list[StreamRow]


class Redacted(BaseModel):
    """What is left of an event whose days are over: its number, so that no gap is seen."""

    redacted: Literal[True]
    sequence: str


class Published(BaseModel):
    """An event as it was published; what it says beside these is in the event contract."""

    model_config = ConfigDict(extra="allow")
    specversion: str
    id: str
    source: str
    type: str
    time: str
    sequence: str
    epoch: str
    data: dict[str, JsonValue] = {}


class Events(BaseModel):
    """Some events, each as it was published; `next` is the last number."""

    events: list[Published | Redacted]
    next: int


class Report(BaseModel):
    """One version of a day's report."""

    sha256: str
    newest: int
    report: MergedReport


def build_interface(centre: Centre) -> APIRouter:
    """Return the routes."""
    routes = Routes(prefix="/api/v1", tags=["records"])

    @routes.get("/events", dependencies=[_READ], response_model=Streams)
    def streams() -> JSONResponse:
        """Return every door's epochs, and how far each chain is whole."""
        columns = [STREAM.c[name] for name in ("gate", "epoch", "upto", "events", "touched")]
        with centre.engine.connect() as connection:
            rows = connection.execute(
                select(*columns).order_by(STREAM.c.gate, STREAM.c.touched, STREAM.c.epoch)
            ).mappings()
            return JSONResponse({"streams": [dict(row) for row in rows]})

    @routes.get("/events/{gate}/{epoch}", dependencies=[_READ], response_model=Events)
    def events(gate: Gate, epoch: Epoch, after: Number = 0, limit: Limit = 100) -> JSONResponse:
        """Return events after a number, each as it was published; `next` is the last number."""
        with centre.engine.connect() as connection:
            rows = connection.execute(
                select(EVENT.c.sequence, EVENT.c.body)
                .where(EVENT.c.gate == gate, EVENT.c.epoch == epoch, EVENT.c.sequence > after)
                .order_by(EVENT.c.sequence)
                .limit(limit)
            ).all()
        bodies = [_body(row.sequence, row.body) for row in rows]
        return JSONResponse({"events": bodies, "next": rows[-1].sequence if rows else after})

    @routes.get("/holds", dependencies=[_READ], response_model=HoldRecords)
    def holds(limit: Limit = 100) -> JSONResponse:
        """Return the newest holds (暂留), open and closed; persons by reference alone."""
        with centre.engine.connect() as connection:
            rows = connection.execute(select(HOLD).order_by(*NEWEST_HOLDS).limit(limit)).mappings()
            hidden = ("stepped", "since", "due_s")
            shown = [{k: v for k, v in row.items() if k not in hidden} for row in rows]
        return JSONResponse({"holds": shown})

    @routes.get("/reports/{day}", dependencies=[PROGRAMS], response_model=Report)
    def report(
        day: HallDay, version: Annotated[int | None, Query(ge=1, le=10_000)] = None
    ) -> Response:
        """Return the hall's daily report (每日零报告), the newest version by default."""
        try:
            kept = read(centre, day, version)
        except NoSuchReport:
            return refusal(404, code="not_found", expected="a day that was reported", got="another")
        body = {"sha256": kept.sha256, "newest": kept.newest,
                "report": kept.report.model_dump(mode="json")}  # fmt: skip
        return JSONResponse(body)

    return routes


def _body(sequence: int, body: bytes | None) -> dict[str, Any]:
    """Return an event's body; one that was redacted keeps its place."""
    if body is None:
        return {"redacted": True, "sequence": f"{sequence:020d}"}
    tree: dict[str, Any] = read_json(bytes(body), odd_numbers="mark")
    return tree
