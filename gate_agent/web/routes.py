"""The HTTP interface of a gate: what a screen reads; `requests` is what a guard asks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse

from gate_agent.gate.ports import Desk
from gate_agent.gate.screen_state import InsideView, ScreenState
from gate_agent.host.supervision import Parts
from gate_agent.http.answers import ErrorBody
from gate_agent.http.grants import Routes, take_in
from gate_agent.http.openapi import event_stream
from gate_agent.http.places import InPlace
from gate_agent.web import metrics
from gate_agent.web.bodies import DoorHealth, JournalMark
from gate_agent.web.grants import AT_THE_BOARD, PUBLIC, session_of
from gate_agent.web.requests import build_requests
from gate_agent.web.sse import EventStream, Screens

_Sequence = Annotated[int | None, Query(ge=0, description="as Last-Event-ID, which wins")]
_LastEventId = Annotated[str | None, Header(description="last sequence this screen saw")]
_STREAM_TEXT = """Server-sent events, for as long as the screen listens.

* `state`: the whole ScreenState (as /api/v1/state), at most every 50 ms, at least every 5 s;
* `journal`: a JournalMark, with `id` = its sequence; each once, in order;
* `pulse`: every second. A screen that hears none for 4 s must show itself as dead.

Resume with the header Last-Event-ID (or `?after=`): every event since, then live."""


def build_routes(desk: Desk, screens: Screens, parts: Parts | None = None) -> APIRouter:
    """Return every route but the page's own; `parts` of the program may fail."""
    router = Routes()
    registry = metrics.build_registry(desk, screens, parts)

    @router.get(
        "/healthz",
        dependencies=[PUBLIC],
        tags=["operations"],
        response_model=DoorHealth,
        responses={
            503: {"model": DoorHealth, "description": "events are not kept, or a part fails"}
        },
    )
    async def healthz() -> JSONResponse:
        """200 while the journal can write and every part works; 503 with the cause."""
        journal = desk.snapshot().journal
        cause = "" if parts is None else parts.told
        if not journal.writable:
            cause = f"journal: {journal.cause or 'not writable'}"
        if not cause:
            return JSONResponse(DoorHealth(status="ok").model_dump())
        return JSONResponse(DoorHealth(status="failing", cause=cause).model_dump(), status_code=503)

    @router.get(
        "/metrics",
        dependencies=[PUBLIC],
        tags=["operations"],
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    async def prometheus() -> Response:
        """Return the gate's figures in Prometheus' text format."""
        return Response(metrics.render(registry), media_type=metrics.CONTENT_TYPE)

    @router.get(
        "/api/v1/state", dependencies=[AT_THE_BOARD], tags=["screen"], response_model=ScreenState
    )
    async def state() -> Response:
        """Return everything the guard screen shows, masked."""
        return Response(desk.snapshot().model_dump_json(), media_type="application/json")

    @router.get("/api/v1/inside", dependencies=[AT_THE_BOARD], tags=["screen"])
    async def inside() -> InsideView:
        """Return who is inside (在馆人员) as far as this door knows, masked."""
        return desk.inside()

    @router.get(
        "/api/v1/stream",
        dependencies=[AT_THE_BOARD],
        tags=["screen"],
        description=_STREAM_TEXT,
        response_class=Response,
        responses={
            200: event_stream(ScreenState, JournalMark),
            422: {"model": ErrorBody, "description": "`after` is not a sequence"},
            503: {"model": ErrorBody, "description": "too many screens"},
        },
    )
    async def stream(
        request: Request, after: _Sequence = None, last_event_id: _LastEventId = None
    ) -> Response:
        seen = last_event_id if last_event_id is not None else ""
        resumed = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 20 else after  # noqa: PLR2004 as long as a sequence
        events = EventStream(desk, screens, after=resumed)
        session = session_of(request)
        who = "" if session is None else session.account.code
        return InPlace(events, screens.guards, who=who)

    take_in(router, build_requests(desk))
    return router


STREAM_MODELS = (JournalMark,)  # told in the stream, so no route names them for OpenAPI
