"""What a supervisor may look at (主管查看): who passed, the picture of a hold; each is recorded."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel

from gate_agent.contract.access_records import Role
from gate_agent.http.grants import Routes
from gate_agent.web.answers import REFUSALS
from gate_agent.web.bodies import Note
from gate_agent.web.grants import acting, only
from gate_agent.web.signon import Body, SignOn

_SUPERVISOR = only(Role.SUPERVISOR)
_Id = Annotated[str, Path(min_length=1, max_length=80, pattern="^[0-9A-Za-z-]+$")]


class RevealRequest(Body):
    """Why somebody must see what is masked."""

    reason: Note


class RevealedView(BaseModel):
    """A person, unmasked."""

    name: str
    number: str
    phone: str | None


def reveal_routes(sign_on: SignOn) -> APIRouter:
    """Return the routes."""
    router = Routes(prefix="/api/v1", tags=["people"], responses=REFUSALS)

    @router.post("/passages/{passage_id}/reveal", dependencies=[_SUPERVISOR])
    async def reveal(request: Request, passage_id: _Id, body: RevealRequest) -> RevealedView:
        """Show who passed (查看): a supervisor's, with a reason, and recorded before it is told."""
        by = acting(request).account
        found = await sign_on.desk.reveal(passage_id, by=by.code, role=by.role, reason=body.reason)
        return RevealedView(name=found.name, number=found.number, phone=found.phone)

    @router.post(
        "/holds/{hold_id}/picture",
        dependencies=[_SUPERVISOR],
        response_class=Response,
        responses={200: {"content": {"image/jpeg": {}}}},
    )
    async def picture(request: Request, hold_id: _Id, body: RevealRequest) -> Response:
        """Show the picture of a hold (抓拍): as above."""
        by = acting(request).account
        jpeg = await sign_on.desk.picture(hold_id, by=by.code, role=by.role, reason=body.reason)
        return Response(jpeg, media_type="image/jpeg")

    return router
