"""How close somebody came to a held person (接触程度): what is known, and in which order. Pure.

First who came along, then who passed the same door in the same minute, then who was inside for
as long, then who passed near in time, and at last whom the door listed for reasons of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SAME_MINUTE_S = 60.0
_LEAST_S = 1.0  # who leaves as another comes in was not inside with them


class Closeness(StrEnum):
    """How close, the closest first."""

    COMPANION = "companion"  # 随行
    SAME_MINUTE = "same_minute"  # 同一分钟经过
    INSIDE = "inside"  # 同时在馆
    PASSED = "passed"  # 同时段经过
    LISTED = "listed"  # 出入口提出


_ORDER = tuple(Closeness)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeInside:
    """A time in the hall; `until` is None while they were not seen leaving, and did not return."""

    since: datetime
    until: datetime | None
    is_seen: bool = True  # an exit saw them leave


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """So long two people were inside at one time."""

    seconds: float
    until: datetime  # when it ended, or may have ended
    is_seen: bool  # that both were still there is known to the end


def together(
    ours: Sequence[TimeInside], theirs: Iterable[TimeInside], end: datetime
) -> Together | None:
    """Return how long two were inside at one time until `end`; None where they were not.

    Whose leaving nobody saw may have been there until the end: that is told, and not believed.
    """
    parts = list(_parts(ours, theirs, end))
    seconds = sum((until - since).total_seconds() for since, until, _ in parts)
    if seconds < _LEAST_S:
        return None
    return Together(
        seconds=seconds,
        until=max(until for _, until, _ in parts),
        is_seen=all(is_seen for _, _, is_seen in parts),
    )


def _parts(
    ours: Sequence[TimeInside], theirs: Iterable[TimeInside], end: datetime
) -> Iterator[tuple[datetime, datetime, bool]]:
    for their in theirs:
        for our in ours:
            since = max(our.since, their.since)
            until = min(end, our.until or end, their.until or end)
            if since < until:
                yield since, until, their.is_seen


def nearest(moment: datetime, moments: Iterable[datetime]) -> timedelta | None:
    """Return how long after the nearest of `moments` this is, negative before it; None: no such."""
    return min((moment - one for one in moments), key=abs, default=None)


def rank(closeness: Closeness, inside: Together | None, apart_s: float) -> tuple[int, float, float]:
    """Return where somebody stands in the order: among those inside, the longest time first."""
    longest = inside.seconds if inside is not None and closeness is Closeness.INSIDE else 0.0
    return _ORDER.index(closeness), -longest, abs(apart_s)
