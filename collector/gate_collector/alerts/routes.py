"""The pages of the alerts at the centre: the list, one alert, answers and comments, the test."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gate_agent.contract.free_text import without_number
from gate_agent.contract.moment import format_utc
from gate_agent.http.answers import refusal
from gate_agent.http.grants import Routes
from gate_agent.words import Lang
from gate_collector.alerts.alerter import Alerter
from gate_collector.alerts.kinds import AlertSort
from gate_collector.alerts.listed import (
    ALERTS,
    ShownAlert,
    alerts,
    hold_of,
    is_of_hold,
    one_alert,
    text_of,
    tries_of,
    waiting,
)
from gate_collector.alerts.replies import answer, reply
from gate_collector.centre import Centre
from gate_collector.roles.grants import EVERYBODY, only
from gate_collector.roles.session import By, Role, acting
from gate_collector.web.done import Done, done_at
from gate_collector.web.pages import Pages

Number = Annotated[int, Path(ge=1, lt=2**31)]
_ANSWERERS = only(Role.OFFICE, Role.LEADER, Role.MAINTAINER)


class Who(BaseModel):
    """Who it is."""

    model_config = ConfigDict(extra="forbid")
    by: By


class Comment(Who):
    """What somebody writes of an alert: what was found, what was done."""

    text: Annotated[str, AfterValidator(without_number)] = Field(min_length=1, max_length=400)


def build_alerts(centre: Centre, pages: Pages, alerter: Alerter) -> APIRouter:
    """Return the routes."""
    routes = Routes(tags=["alerts"])

    def who_is_told() -> dict[str, Any]:
        return {
            "people": alerter.people,
            "leader": centre.policy().on_duty(centre.now),
            "rungs": alerter.rungs(AlertSort.PEOPLE),
            "unreachable": alerter.unreachable,
            "rest_hours": centre.policy().rest_hours,
        }

    def shown(number: int) -> ShownAlert:
        with centre.engine.connect() as connection:
            one = one_alert(connection, number)
        if one is None:
            raise HTTPException(404)
        return one

    @routes.get("/alerts", dependencies=[EVERYBODY], include_in_schema=False)
    def page(request: Request, lang: Lang = "zh") -> Response:
        """Return the alerts that are asked for, a page at a time, or as a file."""
        asked = pages.asked(request)
        with centre.engine.connect() as connection:
            view = ALERTS.read(connection, alerts(), asked)
            tries = {} if asked.file else tries_of(connection, view.rows)
            waits = waiting(connection)
        return pages.lists(
            "alerts.html", lang, asked, [view], tries_of=tries, waits=waits, text_of=text_of,
            is_of_hold=is_of_hold, **who_is_told(),
        )  # fmt: skip

    @routes.get("/alerts/{number}", dependencies=[EVERYBODY], include_in_schema=False)
    def one(number: Number, lang: Lang = "zh") -> HTMLResponse:
        """Return one alert: what it asks for, every try to tell somebody, what people wrote."""
        it = shown(number)
        with centre.engine.connect() as connection:
            hold = hold_of(connection, it.alert)
        return pages.show("alert.html", lang, shown=it, alert=it.alert, hold=hold)

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

    @routes.post(
        "/alerts/{number}/answer", dependencies=[_ANSWERERS], status_code=201, response_model=Done
    )
    def answered(number: Number, who: Who) -> JSONResponse:
        """Answer an alert on its page: it is passed on no further."""
        it = shown(number)
        with centre.engine.begin() as connection:
            taken = answer(
                connection, it.alert.id, by=who.by, role=acting().role.value,
                at=format_utc(centre.now),
            )  # fmt: skip
        if not taken:
            expected = "an alert that is not over"
            return refusal(409, code="out_of_turn", expected=expected, got=it.alert.state)
        return done_at(f"/alerts/{number}")

    @routes.post(
        "/alerts/{number}/comments", dependencies=[_ANSWERERS], status_code=201, response_model=Done
    )
    def commented(number: Number, comment: Comment) -> JSONResponse:
        """Write of an alert what was found or done; it stays, whoever wrote it."""
        it = shown(number)
        with centre.engine.begin() as connection:
            reply(
                connection, it.alert.id, by=comment.by, role=acting().role.value,
                at=format_utc(centre.now), text=comment.text,
            )  # fmt: skip
        return done_at(f"/alerts/{number}")

    return routes
