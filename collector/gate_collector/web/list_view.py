"""What somebody asked of a list (清单): its rows, its links, and the file of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from gate_agent.http.answers import refusal
from gate_agent.words import Lang, word
from gate_collector.web.asked import FILE, ListQuery
from gate_collector.web.columns import Cells, Column, Declared
from gate_collector.web.workbook import FORMS, Line, as_csv, workbook

_LONGEST_TITLE = 31  # of a sheet of a workbook


@dataclass(frozen=True, slots=True)
class ListView:
    """One page of a list, or all of it for a file."""

    listing: Declared
    asked: ListQuery
    rows: Sequence[Any]
    total: int
    offset: int
    size: int  # of a page
    order: str
    chosen: Mapping[str, str]
    days: tuple[str, str]
    choices: Mapping[str, Sequence[str]]

    @property
    def name(self) -> str:
        """What the list's parameters begin with."""
        return self.listing.name

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.chosen) or any(self.days)

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-min(self.total, self.listing.most_counted) // self.size)

    @property
    def page(self) -> int:
        """Which of them this is."""
        return self.offset // self.size + 1

    @property
    def fits_a_file(self) -> bool:
        """Whether a file takes all of it."""
        return self.total <= self.listing.most

    def count(self, lang: Lang) -> str:
        """Return which rows these are, of how many."""
        last = self.offset + len(self.rows)
        is_more = self.total > self.listing.most_counted
        key = "list.range_more" if is_more else "list.range"
        total = min(self.total, self.listing.most_counted)
        return word(key, lang, first=self.offset + 1, last=last, total=total)

    def at_page(self, page: int) -> str:
        """Return the address of another page of this list."""
        return self._link({"page": str(page) if page > 1 else ""})

    def sorted_by(self, column: Column) -> str:
        """Return the address of this list in the order of a column; the other way round if it is.

        The first page of it: where somebody was among the rows means nothing any more.
        """
        order = f"-{column.name}" if self.order == column.name else column.name
        return self._link({"sort": order, "page": ""})

    def direction(self, column: Column) -> str:
        """Return how the list is ordered by this column, as a heading says it."""
        if self.order.removeprefix("-") != column.name:
            return ""
        return "descending" if self.order.startswith("-") else "ascending"

    @property
    def unfiltered(self) -> str:
        """The address of the whole list."""
        empty = dict.fromkeys((*self.choices, "from", "to", "page"), "")
        return self._link(empty)

    def as_file(self, form: str) -> str:
        """Return the address of the file of this list."""
        return self.asked.with_changes({FILE: f"{self.name}.{form}"})

    def parameter(self, what: str) -> str:
        """Return the name of one of the list's parameters."""
        return f"{self.name}.{what}"

    def given(self, what: str) -> str:
        """Return what the address says of it."""
        return self.asked.of_list(self.name, what)

    def file(self, form: str, cells: Cells, at: str) -> Response:
        """Return all that is filtered as a file: CSV that Excel reads as UTF-8, or XLSX."""
        lang, columns = cells.lang, [one for one in self.listing.columns if one.in_file]
        if not self.fits_a_file:
            return refusal(
                422, code="too_many_rows", expected=f"at most {self.listing.most} rows",
                got="more: filter the list first",
            )  # fmt: skip
        headings = tuple(cells.heading(column) for column in columns)
        lines = list(self._lines(cells, columns))
        if form == "xlsx":
            title = word(self.listing.title, lang).replace("/", " ").replace(":", " ")
            body = workbook([(title[:_LONGEST_TITLE], headings, lines)])
        else:
            body = as_csv((headings, *lines))
        name = f"{self.name}-{at}.{form}".replace("_", "-")
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(body, media_type=FORMS[form], headers=headers)

    def _lines(self, cells: Cells, columns: Sequence[Column]) -> Iterator[Line]:
        for row in self.rows:
            yield tuple(cells.plain(column, row) for column in columns)

    def _link(self, changes: Mapping[str, str]) -> str:
        own = {self.parameter(what): text for what, text in changes.items()}
        return f"{self.asked.with_changes(own)}#{self.name}"
