"""The HTTP interface of a gate: what a screen reads, and what a guard asks of the gate."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Response
from fastapi.responses import JSONResponse

from gate_agent.gate.desk import Desk
from gate_agent.gate.snapshot import Snapshot
from gate_agent.web import metrics
from gate_agent.web.answers import REFUSALS, answer
from gate_agent.web.bodies import (
    Accepted,
    ErrorBody,
    Health,
    HoldStepRequest,
    JournalMark,
    OverrideRequest,
    RegistrationRequest,
    SymptomsRequest,
)
from gate_agent.web.sse import EventStream, Screens

_Id = Annotated[str, Path(min_length=1, max_length=80, pattern="^[0-9A-Za-z-]+$")]
_Sequence = Annotated[int | None, Query(ge=0, description="as Last-Event-ID, which wins")]
_LastEventId = Annotated[str | None, Header(description="last sequence this screen saw")]
_STREAM_TEXT = """Server-sent events, for as long as the screen listens:

* `state`: the whole Snapshot (as /api/v1/state), at most every 50 ms, at least every 5 s;
* `journal`: a JournalMark, with `id` = its sequence; each once, in order;
* `pulse`: every second. A screen that hears none for 4 s must show itself as dead.

Resume with the header Last-Event-ID (or `?after=`): every event since, then live."""


def build_routes(desk: Desk, screens: Screens) -> APIRouter:
    """Return every route but the page's own."""
    router = APIRouter()
    registry = metrics.build_registry(desk, screens)

    @router.get(
        "/healthz",
        tags=["operations"],
        response_model=Health,
        responses={503: {"model": Health, "description": "events are not being kept"}},
    )
    async def healthz() -> JSONResponse:
        """200 while the journal can write and the gate's loop answers; 503 with the cause."""
        journal = desk.snapshot().journal
        if journal.writable:
            return JSONResponse(Health(status="ok").model_dump())
        cause = f"journal: {journal.cause or 'not writable'}"
        return JSONResponse(Health(status="failing", cause=cause).model_dump(), status_code=503)

    @router.get(
        "/metrics",
        tags=["operations"],
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    async def prometheus() -> Response:
        """Return the gate's figures in Prometheus' text format."""
        return Response(metrics.render(registry), media_type=metrics.CONTENT_TYPE)

    @router.get("/api/v1/state", tags=["screen"], response_model=Snapshot)
    async def state() -> Response:
        """Return everything the guard screen shows, masked."""
        return Response(desk.snapshot().model_dump_json(), media_type="application/json")

    @router.get(
        "/api/v1/stream",
        tags=["screen"],
        description=_STREAM_TEXT,
        response_class=Response,
        responses={
            200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
            422: {"model": ErrorBody, "description": "`after` is not a sequence"},
            503: {"model": ErrorBody, "description": "too many screens"},
        },
    )
    async def stream(after: _Sequence = None, last_event_id: _LastEventId = None) -> Response:
        if screens.is_full:
            return answer(503, code="too_many", expected="a screen less", got="one more")
        seen = last_event_id if last_event_id is not None else ""
        resumed = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 20 else after  # noqa: PLR2004 as long as a sequence
        return EventStream(desk, screens, after=resumed)

    router.include_router(_requests(desk))
    return router


def _requests(desk: Desk) -> APIRouter:
    """Return what a guard may ask; each answers after its events are durable."""
    router = APIRouter(prefix="/api/v1", tags=["guard"], responses=REFUSALS)

    def accepted() -> Accepted:
        return Accepted(sequence=desk.snapshot().journal.sequence)

    @router.post("/passages/{passage_id}/registration")
    async def register(passage_id: _Id, body: RegistrationRequest) -> Accepted:
        """Register the visitor of this passage (实名登记)."""
        await desk.register(passage_id, phone=body.phone, purpose=body.purpose)
        return accepted()

    @router.post("/passages/{passage_id}/override")
    async def override(passage_id: _Id, body: OverrideRequest) -> Accepted:
        """Overrule the decision of this passage (改判)."""
        await desk.override(passage_id, decision=body.decision, by=body.by, reason=body.reason)
        return accepted()

    @router.post("/passages/{passage_id}/dismissal")
    async def dismiss(passage_id: _Id) -> Accepted:
        """End this passage: the person went away."""
        await desk.dismiss(passage_id)
        return accepted()

    @router.post("/holds/{hold_id}/steps")
    async def step(hold_id: _Id, body: HoldStepRequest) -> Accepted:
        """Record the next step of a hold (暂留处置)."""
        await desk.step_hold(
            hold_id,
            body.step,
            by=body.by,
            contact_centi_c=body.contact_centi_c,
            to=body.to,
            note=body.note,
            disinfected=body.disinfected,
        )
        return accepted()

    @router.post("/symptoms")
    async def symptoms(body: SymptomsRequest) -> Accepted:
        """Hold the person at the door for declared symptoms (申报症状)."""
        await desk.declare_symptoms(by=body.by, note=body.note)
        return accepted()

    return router


STREAM_MODELS = (JournalMark,)  # told in the stream, so no route names them for OpenAPI
