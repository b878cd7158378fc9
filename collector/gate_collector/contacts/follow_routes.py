"""The daily follow-up (每日随访): who is due or overdue today, over all cases; and its entries."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gate_agent.contract.free_text import without_number
from gate_agent.contract.hall_times import HallDay
from gate_agent.contract.moment import on_clock, parse_utc
from gate_agent.http.answers import refused
from gate_agent.http.grants import Routes
from gate_agent.words import Lang
from gate_collector.centre import Centre
from gate_collector.contacts.due_list import DUE, due_lines
from gate_collector.contacts.follow import FollowHealth, FollowPlace
from gate_collector.contacts.follow_book import (
    AskedAfter,
    Unfollowed,
    all_follow_ups,
    enter,
    today_of,
    waiting_counts,
)
from gate_collector.contacts.trace import Case
from gate_collector.contacts.wording import told
from gate_collector.roles.grants import ACTORS, READERS
from gate_collector.roles.session import By, acting
from gate_collector.web.done import Done, done_at
from gate_collector.web.pages import Pages

_MOST = 2000  # people of one entry


class FollowedPerson(BaseModel):
    """A contact of a case."""

    model_config = ConfigDict(extra="forbid")
    gate: str = Field(pattern="^[a-z0-9][a-z0-9-]{0,62}$")
    hold_id: str = Field(pattern="^[A-Za-z0-9._-]{1,80}$")
    person_ref: str = Field(pattern="^[0-9a-f]{64}$")


class FollowEntry(BaseModel):
    """What was found out of people on a day: the same of all of them."""

    model_config = ConfigDict(extra="forbid")
    by: By
    people: list[FollowedPerson] = Field(min_length=1, max_length=_MOST)
    day: HallDay
    place: FollowPlace
    health: FollowHealth
    note: Annotated[str, AfterValidator(without_number)] = Field("", max_length=100)


def follow_form(centre: Centre) -> dict[str, Any]:
    """Return what the form of an entry needs."""
    return {
        "today": today_of(centre),
        "places": tuple(FollowPlace),
        "healths": tuple(FollowHealth),
        "observe_days": centre.policy().contacts.observe_days,
    }


def build_follow_ups(centre: Centre, pages: Pages) -> APIRouter:
    """Return the routes."""
    routes = Routes(tags=["contacts"])

    @routes.get("/contacts/due", dependencies=[READERS], include_in_schema=False)
    def due(request: Request, lang: Lang = "zh") -> Response:
        """Return who is to be asked after today, case by case, the longest overdue first."""
        asked, names = pages.asked(request), centre.door_names()

        def called(case: Case) -> str:
            return f"{names[case.gate]} {on_clock(parse_utc(case.opened), centre.zone):%m-%d %H:%M}"

        lines = list(due_lines(all_follow_ups(centre), called))
        return pages.lists(
            "contacts_due.html",
            lang,
            asked,
            [DUE.shown(lines, asked)],
            counts=waiting_counts(centre),
            day_told=lambda day: told(day, lang),
            **follow_form(centre),
        )

    @routes.post("/contacts/follow", dependencies=[ACTORS], status_code=201, response_model=Done)
    def followed(asked: FollowEntry) -> Response:
        """Keep what was found out of these people on a day: of all of them or of none."""
        asked_after = AskedAfter(
            day=asked.day, place=asked.place, health=asked.health, note=asked.note,
            by=asked.by, role=acting().role.value,
        )  # fmt: skip
        people = [(one.gate, one.hold_id, one.person_ref) for one in asked.people]
        try:
            enter(centre, people, asked_after)
        except Unfollowed as exc:
            return refused(409, exc, code=exc.code)
        return done_at("/contacts/due")

    return routes
