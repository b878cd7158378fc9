"""The sheet of codes for rounds, and the page behind one on the telephone of who disinfects."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException, Path, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field

from gate_agent.contract.duty_records import Disinfectant, Round
from gate_agent.http.answers import refused
from gate_agent.http.grants import Routes
from gate_agent.http.hosts import is_loopback
from gate_agent.words import Lang
from gate_collector.centre import Centre
from gate_collector.reports.entries import RoundScope, UnkeptEntry
from gate_collector.reports.round_codes import (
    Method,
    RoundCode,
    code_of,
    codes,
    done_today,
    tell_round,
    void_all,
)
from gate_collector.reports.rounds import kinds_of
from gate_collector.roles.grants import PUBLIC, only
from gate_collector.roles.session import By, Record, Role
from gate_collector.web.done import Done, done_at
from gate_collector.web.pages import Pages
from gate_collector.web.qr import drawn

Token = Annotated[str, Path(pattern="^[0-9a-f]{40}$")]


class ScannedRound(BaseModel):
    """What who disinfects says of the round: the place is the code's, the time is now."""

    model_config = ConfigDict(extra="forbid")
    scope: RoundScope
    done_by: str = Field(min_length=1, max_length=40)
    method: Method = ""


class VoidOrder(BaseModel):
    """Who makes all codes void, and why."""

    model_config = ConfigDict(extra="forbid")
    by: By
    why: str = Field(min_length=1, max_length=400)


def build_rounds(centre: Centre, pages: Pages, record: Record, url: str) -> APIRouter:
    """Return the routes; `url` is where a telephone finds the centre."""
    routes = Routes(tags=["reports"])

    def opened(token: str) -> RoundCode:
        code = code_of(centre, token)
        if code is None:
            raise HTTPException(404)
        return code

    def code_drawn(token: str) -> Markup:
        return drawn(f"{url}/rounds/{token}")

    @routes.get("/rounds", dependencies=[only(Role.OFFICE)], include_in_schema=False)
    def sheet(lang: Lang = "zh") -> HTMLResponse:
        """Return the codes of all areas, to print and to hang up."""
        is_here = is_loopback(urlsplit(url).netloc)
        return pages.show(
            "round_codes.html", lang, codes=codes(centre), drawn=code_drawn, hall=centre.name,
            kinds_of=kinds_of, is_here=is_here,
        )  # fmt: skip

    @routes.post(
        "/rounds/void", dependencies=[only(Role.OFFICE)], status_code=201, response_model=Done
    )
    def voided(asked: VoidOrder) -> Response:
        """Make every code that hangs void; those that are printed now count."""
        record("round_codes", asked.by, asked.why)
        void_all(centre)
        return done_at("/rounds")

    @routes.get("/rounds/{token}", dependencies=[PUBLIC], include_in_schema=False)
    def page(token: Token, lang: Lang = "zh") -> HTMLResponse:
        """Return what was done here today, and the form for who has done it now."""
        code = code_of(centre, token)
        if code is None:
            return pages.show("round.html", lang, 404, code=None)
        return pages.show(
            "round.html", lang, code=code, token=token, done=done_today(centre, code),
            methods=list(Disinfectant), disinfects=Round.DISINFECTED in kinds_of(code.area),
        )  # fmt: skip

    @routes.post("/rounds/{token}", dependencies=[PUBLIC], status_code=201, response_model=Done)
    def told(token: Token, asked: ScannedRound) -> Response:
        """Keep that this round was done now, once within the time that keeps two apart."""
        try:
            tell_round(
                centre, opened(token), scope=asked.scope, done_by=asked.done_by,
                method=asked.method,
            )  # fmt: skip
        except UnkeptEntry as exc:
            return refused(409, exc, code="round_" + exc.code)
        return done_at(f"/rounds/{token}")

    return routes
