"""The guard screen's page (值守界面); its words and figures come from its modules."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment

from gate_agent.gate.ports import Desk
from gate_agent.http.grants import Routes
from gate_agent.web.grants import PUBLIC
from gate_agent.words import Lang


def page_routes(desk: Desk, pages: Environment) -> APIRouter:
    """Return the page, which holds nothing of anybody."""
    router = Routes()
    page = pages.get_template("screen.html")

    @router.get("/", dependencies=[PUBLIC], include_in_schema=False)
    async def screen(lang: Lang = "zh") -> HTMLResponse:
        """Return the guard screen."""
        gate = desk.snapshot().gate
        return HTMLResponse(await asyncio.to_thread(page.render, lang=lang, gate=gate))

    return router
