"""What visitors type themselves (自助填写): the code on the display, the page behind it."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment
from pydantic import Field

from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.identity import Secret
from gate_agent.contract.moment import NS_PER_S
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.gate.errors import NotFound
from gate_agent.gate.ports import Desk
from gate_agent.http.allowances import Allowances
from gate_agent.http.answers import refusal
from gate_agent.http.grants import Routes
from gate_agent.http.networks import network_of
from gate_agent.http.tries import Wait, source_of
from gate_agent.web.answers import REFUSALS
from gate_agent.web.bodies import Accepted, Post, TapBody
from gate_agent.web.grants import AT_THE_BOARD, NAMED, PUBLIC
from gate_agent.web.qr import qr_code

WRONG_AT_ONCE, WRONG_A_DAY = 20, 500  # codes that are none, from one network: a hall has one
_MOST_NETWORKS = 4096
_Id = Annotated[str, Path(min_length=1, max_length=80, pattern="^[0-9A-Za-z-]+$")]


class EntryTicket(FrozenModel):
    """The code of who registers now, for the display that stands at the door."""

    token: str
    number: int


class EntryRequest(TapBody):
    """What a visitor typed by the code that stands on the display."""

    token: str = Field(min_length=1, max_length=64)
    phone: str = Field(min_length=1, max_length=24)
    purpose: str | None = Field(None, max_length=40)


class EntryTaken(FrozenModel):
    """It waits for the guard."""

    status: str = "waits"


class EntryJudged(TapBody):
    """Whether the guard takes what the visitor typed."""

    take: bool = Field(strict=True)
    by: Post | None = None


def entry_routes(desk: Desk, pages: Environment, address: str) -> APIRouter:
    """Return them; `address`: by which visitors' phones reach this door, "" where none does."""
    router = Routes()
    page = pages.get_template("enter.html")
    wrong = Allowances[str](at_once=WRONG_AT_ONCE, a_day=WRONG_A_DAY, most=_MOST_NETWORKS)

    @router.get("/enter", dependencies=[PUBLIC], include_in_schema=False)
    async def enter() -> HTMLResponse:
        """Return the page that a phone opens; the code itself is told to no server on the way."""
        return HTMLResponse(await asyncio.to_thread(page.render, gate=desk.visitor().gate))

    @router.get("/visitor/entry.svg", dependencies=[AT_THE_BOARD], include_in_schema=False)
    async def code() -> Response:
        """Return the QR code of who registers now."""
        ticket = desk.entry()
        if ticket is None or not address:
            return refusal(404, code="http_404", expected="who registers now", got="nobody")
        return qr_code(f"{address}/enter#{ticket.token}")

    @router.get(
        "/api/v1/visitor/entry", dependencies=[AT_THE_BOARD], tags=["visitor"], responses=REFUSALS
    )
    async def ticket() -> EntryTicket:
        """Return the code itself, for the touch display at the door."""
        now = desk.entry()
        if now is None:
            raise NotFound(expected="who registers now", got="nobody")
        return EntryTicket(token=now.token, number=now.number)

    @router.post(
        "/api/v1/visitor/entry", dependencies=[PUBLIC], tags=["visitor"], responses=REFUSALS
    )
    async def typed(request: Request, body: EntryRequest) -> EntryTaken:
        """Take what a visitor typed: it is written once, and read by nobody who has the code."""
        details = RegistrationDetails(phone=Secret(body.phone), purpose=body.purpose)
        network, now_ns = network_of(source_of(request)), desk.now().boot_ns
        try:
            desk.enter(body.token, details)
        except NotFound:
            if (wait_ns := wrong.wait_ns(network, now_ns)) > 0:
                raise Wait(wait_ns / NS_PER_S) from None
            wrong.spend(network, now_ns)
            raise
        return EntryTaken()

    @router.post(
        "/api/v1/passages/{passage_id}/entry",
        dependencies=[NAMED],
        tags=["guard"],
        responses=REFUSALS,
    )
    async def judge(passage_id: _Id, body: EntryJudged) -> Accepted:
        """Register a visitor with what they typed, or forget it (不对，重填)."""
        if body.take:
            await desk.confirm(passage_id, body.by)
        else:
            desk.refuse(passage_id)
        return Accepted(sequence=desk.snapshot().journal.sequence)

    return router
