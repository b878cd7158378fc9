"""Whether anybody would see an alarm: a guard screen is attached, and somebody touches it."""

from __future__ import annotations

from collections.abc import Callable

from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.records import Absence, Record, ScreenAttended, ScreenUnattended

NO_SCREEN_S = 30.0
UNTOUCHED_S = 8 * 3600.0  # a shift
_AFTER_S = {Absence.NO_SCREEN: NO_SCREEN_S, Absence.UNTOUCHED: UNTOUCHED_S}


class Attendance:
    """Looked at once a second; says once when nobody is there, and once when somebody is again."""

    def __init__(self, screens: Callable[[], int], now: Moment) -> None:
        self._screens = screens
        self._seen = dict.fromkeys(Absence, now)  # when somebody was there last
        self._told: set[Absence] = set()

    @property
    def absences(self) -> tuple[Absence, ...]:
        """Why nobody would see an alarm now; nothing if somebody would."""
        return tuple(sorted(self._told))

    def touched(self, now: Moment) -> list[Record]:
        """Take a touch of a guard screen."""
        return self._here(Absence.UNTOUCHED, now)

    def look(self, now: Moment) -> list[Record]:
        """Return what is to be recorded at this moment."""
        news = self._here(Absence.NO_SCREEN, now) if self._screens() else []
        for cause, after_s in _AFTER_S.items():
            since = self._seen[cause]
            if cause not in self._told and now.seconds_since(since) >= after_s:
                self._told.add(cause)
                news.append(ScreenUnattended(cause=cause, since=format_utc(since.utc)))
        return news

    def _here(self, cause: Absence, now: Moment) -> list[Record]:
        away_s = round(now.seconds_since(self._seen[cause]), 1)
        self._seen[cause] = now
        if cause not in self._told:
            return []
        self._told.discard(cause)
        return [ScreenAttended(cause=cause, away_s=max(0.0, away_s))]
