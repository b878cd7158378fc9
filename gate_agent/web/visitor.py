"""The visitors' display (引导屏): its page, state and stream, and QR codes of online channels."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment

from gate_agent.gate.ports import Desk
from gate_agent.gate.visitor import VisitorView
from gate_agent.http.answers import ErrorBody, refusal
from gate_agent.http.grants import Routes
from gate_agent.http.openapi import event_stream
from gate_agent.http.places import InPlace
from gate_agent.http.tries import source_of
from gate_agent.web.grants import PUBLIC, is_at_board
from gate_agent.web.qr import qr_code
from gate_agent.web.sse import EventStream, Screens

_STREAM_TEXT = """Server-sent events for a visitors' display.

`state`, a VisitorView, when it changes and at least every 5 s; `pulse` every second. It counts as
no guard screen."""


def visitor_routes(
    desk: Desk, screens: Screens, pages: Environment, address: str = ""
) -> APIRouter:
    """Return what the visitors' display needs; nothing here changes anything.

    `address`: by which visitors' phones reach this door. The code of who registers is for the
    display at the door alone: nobody else in the network is told that there is one.
    """

    def seen_by(request: Request) -> VisitorView:
        view = desk.visitor()
        is_here = is_at_board(request.scope)
        return view.model_copy(
            update={
                "entry": view.entry if is_here else None,
                "entry_by_phone": is_here and bool(address),
            }
        )

    router = Routes()
    page = pages.get_template("visitor.html")

    @router.get("/visitor", dependencies=[PUBLIC], include_in_schema=False)
    async def visitor() -> HTMLResponse:
        """Return the page; its words are in both languages at once."""
        return HTMLResponse(await asyncio.to_thread(page.render, gate=desk.visitor().gate))

    @router.get("/api/v1/visitor", dependencies=[PUBLIC], tags=["visitor"])
    async def state(request: Request) -> VisitorView:
        """Return what the visitors' display shows: never a name, never a temperature."""
        return seen_by(request)

    @router.get(
        "/api/v1/visitor/stream",
        dependencies=[PUBLIC],
        tags=["visitor"],
        description=_STREAM_TEXT,
        response_class=Response,
        responses={
            200: event_stream(VisitorView),
            503: {"model": ErrorBody, "description": "too many screens"},
        },
    )
    async def stream(request: Request) -> Response:
        events = EventStream(desk, screens, after=None, visitor=lambda: seen_by(request))
        return InPlace(events, screens.displays, who=source_of(request))

    @router.get("/visitor/channels/{number}.svg", dependencies=[PUBLIC], include_in_schema=False)
    async def channel(number: int) -> Response:
        """Return the QR code of an online channel of the policy, by its place."""
        channels = desk.online_channels()
        if not 0 <= number < len(channels):
            return refusal(404, code="http_404", expected="a channel of the policy", got="another")
        return qr_code(channels[number])

    return router
