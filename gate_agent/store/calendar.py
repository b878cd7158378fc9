"""Which days passed at this journal, as far as they can be believed: what retention counts by.

A day passes for retention when the wall clock says so and the centre's receipt agrees with it, or
when 24 hours went by on the clock that never steps. A clock that jumps purges nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from gate_agent.contract.moment import NS_PER_S, Moment
from gate_agent.host.files import write_whole

_DAY_NS = 24 * 3600 * NS_PER_S
_MOST_MARKS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class DayMark:
    """A day that was seen to begin: every event up to `sequence` is of it or of a day before."""

    day: date
    sequence: int
    boot: str
    boot_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The days that passed at this journal, as far as they can be believed."""

    epoch: str
    marks: tuple[DayMark, ...] = ()

    def passed(
        self, now: Moment, *, boot: str, today: date, confirmed: bool, head: int
    ) -> Calendar:
        """Return the calendar at `now`; itself while no day has passed.

        `confirmed`: another clock, the centre's, agrees with ours since the last step.
        """
        last = self.marks[-1] if self.marks else None
        if last is None:
            return self._with(today, head, now, boot) if confirmed else self
        if confirmed and today > last.day:
            return self._with(today, head, now, boot)
        if boot == last.boot and now.boot_ns - last.boot_ns >= _DAY_NS:
            return self._with(last.day + timedelta(days=1), head, now, boot)
        return self

    def boundary(self, days: int) -> int:
        """Return the last event that is at least `days` days old; 0 if none is.

        A mark may be made at any hour of its day: it is a whole day later that it counts.
        """
        if not self.marks:
            return 0
        limit = self.marks[-1].day - timedelta(days=days)
        return max((mark.sequence for mark in self.marks if mark.day < limit), default=0)

    def _with(self, day: date, head: int, now: Moment, boot: str) -> Calendar:
        mark = DayMark(day=day, sequence=head, boot=boot, boot_ns=now.boot_ns)
        return Calendar(epoch=self.epoch, marks=(*self.marks, mark)[-_MOST_MARKS:])


def read_calendar(path: Path, epoch: str) -> Calendar:
    """Return the calendar of the journal `epoch`; an empty one where the file is not its own.

    A lost calendar begins anew: data stays longer, never shorter.
    """
    try:
        tree = json.loads(path.read_bytes())
        if tree["epoch"] != epoch:
            return Calendar(epoch=epoch)
        marks = tuple(
            DayMark(day=date.fromisoformat(day), sequence=sequence, boot=boot, boot_ns=boot_ns)
            for day, sequence, boot, boot_ns in tree["marks"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Calendar(epoch=epoch)
    return Calendar(epoch=epoch, marks=marks)


def write_calendar(path: Path, calendar: Calendar) -> None:
    """Keep the calendar: whole, or as it was."""
    marks = [[m.day.isoformat(), m.sequence, m.boot, m.boot_ns] for m in calendar.marks]
    write_whole(path, json.dumps({"epoch": calendar.epoch, "marks": marks}).encode())
