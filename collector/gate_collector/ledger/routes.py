"""The page of the ledger (漏瞒迟核查), and the events behind each of its lines."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query
from fastapi.responses import HTMLResponse
from sqlalchemy import select

from gate_collector.centre import Centre
from gate_collector.ledger.read import read_ledger
from gate_collector.pages import Lang, Pages
from gate_collector.schema import EVENT, QUARANTINE

_PAGE = 100
Gate = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
Epoch = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Number = Annotated[int, Path(ge=1, le=2**62)]
_COLUMNS = [EVENT.c[name] for name in ("sequence", "type", "severity", "time", "stored", "late_ms")]


def build_ledger(centre: Centre, pages: Pages) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()

    @routes.get("/ledger", include_in_schema=False)
    def ledger(lang: Lang = "zh") -> HTMLResponse:
        """Return what is missed, concealed or late."""
        return pages.show("ledger.html", lang, ledger=read_ledger(centre))

    @routes.get("/events/{gate}/{epoch}", include_in_schema=False)
    def events(
        gate: Gate,
        epoch: Epoch,
        first: Annotated[int, Query(alias="from", ge=1, le=2**62)] = 1,
        lang: Lang = "zh",
    ) -> HTMLResponse:
        """Return one page of a door's events, from a number on; what is missing shows as a gap."""
        with centre.engine.connect() as connection:
            rows = connection.execute(
                select(*_COLUMNS)
                .where(EVENT.c.gate == gate, EVENT.c.epoch == epoch, EVENT.c.sequence >= first)
                .order_by(EVENT.c.sequence)
                .limit(_PAGE)
            ).all()
        return pages.show(
            "events.html", lang, gate=gate, epoch=epoch, first=first, rows=rows, page=_PAGE
        )

    @routes.get("/events/{gate}/{epoch}/{sequence}", include_in_schema=False)
    def event(gate: Gate, epoch: Epoch, sequence: Number, lang: Lang = "zh") -> HTMLResponse:
        """Return one event as it came."""
        of = EVENT.c.gate == gate, EVENT.c.epoch == epoch, EVENT.c.sequence == sequence
        with centre.engine.connect() as connection:
            row = connection.execute(select(EVENT).where(*of)).first()
        if row is None:
            raise HTTPException(404)
        return pages.show("event.html", lang, row=row, body=_pretty(bytes(row.body)), why=None)

    @routes.get("/quarantine/{number}", include_in_schema=False)
    def aside(number: Number, lang: Lang = "zh") -> HTMLResponse:
        """Return one message in quarantine, with its reason."""
        with centre.engine.connect() as connection:
            row = connection.execute(select(QUARANTINE).where(QUARANTINE.c.id == number)).first()
        if row is None:
            raise HTTPException(404)
        return pages.show("event.html", lang, row=row, body=_pretty(bytes(row.body)), why=row.why)

    return routes


def _pretty(body: bytes) -> str:
    """Return a body to read; one that is no JSON as its size alone, it may hold anything."""
    try:
        told: dict[str, Any] = json.loads(body)
        data = told.get("data")
        if isinstance(data, dict) and "sealed" in data:
            data["sealed"] = f"… {len(data['sealed'])} characters sealed 密封"
    except (ValueError, AttributeError, TypeError):
        return f"{len(body)} bytes, not JSON"
    return json.dumps(told, ensure_ascii=False, indent=2)
