"""One instant as the gate records it: the wall clock, and a clock that never steps.

Every deadline is counted on `boot_ns` (nanoseconds since boot, sleep included): a wall clock
that is set back a day may spoil a label, never a time-out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

NS_PER_S = 1_000_000_000
_AHEAD_H = 14  # of the zone where a day begins first
_WRITTEN = date(2026, 11, 1)
_OFFSET = len("+00:00")


class ClockQuality(StrEnum):
    """How far the wall clock of an event can be believed (时钟质量)."""

    SYNCED = "synced"
    HOLDOVER = "holdover"
    UNSYNCED = "unsynced"
    STEPPED = "stepped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point in time: `utc` for people, `boot_ns` for deadlines and durations."""

    utc: datetime
    boot_ns: int

    @property
    def booted(self) -> datetime:
        """When the board booted, by its wall clock: it moves only when that is stepped."""
        return self.utc - timedelta(microseconds=self.boot_ns // 1000)

    @property
    def newest_day(self) -> date:
        """The newest day that may have begun somewhere: nobody is born after it.

        A board whose clock stands in the past must not refuse the young: it is no earlier than
        when this was written.
        """
        return max((self.utc + timedelta(hours=_AHEAD_H)).date(), _WRITTEN)

    def plus_s(self, seconds: float) -> int:
        """Return the deadline `seconds` from here, in nanoseconds since boot."""
        return self.boot_ns + round(seconds * NS_PER_S)

    def seconds_since(self, earlier: Moment) -> float:
        """Return the seconds from `earlier` to here, on the clock that never steps."""
        return (self.boot_ns - earlier.boot_ns) / NS_PER_S


def on_clock(utc: datetime, zone: tzinfo) -> datetime:
    """Return a moment by the clock of `zone`.

    A broken clock may tell the last day of the calendar, beyond which no zone can go: as it is.
    """
    try:
        return utc.astimezone(zone)
    except OverflowError:
        return utc


def format_utc(value: datetime) -> str:
    """Return `value` as RFC 3339 in UTC with milliseconds, as it stands in every event."""
    if value.tzinfo is None:
        raise ValueError("expected an aware datetime, got a naive one")
    return value.astimezone(UTC).isoformat(timespec="milliseconds")[:-_OFFSET] + "Z"


def parse_utc(text: str) -> datetime:
    """Return the aware UTC datetime that `text` (RFC 3339) names; ValueError if it is none."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(f"expected a time with its zone, got {text!r}")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def corrected_utc(booted: str, boot_ns: int) -> str:
    """Return when something happened, by a clock synchronised later (更正时间).

    `booted` is when its boot began (`gate.clock.synced.v1`), `boot_ns` how long after.
    """
    return format_utc(parse_utc(booted) + timedelta(microseconds=boot_ns // 1000))
