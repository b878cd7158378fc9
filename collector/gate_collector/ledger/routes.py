"""The page of the ledger (漏瞒迟核查), and the events behind each of its lines."""

from __future__ import annotations

import json
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from gate_agent.contract.free_text import sealed_box
from gate_agent.contract.json_text import read_json
from gate_agent.contract.moment import format_utc
from gate_agent.errors import ContractError
from gate_agent.http.answers import refused
from gate_agent.http.grants import Routes
from gate_agent.words import Lang, word
from gate_collector.alarms.book import BY_HAND, Unclearable, clear_by_hand, cleared_by_hand
from gate_collector.alarms.said import said
from gate_collector.centre import Centre
from gate_collector.ledger import lists
from gate_collector.ledger.event_lists import EVENTS, events_of
from gate_collector.ledger.read import in_quarantine, late_events, losses_told, read_ledger
from gate_collector.roles.grants import EVERYBODY, READERS, only
from gate_collector.roles.session import By, Role, acting
from gate_collector.store.dialect import snapshot
from gate_collector.store.schema import DOUBTED, EVENT, QUARANTINE, own_word_of
from gate_collector.web.done import Done, done_at
from gate_collector.web.pages import Pages

Gate = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
Epoch = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Number = Annotated[int, Path(ge=1, le=2**62)]
_WITH_ITS_WORD = EVENT.outerjoin(DOUBTED, own_word_of(EVENT))


class Clearing(BaseModel):
    """Who looked into an alarm, what they found, and what it said when they did."""

    model_config = ConfigDict(extra="forbid")
    by: By
    why: str = Field(min_length=4, max_length=400)
    seen: str = Field(max_length=500)


def build_ledger(centre: Centre, pages: Pages) -> APIRouter:
    """Return the routes."""
    routes = Routes(tags=["ledger"])

    @routes.get("/ledger", dependencies=[EVERYBODY], include_in_schema=False)
    def ledger(request: Request, lang: Lang = "zh") -> Response:
        """Return what is missed, concealed or late."""
        seen, asked = read_ledger(centre), pages.asked(request)
        policy = centre.policy()
        with snapshot(centre.engine) as connection:
            stored = [
                lists.CLEARED_ALARMS.read(connection, cleared_by_hand(), asked),
                lists.ASIDE.read(connection, in_quarantine(), asked),
                lists.LOSSES.read(connection, losses_told(seen.since), asked),
                lists.LATE.read(connection, late_events(policy, seen.since), asked),
            ]
        reckoned = [
            lists.UNREPORTED.shown(seen.district, asked),
            lists.GAPS.shown(seen.gaps, asked),
            lists.DUE_REPORTS.shown(seen.reports, asked),
            lists.SILENT.shown(seen.silent, asked),
        ]
        return pages.lists(
            "ledger.html",
            lang,
            asked,
            [*stored, *reckoned],
            ledger=seen,
            by_hand=BY_HAND,
            said=lambda alarm: said(alarm, lang, partial(pages.local, lang=lang)),
        )

    @routes.post(
        "/ledger/alarms/{number}/clear",
        dependencies=[only(Role.LEADER, Role.MAINTAINER)],
        status_code=201,
        response_model=Done,
    )
    def clear(number: Number, asked: Clearing) -> Response:
        """Clear an alarm that stands until a person has looked into it."""
        try:
            with centre.engine.begin() as connection:
                clear_by_hand(
                    connection, number, seen=asked.seen, by=asked.by, why=asked.why,
                    role=acting().role.value, at=format_utc(centre.now),
                )  # fmt: skip
        except Unclearable as exc:
            return refused(409, exc, code=exc.code)
        return done_at("/ledger")

    @routes.get("/events/{gate}/{epoch}", dependencies=[READERS], include_in_schema=False)
    def events(
        request: Request,
        gate: Gate,
        epoch: Epoch,
        first: Annotated[int, Query(alias="from", ge=1, le=2**62)] = 1,
        lang: Lang = "zh",
    ) -> Response:
        """Return a door's events, from a number on; what is missing is said beside the next."""
        asked = pages.asked(request, "from")
        with centre.engine.connect() as connection:
            view = EVENTS.read(connection, events_of(gate, epoch, first), asked)
        return pages.lists("events.html", lang, asked, [view], gate=gate, epoch=epoch, first=first)

    @routes.get(
        "/events/{gate}/{epoch}/{sequence}", dependencies=[READERS], include_in_schema=False
    )
    def event(gate: Gate, epoch: Epoch, sequence: Number, lang: Lang = "zh") -> HTMLResponse:
        """Return one event as it came."""
        event_key = EVENT.c.gate == gate, EVENT.c.epoch == epoch, EVENT.c.sequence == sequence
        with centre.engine.connect() as connection:
            row = connection.execute(
                select(EVENT, DOUBTED.c.said, DOUBTED.c.booted)
                .select_from(_WITH_ITS_WORD)
                .where(*event_key)
            ).first()
        if row is None:
            raise HTTPException(404)
        is_sealed = b'"sealed:' in bytes(row.body or b"")
        body = _pretty(row.body, lang)
        return pages.show("event.html", lang, row=row, body=body, why=None, is_sealed=is_sealed)

    @routes.get("/quarantine/{number}", dependencies=[READERS], include_in_schema=False)
    def aside(number: Number, lang: Lang = "zh") -> HTMLResponse:
        """Return one message in quarantine, with its reason."""
        with centre.engine.connect() as connection:
            row = connection.execute(select(QUARANTINE).where(QUARANTINE.c.id == number)).first()
        if row is None:
            raise HTTPException(404)
        return pages.show(
            "event.html", lang, row=row, body=_pretty(row.body, lang), why=row.why, is_sealed=False
        )

    return routes


def _texts_closed(tree: Any, shown: str) -> Any:
    """Return what a message says with `shown` in place of every sealed text (已封存)."""
    if isinstance(tree, dict):
        return {key: _texts_closed(value, shown) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_texts_closed(value, shown) for value in tree]
    return shown if isinstance(tree, str) and sealed_box(tree) else tree


def _pretty(body: bytes | None, lang: Lang) -> str:
    """Return a body to read; one that is no JSON as its size alone, it may hold anything."""
    if not body:
        return word("events.removed", lang)
    try:
        tree: dict[str, Any] = read_json(bytes(body), odd_numbers="mark")
        data = tree.get("data")
        if isinstance(data, dict) and "sealed" in data:
            data["sealed"] = word("events.sealed", lang, n=len(data["sealed"]))
        tree = _texts_closed(tree, word("term.sealed", lang))
    except (ContractError, AttributeError, TypeError):
        return f"{len(body)} bytes, not JSON"
    text = json.dumps(tree, ensure_ascii=False, indent=2, default=str)
    return text.encode(errors="backslashreplace").decode()  # half a character shows as \\ud800
