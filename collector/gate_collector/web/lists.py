"""Lists of the centre (清单): columns are declared once; filter, order, pages and files follow.

How to make a list of a page:

    LATE = Listing(
        name="late",  # begins its parameters in the address, and is its place on the page
        title="ledger.late_events",
        columns=(
            Column("time", "column.occurred", ColumnKind.TIME, of=EVENT.c.time, filters=True),
            Column("gate", "column.door", ColumnKind.DOOR, of=EVENT.c.gate, filters=True),
            Column("type", "column.event", ColumnKind.WORD, of=EVENT.c.type, filters=True,
                   words=section("event_type"), href=lambda row: f"/events/{row.gate}/…"),
            Column("late_ms", "column.late_by", ColumnKind.SPAN, of=EVENT.c.late_ms, per=1000),
        ),
        order="-time", then=tuple(EVENT.primary_key),
    )

    @routes.get("/late", …)
    def page(request: Request, lang: Lang = "zh") -> Response:
        asked = pages.asked(request)
        with centre.engine.connect() as connection:
            late = LATE.read(connection, select(EVENT).where(…), asked)  # in the database
        silent = SILENT.shown(rows, asked)  # of values that were reckoned, which are few
        return pages.lists("late.html", lang, asked, late=late, silent=silent)

    {% from 'list.html' import listed with context %}
    {{ listed(late) }}
    {% call(row, column) listed(silent) %}{% if column == 'gate' %}…{% endif %}{% endcall %}

A `call` draws the cells for which it returns anything; all others draw themselves. The route is the
page's and the files' (`file=late.csv`, `late.xlsx`), so whoever reads the one may take the other:
exactly what is filtered, times on the hall's clock, spans in seconds, no cell a formula. Filters
are choices and days, never typed text: an address keeps nobody's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, literal, select

from gate_collector.store.doors import known_doors
from gate_collector.web.asked import ListQuery
from gate_collector.web.columns import MOST_COUNTED, Column, ColumnKind, Declared, numbers, section
from gate_collector.web.list_view import ListView

__all__ = ["Column", "ColumnKind", "Listing", "numbers", "section"]
_MOST_CHOICES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Declared):
    """One list that can be read, from the database or of values that were reckoned."""

    def read(self, connection: Connection, source: Select[Any], asked: ListQuery) -> ListView:
        """Return what is asked of a list in the database; every column that filters has its `of`.

        Its rows are counted up to a limit: a page of ten million events is not slow for that.
        """
        filtered = source
        chosen = self._chosen(asked)
        for column in self.columns:
            if column.name in chosen:
                filtered = filtered.where(column.of == chosen[column.name])
        days = self._days(asked)
        if (time := self.time) is not None:
            for day, bound in zip(days, (">=", "<"), strict=True):
                if day:
                    filtered = filtered.where(time.of.op(bound)(day))
        counted = filtered.with_only_columns(literal(1), maintain_column_froms=True)
        total = connection.execute(
            select(func.count()).select_from(counted.limit(MOST_COUNTED + 1).subquery())
        ).scalar_one()
        order = self._order(asked)
        offset, limit = self._range(asked, total)
        size = self._size(asked)
        rows = connection.execute(
            filtered.order_by(*self._ordered(order)).offset(offset).limit(limit)
        ).all()
        choices = {
            column.name: self._stored(connection, source, column)
            for column in self.columns
            if column.filters and column.kind is not ColumnKind.TIME
        }
        return ListView(self, asked, rows, total, offset, size, order, chosen, days, choices)

    def shown(self, rows: Sequence[Any], asked: ListQuery) -> ListView:
        """Return what is asked of a list that was reckoned."""
        kept = list(rows)
        chosen = self._chosen(asked)
        for column in self.columns:
            if column.name in chosen:
                kept = [row for row in kept if str(column.get(row)) == chosen[column.name]]
        days = since, until = self._days(asked)
        if (time := self.time) is not None and (since or until):
            times = ((row, time.get(row)) for row in kept)
            kept = [row for row, at in times if at and since <= at and (not until or at < until)]
        order = self._order(asked)
        by = self._column(order.removeprefix("-"))
        unknown = [row for row in kept if by.get(row) is None]
        ordered = sorted(
            (row for row in kept if by.get(row) is not None),
            key=by.get, reverse=order.startswith("-"),
        ) + unknown  # fmt: skip
        offset, limit = self._range(asked, len(ordered))
        choices = {
            column.name: column.choices or sorted({str(column.get(row)) for row in rows} - {"None"})
            for column in self.columns
            if column.filters and column.kind is not ColumnKind.TIME
        }
        part, size = ordered[offset : offset + limit], self._size(asked)
        return ListView(self, asked, part, len(ordered), offset, size, order, chosen, days, choices)

    def _column(self, name: str) -> Column:
        return next(one for one in self.columns if one.name == name)

    def _chosen(self, asked: ListQuery) -> dict[str, str]:
        """Return what is filtered by choice: a column's name, and the value it must have."""
        given = {
            one.name: asked.of_list(self.name, one.name)
            for one in self.columns
            if one.filters and one.kind is not ColumnKind.TIME
        }
        return {
            name: text
            for name, text in given.items()
            if text and text in (self._column(name).choices or (text,))
        }

    def _days(self, asked: ListQuery) -> tuple[str, str]:
        """Return from when and until when; empty where the address names no such day."""
        first, last = (asked.day(self.name, what) for what in ("from", "to"))
        return asked.begins(first) if first else "", asked.ends(last) if last else ""

    def _order(self, asked: ListQuery) -> str:
        wanted = asked.of_list(self.name, "sort")
        names = {one.name for one in self.columns if one.sorts}
        return wanted if wanted.removeprefix("-") in names else self.order

    def _ordered(self, order: str) -> list[Any]:
        by = self._column(order.removeprefix("-")).of
        first = by.desc() if order.startswith("-") else by.asc()
        if getattr(by, "nullable", True):  # databases differ on where what is unknown belongs
            first = first.nulls_last()
        return [first, *self.then]

    def _range(self, asked: ListQuery, total: int) -> tuple[int, int]:
        """Return where to begin, and how many rows to take: a page, or all for a file."""
        if asked.file.partition(".")[0] == self.name:
            return 0, self.most
        size = self._size(asked)
        pages = max(1, -(-min(total, MOST_COUNTED) // size))
        return (min(asked.number(self.name, "page"), pages) - 1) * size, size

    def _size(self, asked: ListQuery) -> int:
        """Return how many rows a page has: as many as somebody wants of those that are offered."""
        wanted = asked.number(self.name, "rows")
        return wanted if wanted in self.sizes else self.page

    def _stored(self, connection: Connection, source: Select[Any], column: Column) -> Sequence[str]:
        if column.choices is not None:
            return column.choices
        if column.kind is ColumnKind.DOOR:
            return known_doors(connection)
        values = source.with_only_columns(column.of, maintain_column_froms=True)
        distinct = values.distinct().order_by(None).limit(_MOST_CHOICES)
        return sorted(str(one) for one in connection.execute(distinct).scalars() if one is not None)
