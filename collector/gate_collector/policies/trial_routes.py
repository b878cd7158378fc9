"""The page on which a draft is tried on recorded passages (试算)."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from gate_agent.contract.policy import HallMode
from gate_agent.http.grants import Routes
from gate_agent.words import Lang
from gate_collector.centre import Centre
from gate_collector.policies.trial import MOST, Hours, passages_since, tried
from gate_collector.roles.grants import ACTORS
from gate_collector.web.pages import Pages

Degrees = Annotated[str, Query(pattern=r"^((3[0-9]|4[0-5])(\.[0-9]{1,2})?)?$")]
Clock = Annotated[str, Query(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9])?$")]
Days = Annotated[int, Query(ge=1, le=30)]


def _hours(opens: Clock = "", closes: Clock = "") -> tuple[str, str]:
    return opens, closes


Asked = Annotated[tuple[str, str], Depends(_hours)]


def build_trial(centre: Centre, pages: Pages) -> APIRouter:
    """Return the routes."""
    routes = Routes()

    @routes.get("/policy/try", dependencies=[ACTORS], include_in_schema=False)
    def page(
        alarm: Degrees = "",
        mode: HallMode | None = None,
        asked: Asked = ("", ""),
        days: Days = 1,
        lang: Lang = "zh",
    ) -> HTMLResponse:
        """Return what a threshold, a mode and hours would have meant; nothing is stored."""
        policy, since = centre.policy(), centre.now - timedelta(days=days)
        wanted = mode or policy.hall_mode
        fixed = round(float(alarm) * 100) if alarm else policy.measurement.alarm_centi_c
        (opens, closes), hours = asked, None
        if opens and closes:
            begins, ends = time.fromisoformat(opens), time.fromisoformat(closes)
            hours = Hours(opens=begins, closes=ends, zone=centre.zone)
        with centre.engine.connect() as connection:
            passages = list(passages_since(connection, since))
        trial = tried(passages, policy, alarm_centi_c=fixed, mode=wanted, hours=hours)
        return pages.show(
            "policy_try.html", lang, trial=trial, alarm=alarm, mode=wanted, days=days, opens=opens,
            closes=closes, modes=list(HallMode), since=since, most=MOST,
        )  # fmt: skip

    return routes
