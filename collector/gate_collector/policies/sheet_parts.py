"""Measures each part of a workbook before anything else reads it, and notes what a sheet hides.

A small file may unpack to what takes minutes and gigabytes to parse. So a part is streamed once
through expat alone, which keeps nothing, and is refused at the first piece that is too much.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, Literal
from xml.parsers import expat

from gate_collector.policies.book import PolicyFault
from gate_collector.policies.sheet_words import said

MOST_UNPACKED = 24 * 1024 * 1024  # 50,000 of a roster as Excel writes it take 21 MB
MOST_ROWS = 100_000
MOST_COLUMNS = 200
_MOST_PLACES = 2_000_000  # rows by columns: 50,000 rows of 40
_MOST_IN_ROWS = 1_000_000  # elements of all rows: 50,000 rows of nine cells
_MOST_IN_TEXTS = 600_000  # elements of shared texts: 50,000 rows of three, and how they sound
_MOST_ELSEWHERE = 20_000  # styles, names, rules: each becomes an object of kilobytes
_MOST_ATTRIBUTES = 1_000_000  # characters there: lists of ranges, each an object
_MOST_IN_ONE = 1_200  # elements of one row or one text
_MOST_DEPTH = 32
_MOST_TEXT = 32_767  # characters that Excel takes in a cell
_PIECE = 16 * 1024
_MOST_TOKEN = 64 * 1024  # a tag or a comment that expat must hold whole, and read anew each piece
_LAST_ROW = 1_048_576
_LEAST_HEIGHT = 5.0  # points: no letter can be read in less
_LEAST_WIDTH = 1.0  # characters
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_MOST_LETTERS = 3  # of a column: XFD is the last
_CONTENT = frozenset((f"{_MAIN}v", f"{_MAIN}is", f"{_MAIN}f"))
_CRITERIA = frozenset(
    f"{_MAIN}{one}"
    for one in ("filters", "customFilters", "top10", "dynamicFilter", "colorFilter", "iconFilter")
)
STYLES = "xl/styles.xml"  # where the reader looks for them
_ROW_DEPTH, _TEXT_DEPTH, _CRITERIA_DEPTH = 3, 2, 4
Role = Literal["sheet", "texts", "other"]


@dataclass(slots=True)
class SheetFacts:
    """What a sheet's XML says that its rows do not."""

    rows: int = 0
    last: int = 0
    first_filled: int = 0
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    filtered: bool = False

    @property
    def filled(self) -> bool:
        """Whether a cell holds anything."""
        return self.first_filled > 0


@dataclass(slots=True)
class _Spent:
    """What the parts that were measured hold together."""

    in_rows: int = 0
    in_texts: int = 0
    elsewhere: int = 0
    attributes: int = 0
    places: int = 0


class MeasuredArchive(zipfile.ZipFile):
    """A workbook's file, whose parts are each measured before the first reader has them."""

    def __init__(self, content: bytes) -> None:
        super().__init__(io.BytesIO(content))
        unpacked = sum(part.file_size for part in self.infolist())
        _check(unpacked, MOST_UNPACKED, "too_large")
        if len(set(self.namelist())) < len(self.namelist()):
            raise zipfile.BadZipFile("expected one part of a name, got two")
        self._roles: dict[str, Role] = {}
        self._spent = _Spent()
        self._measured: dict[str, SheetFacts] = {}

    def open(
        self,
        name: str | zipfile.ZipInfo,
        mode: Literal["r", "w"] = "r",
        pwd: bytes | None = None,
        *,
        force_zip64: bool = False,
    ) -> IO[bytes]:
        """Return a part that is no more than a workbook needs. Raises PolicyFault."""
        self.facts(name if isinstance(name, str) else name.filename)
        return super().open(name, mode, pwd, force_zip64=force_zip64)

    def stream(self, sheets: Sequence[str], texts: str | None) -> None:
        """Let parts that are read piece by piece be larger than those that are read at once."""
        if set(sheets) & {texts, *self._measured, STYLES}:
            raise ValueError("expected sheets in parts of their own")
        self._roles |= dict.fromkeys(sheets, "sheet")
        if texts is not None and texts not in {*self._measured, STYLES}:
            self._roles[texts] = "texts"

    def facts(self, name: str) -> SheetFacts:
        """Return what a part says of itself, measured once. Raises PolicyFault."""
        if name not in self._measured:
            meter = _Meter(self._spent, self._roles.get(name, "other"))
            with super().open(name) as part:
                meter.read(part)
            self._measured[name] = meter.facts
        return self._measured[name]


class _Meter:
    def __init__(self, spent: _Spent, role: Role) -> None:
        self.facts = SheetFacts()
        self._spent, self._role = spent, role
        self._depth = self._text = self._inside = 0
        self._row_hidden = self._row_filled = self._is_small = False
        self._place = -1
        self._sized: set[int] = set()
        self._narrow = False
        self._parser = expat.ParserCreate(None, "}")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self, part: IO[bytes]) -> None:
        """Read a part to its end, or to the first of it that is too much."""
        fed = 0
        while piece := part.read(_PIECE):
            self._parser.Parse(piece)
            fed += len(piece)
            _check(fed - max(self._parser.CurrentByteIndex, 0), _MOST_TOKEN, "overloaded")
        self._parser.Parse(b"", True)  # noqa: FBT003 that it is all
        facts = self.facts
        if self._is_small and facts.filled and not facts.hidden_rows:
            facts.hidden_rows.append(facts.first_filled)
        if self._narrow:
            facts.hidden_columns |= set(range(MOST_COLUMNS)) - self._sized

    def _doctype(self, *_: object) -> None:
        raise ValueError("expected no document type, got one")

    def _characters(self, text: str) -> None:
        self._text += len(text)
        _check(self._text, _MOST_TEXT, "too_long_text")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._text = 0
        _check(self._depth, _MOST_DEPTH, "overloaded")
        if self._inside:
            self._inside += 1
            _check(self._inside - 1, _MOST_IN_ONE, "overloaded")
            self._count_inside()
            if self._role == "sheet":
                self._in_row(name, attributes)
        elif self._role == "sheet" and name == f"{_MAIN}row":
            self._row(attributes)
        elif self._role == "texts" and name == f"{_MAIN}si" and self._depth == _TEXT_DEPTH:
            self._inside = 1
            self._count_inside()
        else:
            self._spent.elsewhere += 1
            _check(self._spent.elsewhere, _MOST_ELSEWHERE, "overloaded")
            self._spent.attributes += sum(map(len, attributes.values()))
            _check(self._spent.attributes, _MOST_ATTRIBUTES, "overloaded")
            if self._role == "sheet":
                self._beside(name, attributes)

    def _count_inside(self) -> None:
        if self._role == "sheet":
            self._spent.in_rows += 1
            _check(self._spent.in_rows, _MOST_IN_ROWS, "too_many_cells")
        else:
            self._spent.in_texts += 1
            _check(self._spent.in_texts, _MOST_IN_TEXTS, "too_many_cells")

    def _end(self, _: str) -> None:
        is_over = self._depth == (_ROW_DEPTH if self._role == "sheet" else _TEXT_DEPTH)
        if self._inside and is_over:
            self._inside = 0
            self._spent.places += self._place + 1
            _check(self._spent.places, _MOST_PLACES, "too_many_cells")
            if self._row_filled and self._row_hidden:
                self.facts.hidden_rows.append(self.facts.last)
            self._place, self._row_filled = -1, False
        self._depth -= 1

    def _row(self, attributes: dict[str, str]) -> None:
        facts = self.facts
        facts.rows += 1
        if facts.rows > MOST_ROWS + 1:
            raise PolicyFault([said("too_many_rows", most=MOST_ROWS)])
        number = int(attributes.get("r", facts.last + 1))
        if self._depth != _ROW_DEPTH or not facts.last < number <= _LAST_ROW:
            raise ValueError("expected rows that follow each other among a sheet's data")
        facts.last = number
        self._row_hidden = _is_hidden(attributes, "ht", _LEAST_HEIGHT)
        self._inside = 1
        self._count_inside()

    def _in_row(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{_MAIN}row":
            raise ValueError("expected no row in a row")
        if self._depth == _ROW_DEPTH + 1:
            place = _place(attributes.get("r", ""), self._place + 1)
            _check(place + 1, MOST_COLUMNS, "too_many_columns")
            if place <= self._place:  # the reader would leave out what comes after
                raise ValueError("expected cells that follow each other")
            self._place = place
        elif self._depth == _ROW_DEPTH + 2 and name in _CONTENT:
            self._row_filled = True
            self.facts.first_filled = self.facts.first_filled or self.facts.last
            if name == f"{_MAIN}f":
                self.facts.formulas.add((self.facts.last, self._place))

    def _beside(self, name: str, attributes: dict[str, str]) -> None:
        match name.removeprefix(_MAIN):
            case "col":
                first, last = int(attributes.get("min", "1")), int(attributes.get("max", "1"))
                columns = set(range(max(first, 1) - 1, min(last, MOST_COLUMNS)))
                self._sized |= columns
                if _is_hidden(attributes, "width", _LEAST_WIDTH):
                    self.facts.hidden_columns |= columns
            case "mergeCell":
                self.facts.merged.append(attributes.get("ref", "?"))
            case "sheetFormatPr":  # of the rows and columns that say nothing of themselves
                self._is_small = _is_set(attributes.get("zeroHeight")) or _is_less(
                    attributes.get("defaultRowHeight"), _LEAST_HEIGHT
                )
                self._narrow = _is_less(attributes.get("defaultColWidth"), _LEAST_WIDTH)
            case "sheetPr" if _is_set(attributes.get("filterMode")):
                self.facts.filtered = True
            case _ if name in _CRITERIA and self._depth == _CRITERIA_DEPTH:
                self.facts.filtered = True


def _check(got: int, most: int, fault: str) -> None:
    if got > most:
        raise PolicyFault([said(fault, most=most, n=got)])


def _is_hidden(attributes: dict[str, str], size: str, least: float) -> bool:
    """Whether nobody sees a row or a column: it is said to be hidden, or is next to nothing."""
    return _is_set(attributes.get("hidden")) or _is_less(attributes.get(size), least)


def _is_set(flag: str | None) -> bool:
    return flag not in (None, "0", "false")


def _is_less(size: str | None, least: float) -> bool:
    return size is not None and not float(size) >= least  # also what is no number


def _place(name: str, otherwise: int) -> int:
    """Return the place of a cell such as AB12, from 0."""
    letters = name.rstrip("0123456789")
    if len(letters) > _MOST_LETTERS:
        raise ValueError("expected the name of a cell")
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1 if letters else otherwise
