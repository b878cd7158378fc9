"""The holds (暂留) as a list: of the hall, or of one person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from gate_collector.store.schema import HOLD
from gate_collector.web.lists import Column, ColumnKind, Listing, section

_STANDS = func.coalesce(HOLD.c.outcome, HOLD.c.state).label("stands")

HELD = Listing(
    name="held",
    title="contacts.held",
    columns=(
        Column("opened", "contacts.held_at", ColumnKind.TIME, of=HOLD.c.opened, filters=True,
               href=lambda row: f"/cases/{row.gate}/{row.hold_id}"),
        Column("gate", "column.door", ColumnKind.DOOR, of=HOLD.c.gate, filters=True),
        Column("reason", "column.reason", ColumnKind.WORD, of=HOLD.c.reason, filters=True,
               words=section("reason")),
        Column("surface_centi_c", "paper.surface", ColumnKind.CELSIUS, of=HOLD.c.surface_centi_c),
        Column("stands", "column.state", ColumnKind.WORD, of=_STANDS, filters=True,
               words=section("hold_state")),
        Column("contacts", "nav.contacts", value=lambda _row: "", sorts=False, in_file=False),
    ),
    order="-opened",
    then=(HOLD.c.gate, HOLD.c.hold_id),
    empty="contacts.no_hold",
)  # fmt: skip


def holds() -> Select[Any]:
    """Return the question for people's holds whose beginning is here; drills are nobody's."""
    names = ("gate", "hold_id", "opened", "reason", "surface_centi_c")
    asked = select(*(HOLD.c[name] for name in names), _STANDS)
    return asked.where(HOLD.c.drill.is_(False), HOLD.c.opened.is_not(None))
