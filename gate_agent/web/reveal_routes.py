"""What a supervisor may look at (主管查看): who passed, the picture of a hold; each is recorded."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel

from gate_agent.contract.access_records import GuardRole, Look
from gate_agent.http.grants import Routes
from gate_agent.store.staff import Account
from gate_agent.web.answers import REFUSALS
from gate_agent.web.bodies import Note
from gate_agent.web.grants import acting, only
from gate_agent.web.signon import Body, SignOn

_SUPERVISOR = only(GuardRole.SUPERVISOR)
_Id = Annotated[str, Path(min_length=1, max_length=80, pattern="^[0-9A-Za-z-]+$")]


class RevealRequest(Body):
    """Why somebody must see what is masked."""

    reason: Note

    def look(self, account: Account) -> Look:
        """Return who looks, and why."""
        return Look(by=account.code, role=account.role, reason=self.reason)


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
        registration = await sign_on.desk.reveal(passage_id, body.look(acting(request).account))
        return RevealedView(
            name=registration.name, number=registration.number, phone=registration.phone
        )

    @router.post(
        "/holds/{hold_id}/picture",
        dependencies=[_SUPERVISOR],
        response_class=Response,
        responses={200: {"content": {"image/jpeg": {}}}},
    )
    async def picture(request: Request, hold_id: _Id, body: RevealRequest) -> Response:
        """Show the picture of a hold (抓拍): as above."""
        jpeg = await sign_on.desk.picture(hold_id, body.look(acting(request).account))
        return Response(jpeg, media_type="image/jpeg")

    return router
