"""How fast people are told: no robot more often than it takes, no door louder than the others."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from datetime import datetime, timedelta

_MINUTE = timedelta(minutes=1)
_MOST_A_MINUTE = 18  # robots of WeCom and DingTalk refuse the 21st of a minute


class AddressPace:
    """Which addresses may be told now."""

    def __init__(self) -> None:
        self._told: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def may(self, urls: Sequence[str], now: datetime) -> bool:
        """Whether every one of these addresses takes one more message."""
        return all(_recent(self._told[url], now, _MINUTE) < _MOST_A_MINUTE for url in urls)

    def told(self, urls: Sequence[str], now: datetime) -> None:
        """Remember that these addresses were told something."""
        for url in urls:
            self._told[url].append(now)


class SpanCounter:
    """Counts how many of one sort came within a span of time."""

    def __init__(self, within: timedelta) -> None:
        self._within = within
        self._came: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def count(self, sort: str, now: datetime) -> int:
        """Count one more; return how many there are with it."""
        came = self._came[sort]
        came.append(now)
        return _recent(came, now, self._within)


def _recent(times: deque[datetime], now: datetime, within: timedelta) -> int:
    while times and not now - within < times[0] <= now:  # or after: the clock was set back
        times.popleft()
    return len(times)
