"""The columns of a list (清单), and how each cell reads on a page and in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from gate_agent.contract.moment import on_clock, parse_utc
from gate_agent.words import Lang, word
from gate_collector.store.doors import doer
from gate_collector.web.spans import span, spoken

PAGE = 50
SIZES = (10, 25, 50, 100, 200)  # how many rows of a list somebody may want on a page
MOST_COUNTED = 100_000  # a list of more is told as more than so many
MOST_IN_A_FILE = 20_000
_NOTHING = "–"


def numbers(first: int, last: int) -> str:
    """Return the numbers of events from `first` to `last`, as a cell shows them."""
    return f"{first}–{last}" if last != first else str(first)


class ColumnKind(StrEnum):
    """What a column holds, and so how it is read, filtered and put into a file."""

    TEXT = "text"
    WORD = "word"  # a code that the table of words knows
    DOOR = "door"
    WHO = "who"  # who did it: a person, a post, or a door by itself
    TIME = "time"  # as it is kept: UTC
    DAY = "day"
    NUMBER = "number"
    SPAN = "span"  # how long something took
    CELSIUS = "celsius"  # hundredths of a degree


def section(name: str) -> str:
    """Return the section of the table of words that a column's codes are of."""
    return name


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `of` is its expression in the database, `value` how it is got from a row.

    `says` reads a cell where its words depend on the reader's language and no code stands for them;
    the value is what rows are filtered and ordered by, the same in every language.
    """

    name: str
    label: str
    kind: ColumnKind = ColumnKind.TEXT
    of: Any = None
    value: Callable[[Any], Any] | None = None
    says: Callable[[Any, Lang], str] | None = None
    words: str = ""
    choices: Sequence[str] | None = None  # None: those that are in the list
    filters: bool = False
    sorts: bool = True
    in_page: bool = True  # else in files alone
    in_file: bool = True
    per: int = 1  # of a span: so many make a second
    href: Callable[[Any], str] | None = None

    def get(self, row: Any) -> Any:
        """Return the value of a row in this column."""
        return attrgetter(self.name)(row) if self.value is None else self.value(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One list; `order` is a column's name, with a minus before it where the greatest is first."""

    name: str
    title: str
    columns: tuple[Column, ...]
    order: str
    then: tuple[Any, ...] = ()  # what orders rows that are equal in that
    page: int = PAGE
    empty: str = "say.none"
    bad: Callable[[Any], bool] = lambda _row: False
    marks: Callable[[Any], dict[str, str]] = lambda _row: {}  # attributes of a row

    @property
    def time(self) -> Column | None:
        """The column by whose days the list is filtered."""
        times = (one for one in self.columns if one.filters and one.kind is ColumnKind.TIME)
        return next(times, None)

    @property
    def sizes(self) -> list[int]:
        """How many rows a page may have."""
        return sorted({*SIZES, self.page})

    @property
    def most(self) -> int:
        """How many rows a file takes."""
        return MOST_IN_A_FILE

    @property
    def most_counted(self) -> int:
        """How many rows are counted, and can be paged through."""
        return MOST_COUNTED


class Cells:
    """How the cells of one page read: in its reader's language, on the hall's clock."""

    def __init__(
        self, lang: Lang, names: Callable[[], Mapping[str, str]], zone: ZoneInfo, now: datetime
    ) -> None:
        """Take what the doors are called by their ids, and the present time."""
        self.lang: Lang = lang
        self._names, self._zone, self._now = names, zone, now

    def shown(self, column: Column, row: Any) -> str:
        """Return a cell as a page shows it."""
        value = column.get(row)
        if value is None or (value == "" and column.kind is not ColumnKind.DOOR):
            return _NOTHING
        match column.kind:
            case ColumnKind.DOOR if value:
                return door(value, self._names())
            case ColumnKind.TIME:
                exact = f"{on_clock(parse_utc(value), self._zone):%Y-%m-%d %H:%M:%S}"
                text = spoken(value, self._now, self._zone, self.lang)
                return Markup('<time title="{}">{}</time>').format(exact, text)
            case ColumnKind.SPAN:
                return span(value / column.per, self.lang)
            case ColumnKind.CELSIUS:
                return f"{value / 100:.1f} ℃"
        return str(self.plain(column, row))

    def plain(self, column: Column, row: Any) -> str | int | float:
        """Return a cell as a file holds it."""
        value = column.get(row)
        if value is None:
            return ""
        if column.says is not None:
            return column.says(row, self.lang)
        match column.kind:
            case ColumnKind.WORD | ColumnKind.DOOR | ColumnKind.WHO:
                return self.choice(column, value)
            case ColumnKind.TIME:
                return f"{on_clock(parse_utc(value), self._zone):%Y-%m-%d %H:%M:%S}"
            case ColumnKind.SPAN:
                return round(float(value) / column.per, 1)
            case ColumnKind.CELSIUS:
                return float(value) / 100
            case ColumnKind.NUMBER:
                return int(value)
        return str(value)

    def heading(self, column: Column) -> str:
        """Return what a column of a file is called: with its unit."""
        name = word(column.label, self.lang)
        match column.kind:
            case ColumnKind.SPAN:
                return word("list.in_seconds", self.lang, name=name)
            case ColumnKind.CELSIUS:
                return word("list.in_degrees", self.lang, name=name)
        return name

    def choice(self, column: Column, value: str) -> str:
        """Return what one value of a column is called."""
        if column.kind is ColumnKind.DOOR:  # what is of no door is of the whole hall
            return self._names().get(value, value) if value else word("ledger.hall", self.lang)
        if column.kind is ColumnKind.WHO:
            return doer(value, self._names(), self.lang)
        return word(f"{column.words}.{value}", self.lang) if column.words else str(value)


def door(gate: str, names: Mapping[str, str]) -> str:
    """Return what people call a door; its id is there for who looks for it."""
    name = names.get(gate, gate)
    markup = Markup("{}") if name == gate else Markup('<span title="{id}">{}</span>')
    return markup.format(name, id=gate)
