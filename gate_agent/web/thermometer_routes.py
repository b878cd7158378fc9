"""The thermometer over HTTP: measured by hand where it is not believed, checked once a day."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from gate_agent.contract.measurement_records import ThermometerChecked
from gate_agent.gate.ports import Desk, ThermometerDesk
from gate_agent.http.grants import Routes
from gate_agent.web.answers import REFUSALS
from gate_agent.web.bodies import CheckRequest, HandRequest
from gate_agent.web.grants import SIGNED_ON

_Id = Annotated[str, Path(min_length=1, max_length=80, pattern="^[0-9A-Za-z-]+$")]


def thermometer_routes(desk: Desk, thermometer: ThermometerDesk) -> APIRouter:
    """Return the routes of the thermometer; its state is in /api/v1/state."""
    router = Routes(prefix="/api/v1", tags=["thermometer"], responses=REFUSALS)

    @router.post("/passages/{passage_id}/hand", dependencies=[SIGNED_ON], status_code=204)
    async def measured_by_hand(passage_id: _Id, body: HandRequest) -> Response:
        """Enter a contact reading (人工测温): the passage goes on with it, and says so."""
        await desk.request(body.event(desk.now(), passage_id))
        return Response(status_code=204)

    @router.post("/thermometer/reference", dependencies=[SIGNED_ON], status_code=204)
    async def reference() -> Response:
        """Hold a reference before it: for two minutes what it sees is nobody's passage."""
        thermometer.begin_check()
        return Response(status_code=204)

    @router.post("/thermometer/checks", dependencies=[SIGNED_ON])
    async def check(body: CheckRequest) -> ThermometerChecked:
        """Compare what it sees now with the reference (每日校验); recorded, passed or not."""
        return await thermometer.check(body.event(desk.now()))

    return router
