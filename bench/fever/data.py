"""Reads the study's two CSV files as they were published, with their quirks.

"Facial and oral temperature data from a large set of human subject volunteers", PhysioNet 2023,
doi 10.13026/3bhc-9065, CC0: FLIR_group1.csv, FLIR_group2.csv. Three header rows, a byte order
mark, four rounds side by side, blanks, typing errors. The temperatures are black-body corrected
already: T_offset must not be added again.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import fmean

FILES = ("FLIR_group1.csv", "FLIR_group2.csv")
ROUNDS = (1, 2, 3, 4)
_HEADER_ROWS = 3
_VIEWS = {"forehead centre": "T_FHCC", "forehead max": "T_FH_Max", "face max": "T_Max"}
_SKIN_CENTI_C = range(2500, 4500)  # outside: a typing error
_AMBIENT_CENTI_C = range(1000, 4000)


class DataError(Exception):
    """The files are not what the study published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One person of the study, in hundredths of °C; a view without any round is absent."""

    group: int
    at: datetime
    oral: int
    ambient: int
    skin: dict[str, int]


def read(folder: Path) -> list[Subject]:
    """Return everybody with an oral temperature and an ambient, in the order they came."""
    people = [
        subject
        for group, name in enumerate(FILES, start=1)
        for subject in _read_file(folder / name, group)
    ]
    return sorted(people, key=lambda subject: subject.at)


def _read_file(path: Path, group: int) -> list[Subject]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    except OSError as exc:
        raise DataError(f"{path}: expected to read it, got: {exc.strerror}") from exc
    if len(rows) <= _HEADER_ROWS:
        raise DataError(f"{path}: expected three header rows and people, got {len(rows)} rows")
    places: dict[str, int] = {}
    for place, name in enumerate(rows[_HEADER_ROWS - 1]):
        places.setdefault(name.strip(), place)
    wanted = ["aveOralM", "T_atm", "Date", "Time"]
    wanted += [f"{view}{number}" for view in _VIEWS.values() for number in ROUNDS]
    if missing := [name for name in wanted if name not in places]:
        raise DataError(f"{path}: expected the column {missing[0]} in row 3, got none")
    return [
        subject
        for row in rows[_HEADER_ROWS:]
        if (subject := _subject(dict(zip(places, _cells(row, places), strict=True)), group))
    ]


def _cells(row: list[str], places: dict[str, int]) -> list[str]:
    return [row[place].strip() if place < len(row) else "" for place in places.values()]


def _subject(cell: dict[str, str], group: int) -> Subject | None:
    oral = _centi_c(cell["aveOralM"], _SKIN_CENTI_C)
    ambient = _centi_c(cell["T_atm"], _AMBIENT_CENTI_C)
    if oral is None or ambient is None:
        return None  # a blank row, or nothing to compare with
    skin: dict[str, int] = {}
    for view, column in _VIEWS.items():
        rounds = [_centi_c(cell[f"{column}{number}"], _SKIN_CENTI_C) for number in ROUNDS]
        known = [value for value in rounds if value is not None]
        if known:
            skin[view] = round(fmean(known))
    at = datetime.strptime(f"{cell['Date']} {cell['Time']}", "%y-%m-%d %H:%M:%S")  # noqa: DTZ007 the study's local time
    return Subject(group=group, at=at, oral=oral, ambient=ambient, skin=skin)


def _centi_c(text: str, plausible: range) -> int | None:
    try:
        value = round(float(text) * 100)
    except ValueError:
        return None
    return value if value in plausible else None
