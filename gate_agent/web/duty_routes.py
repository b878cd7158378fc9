"""Duties over HTTP (消毒通风、物资): what is due, and what the guard ticks off."""

from __future__ import annotations

from fastapi import APIRouter, Response

from gate_agent.gate.duties_view import DutiesView
from gate_agent.gate.errors import JournalUnavailable
from gate_agent.gate.ports import Desk, DutyDesk
from gate_agent.http.grants import Routes
from gate_agent.web.answers import REFUSALS
from gate_agent.web.duty_bodies import RoundRequest, ShiftNoteRequest, SupplyRequest
from gate_agent.web.grants import AT_THE_BOARD, SIGNED_ON


def duty_routes(desk: Desk, duties: DutyDesk) -> APIRouter:
    """Return the routes below /api/v1/duties."""
    router = Routes(prefix="/api/v1/duties", tags=["duties"], responses=REFUSALS)

    @router.get("", dependencies=[AT_THE_BOARD])
    async def view() -> DutiesView:
        """Return what is done, due and low today, and who leads now."""
        view_now = duties.view()
        if view_now is None:
            raise JournalUnavailable(expected="a journal that can be read", got="none now")
        return view_now

    @router.post("/rounds", dependencies=[SIGNED_ON], status_code=204)
    async def round_done(body: RoundRequest) -> Response:
        """Tick off a round (消毒、通风、口罩封存); answers once it is durable."""
        await duties.request(body.event(desk.now()))
        return Response(status_code=204)

    @router.post("/supplies", dependencies=[SIGNED_ON], status_code=204)
    async def supply_changed(body: SupplyRequest) -> Response:
        """Count an item, or change its stock (物资); answers once it is durable."""
        await duties.request(body.event(desk.now()))
        return Response(status_code=204)

    @router.post("/notes", dependencies=[SIGNED_ON], status_code=204)
    async def note(body: ShiftNoteRequest) -> Response:
        """Write what this shift tells the next (交班记录); answers once it is durable."""
        await duties.request(body.event(desk.now()))
        return Response(status_code=204)

    return router
