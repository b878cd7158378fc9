"""The page behind an alert's link, on a telephone: one tap, without a session; whom to ring."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from gate_agent.http.answers import refusal
from gate_agent.http.grants import Routes
from gate_agent.words import Lang
from gate_collector.alerts.book import AlertBook
from gate_collector.alerts.kinds import FOLLOW
from gate_collector.alerts.ladder import calls
from gate_collector.alerts.listed import hold_of, one_alert
from gate_collector.alerts.replies import ReplyLink
from gate_collector.centre import Centre
from gate_collector.roles.grants import PUBLIC
from gate_collector.web.done import Done, done_at
from gate_collector.web.pages import Pages

Token = Annotated[str, Path(pattern="^[0-9a-f]{40}$")]


class Answerer(BaseModel):
    """Who answers by a link; needed only where the link was sent to nobody by name."""

    model_config = ConfigDict(extra="forbid")
    by: str = Field("", max_length=40)


def build_answers(centre: Centre, pages: Pages, shelf: AlertBook) -> APIRouter:
    """Return the routes."""
    routes = Routes(tags=["alerts"])

    def opened(token: str) -> ReplyLink:
        link = shelf.link_of(token, centre.now)
        if link is None:
            raise HTTPException(404)
        return link

    @routes.get("/answer/{token}", dependencies=[PUBLIC], include_in_schema=False)
    def asked(token: Token, lang: Lang = "zh") -> HTMLResponse:
        """Return the alert with a button; opening the link alone answers nothing."""
        link = opened(token)
        if link.is_expired:
            return pages.show("answer_expired.html", lang, 410)
        with centre.engine.connect() as connection:
            it = one_alert(connection, link.alert.id)
            hold = hold_of(connection, link.alert)
        if it is None:
            raise HTTPException(404)
        policy = centre.policy()
        is_urgent = it.alert.kind != FOLLOW
        leader = policy.on_duty(centre.now)
        ring = calls(policy, leader, it.sort, lang, but=link.person) if is_urgent else []
        return pages.show(
            "answer.html", lang, shown=it, alert=it.alert, hold=hold, token=token,
            person=link.person, calls=ring, within_s=policy.punctuality.answer_within_s,
        )  # fmt: skip

    @routes.post(
        "/answer/{token}",
        dependencies=[PUBLIC],
        status_code=201,
        response_model=Done,
    )
    def take(token: Token, who: Answerer) -> Response:
        """Answer the alert: it is passed on no further. The link says who it was sent to."""
        link = opened(token)
        if link.is_expired:
            return refusal(410, code="expired", expected="a link of two days", got="an older one")
        by = link.person or who.by.strip()
        if not by:
            return refusal(422, code="invalid", expected="by: who answers", got="nobody")
        shelf.answer(token, by, centre.now)
        return done_at(f"/answer/{token}")

    return routes
