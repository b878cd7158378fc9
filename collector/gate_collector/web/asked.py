"""What an address asks of the lists of its page: filters, order, page, a file. Pure.

Parameters of a list begin with its name: `late.gate=west-1f&late.sort=-late_ms&late.page=2`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from gate_agent.contract.moment import format_utc

FILE = "file"  # the parameter that asks for a list as a file: late.csv
_OF_A_LIST = re.compile(r"[a-z_]{1,30}\.[a-z_]{1,30}")
_LONGEST = 80
_ONE_DAY = timedelta(days=1)
_EVER_BEFORE, _NEVER = "0", "9"  # compared with times as they are kept


class ListQuery:
    """The parameters of one request, as far as lists know them; anything else is left out."""

    def __init__(
        self, parameters: Mapping[str, str], zone: ZoneInfo, keep: Collection[str] = ()
    ) -> None:
        """Take an address's parameters; `keep`: those of the page itself, which links keep."""
        self.zone = zone
        self.file = parameters.get(FILE, "")
        self._given = {
            name: text
            for name, text in parameters.items()
            if (name in keep or name == "lang" or _OF_A_LIST.fullmatch(name))
            and 0 < len(text) <= _LONGEST
        }

    def of_list(self, name: str, what: str) -> str:
        """Return one parameter of a list; empty where the address has none."""
        return self._given.get(f"{name}.{what}", "")

    def number(self, name: str, what: str) -> int:
        """Return a parameter that is a number from 1 on; 1 where it is none."""
        text = self.of_list(name, what)
        return max(1, int(text)) if text.isdecimal() and len(text) < _LONGEST // 8 else 1

    def day(self, name: str, what: str) -> date | None:
        """Return a parameter that is a day; None where it is none."""
        try:
            return date.fromisoformat(self.of_list(name, what))
        except ValueError:
            return None

    def begins(self, day: date) -> str:
        """Return when a day of the hall begins, as times are kept."""
        try:
            return format_utc(datetime.combine(day, time(), tzinfo=self.zone))
        except OverflowError:  # the first day of the calendar, where the sun rises early
            return _EVER_BEFORE

    def ends(self, day: date) -> str:
        """Return when a day of the hall is over, as times are kept."""
        return _NEVER if day == date.max else self.begins(day + _ONE_DAY)

    def with_changes(self, changes: Mapping[str, str]) -> str:
        """Return the parameters with some of them changed, without those that are now empty."""
        given = {name: text for name, text in (self._given | dict(changes)).items() if text}
        return "?" + urlencode(given)

    def others(self, name: str) -> dict[str, str]:
        """Return what a form of this list must send along: all that is not the list's own."""
        return {key: text for key, text in self._given.items() if not key.startswith(f"{name}.")}
