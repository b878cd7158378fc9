"""The page on which a draft is tried on recorded passages (试算), and on one fever (推演)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from gate_agent.contract.opening import ServiceWindow, offered
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.http.grants import Routes
from gate_agent.words import Lang
from gate_collector.centre import Centre
from gate_collector.policies.book import PolicyBook
from gate_collector.policies.drill import played
from gate_collector.policies.form import local_time
from gate_collector.policies.trial import ENOUGH, MOST, Hours, passages_since, rate_tried, tried
from gate_collector.roles.grants import ACTORS
from gate_collector.web.pages import Pages

_CLOCK = r"^(([01][0-9]|2[0-3]):[0-5][0-9])?$"
WindowName = Annotated[str, Field(max_length=40)]


class TrialBody(BaseModel):
    """What is tried, as the form sends it; empty: as it is."""

    model_config = ConfigDict(extra="ignore")
    alarm: str = Field("", pattern=r"^((3[0-9]|4[0-5])(\.[0-9]{1,2})?)?$")
    rate: str = Field("", pattern=r"^([0-9]{1,3})?$", description="per thousand healthy people")
    mode: HallMode | None = None
    opens: str = Field("", pattern=_CLOCK)
    closes: str = Field("", pattern=_CLOCK)
    days: int = Field(1, ge=1, le=30)
    windows: bool = Field(default=False, description="whether the form had the windows")
    serving: list[WindowName] = Field([], max_length=200, description="the windows that serve")
    at: str = Field("", max_length=20, description="when the fever comes; now if empty")
    lang: Lang = "zh"


@dataclass(frozen=True, slots=True)
class Purposes:
    """What could be come for with other windows, and what no longer or again."""

    offered: tuple[str, ...]
    gone: tuple[str, ...]
    came: tuple[str, ...]


def purposes_with(policy: Policy, serving: Sequence[str]) -> Purposes:
    """Return what the hall would offer if these windows served, and no other."""
    windows = [
        ServiceWindow(
            name=one.name, purposes=one.purposes, open=one.name in serving, online=one.online
        )
        for one in policy.windows
    ]
    now, then = policy.offered, offered(policy.purposes, windows)
    gone, came = (tuple(x for x in a if x not in b) for a, b in ((now, then), (then, now)))
    return Purposes(then, gone, came)


def build_trial(centre: Centre, pages: Pages, book: PolicyBook) -> APIRouter:
    """Return the routes."""
    routes = Routes(tags=["policy"])

    @routes.get("/policy/try", dependencies=[ACTORS], include_in_schema=False)
    def page(draft: Annotated[TrialBody, Query()]) -> HTMLResponse:
        """Return what a draft would have meant, and how a fever goes; nothing is stored."""
        policy, since = centre.policy(), centre.now - timedelta(days=draft.days)
        fixed = round(float(draft.alarm) * 100) if draft.alarm else policy.measurement.alarm_centi_c
        hours = None
        if draft.opens and draft.closes:
            begins, ends = time.fromisoformat(draft.opens), time.fromisoformat(draft.closes)
            hours = Hours(opens=begins, closes=ends, zone=centre.zone)
        with centre.engine.connect() as connection:
            passages = list(passages_since(connection, since))
        mode = draft.mode or policy.hall_mode
        trial = tried(
            [one for _, one in passages], policy, alarm_centi_c=fixed, mode=mode, hours=hours
        )
        try:
            begins_at = local_time(draft.at, centre.zone) or centre.now
        except ValueError:
            begins_at = centre.now
        followed = book.at(begins_at)
        serving = draft.serving if draft.windows else [w.name for w in policy.windows if w.open]
        return pages.show(
            "policy_try.html", draft.lang, trial=trial, draft=draft, mode=mode, since=since,
            modes=list(HallMode), most=MOST, enough=ENOUGH, windows=policy.windows, serving=serving,
            purposes=purposes_with(policy, serving) if policy.windows else None,
            rate=rate_tried(passages, int(draft.rate)) if draft.rate else None,
            drill=played(followed, begins_at), followed=followed,
        )  # fmt: skip

    return routes
