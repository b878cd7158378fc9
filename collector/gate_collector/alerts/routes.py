"""The page of the alerts, the test button, and the page behind an alert's link."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from gate_agent.http.answers import refusal
from gate_agent.http.grants import Routes
from gate_agent.words import Lang
from gate_collector.alerts.alerter import Alerter
from gate_collector.alerts.book import HOLDS, AlertBook
from gate_collector.centre import Centre
from gate_collector.roles.grants import EVERYBODY, PUBLIC, only
from gate_collector.roles.session import By, Role
from gate_collector.store.schema_office import ALERT, ATTEMPT
from gate_collector.web.done import Done, done_at
from gate_collector.web.pages import Pages

_LISTED = 100
Token = Annotated[str, Path(pattern="^[0-9a-f]{40}$")]


class Who(BaseModel):
    """Who it is."""

    model_config = ConfigDict(extra="forbid")
    by: By


def build_alerts(centre: Centre, pages: Pages, shelf: AlertBook, alerter: Alerter) -> APIRouter:
    """Return the routes."""
    routes = Routes()

    @routes.get("/alerts", dependencies=[EVERYBODY], include_in_schema=False)
    def listed(lang: Lang = "zh") -> HTMLResponse:
        """Return the newest alerts with every try."""
        with centre.engine.connect() as connection:
            alerts = connection.execute(
                select(ALERT).order_by(ALERT.c.id.desc()).limit(_LISTED)
            ).all()
            attempted = ATTEMPT.c.alert_id.in_([alert.id for alert in alerts])
            tries = connection.execute(
                select(ATTEMPT).where(attempted).order_by(ATTEMPT.c.id)
            ).all()
        by_alert: dict[int, list[object]] = {}
        for one in tries:
            by_alert.setdefault(one.alert_id, []).append(one)
        leader = centre.policy().on_duty(centre.now)
        return pages.show(
            "alerts.html",
            lang,
            alerts=alerts,
            tries=by_alert,
            people=alerter.people,
            leader=leader,
            of_holds=HOLDS,
        )

    @routes.post(
        "/alerts/test",
        dependencies=[only(Role.OFFICE, Role.MAINTAINER)],
        status_code=201,
        response_model=Done,
    )
    def test(asked: Who) -> JSONResponse:
        """Send a test to the leader on duty."""
        if not alerter.people:
            expected = "alerts.channels_file with at least one person"
            return refusal(409, code="nobody", expected=expected, got="nobody to tell")
        alerter.test(asked.by)
        return done_at("/alerts")

    @routes.get("/answer/{token}", dependencies=[PUBLIC], include_in_schema=False)
    def asked(token: Token, lang: Lang = "zh") -> HTMLResponse:
        """Return the alert with a button; opening the link alone answers nothing."""
        alert = shelf.of_token(token)
        if alert is None:
            raise HTTPException(404)
        about_person = alert["kind"] in HOLDS
        return pages.show("answer.html", lang, alert=alert, token=token, about_person=about_person)

    @routes.post("/answer/{token}", dependencies=[PUBLIC], status_code=201, response_model=Done)
    def answer(token: Token, who: Who) -> JSONResponse:
        """Answer the alert: it is passed on no further."""
        if not shelf.answer(token, who.by, centre.now):
            raise HTTPException(404)
        return done_at(f"/answer/{token}")

    return routes
