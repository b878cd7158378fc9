"""Reads a people script (来人脚本): a CSV of who comes when, and what the devices see of them.

A line a person, in the order in which they come; a line that begins with # is a note. What is left
empty is as usual. `docs/emulation.md` explains the columns.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

from gate_agent.emulation.people import Arrival, faulty, synthetic_card
from gate_agent.errors import ConfigurationError

COLUMNS = (
    "at_s", "door", "who", "skin", "hat_s", "card", "card_after_s", "stays_s", "gap_s", "with",
)  # fmt: skip
CARDS = ("read", "faulty", "hasty", "none")
_HASTY_S, _STAYS_S = 0.2, 1.8  # how long a card lies
_FIRST_CARD = 900_000  # far from any crowd's
_AMBIENT_CENTI_C = 2400
_COLDEST, _HOTTEST = 20.0, 45.0


def read_people(path: Path, gate: str) -> list[Arrival]:
    """Return who comes to this door. Raises ConfigurationError with every fault and its line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigurationError([f"{path}: expected a people script, got: {exc}"]) from exc
    script = _Script(path)
    people = script.read(text)
    if script.faults:
        raise ConfigurationError(script.faults)
    return [arrival for door, arrival in people if door in ("", gate)]


class _Script:
    """One file, and what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.faults: list[str] = []
        self._path = path
        self._line = 1
        self._cards: dict[str, int] = {}
        self._adults: dict[str, int] = {}  # whose companions are counted, by place in the list

    def read(self, text: str) -> list[tuple[str, Arrival]]:
        """Return each person with the door; faults are kept."""
        lines = csv.reader(io.StringIO(text))
        people: list[tuple[str, Arrival]] = []
        head: list[str] | None = None
        latest_s = 0.0
        for row in lines:
            self._line = lines.line_num
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if head is None:
                head = cells
                self._check_head(head)
                continue
            if len(cells) != len(head):
                self._fault("", f"{len(head)} columns", f"{len(cells)}")
                continue
            cell = dict(zip(head, cells, strict=True))
            arrival = self._arrival(cell, people)
            if arrival.at_s is not None:
                if arrival.at_s < latest_s:
                    self._fault("at_s", f"no earlier than {latest_s:g}", cell["at_s"])
                latest_s = max(latest_s, arrival.at_s)
            people.append((cell.get("door", ""), arrival))
        if head is None:
            self._fault("", "a line of column names", "none")
        return people

    def _check_head(self, head: list[str]) -> None:
        for name in head:
            if name not in COLUMNS:
                self._fault("", f"columns of {', '.join(COLUMNS)}", name)
        if len(set(head)) != len(head):
            self._fault("", "each column once", "one twice")
        for name in ("who", "skin"):
            if name not in head:
                self._fault("", f"a column {name}", "none")

    def _arrival(self, cell: dict[str, str], people: list[tuple[str, Arrival]]) -> Arrival:
        who, adult = cell.get("who", ""), cell.get("with", "")
        if not who:
            self._fault("who", "a name for this person, any word", "nothing")
        skin = self._number(cell, "skin", None, _COLDEST, _HOTTEST)
        hat_s = self._number(cell, "hat_s", 0.0, 0.0, 60.0)
        stays_s = self._number(cell, "stays_s", 2.6 + hat_s, 0.1, 600.0)
        lies = cell.get("card", "") or ("none" if adult else "read")
        if lies not in CARDS:
            self._fault("card", f"one of {', '.join(CARDS)}", lies)
        card = synthetic_card(_FIRST_CARD + self._cards.setdefault(who, len(self._cards)))
        if adult:
            self._join(adult, people)
        self._adults[who] = len(people)
        return Arrival(
            card=None if lies == "none" else faulty(card) if lies == "faulty" else card,
            kind="child" if adult else "visitor",
            surface_centi_c=round(skin * 100),
            ambient_centi_c=_AMBIENT_CENTI_C,
            card_delay_s=self._number(cell, "card_after_s", 0.4, -30.0, 60.0),
            card_stays_s=_HASTY_S if lies == "hasty" else _STAYS_S,
            stays_s=stays_s,
            hat_s=hat_s,
            gap_s=self._number(cell, "gap_s", 1.3, 0.0, 3600.0),
            at_s=self._number(cell, "at_s", 0.0, 0.0, 86400.0) if cell.get("at_s") else None,
        )

    def _join(self, adult: str, people: list[tuple[str, Arrival]]) -> None:
        """Count somebody with whom they came with."""
        place = self._adults.get(adult)
        if place is None:
            self._fault("with", "who came on a line before", adult)
            return
        door, arrival = people[place]
        people[place] = door, replace(arrival, kind="family", companions=arrival.companions + 1)

    def _number(
        self, cell: dict[str, str], name: str, usual: float | None, least: float, most: float
    ) -> float:
        text = cell.get(name, "")
        if not text and usual is not None:
            return usual
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not least <= number <= most:
            self._fault(name, f"{least:g} to {most:g}", text or "nothing")
            return least
        return number

    def _fault(self, column: str, expected: str, got: str) -> None:
        where = f"{column}: " if column else ""
        self.faults.append(f"{self._path}:{self._line}: {where}expected {expected}, got {got}")
