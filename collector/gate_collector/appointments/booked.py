"""The appointments of a policy as rows, by a key that changes with them; how full days are. Pure.

A key is no reference to a person: it names an appointment exactly as it stands, so that an order
of a page that is out of date finds none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from enum import StrEnum
from hashlib import sha256

from gate_agent.contract.appointments import Appointment, CancelledAppointment, CancelReason
from gate_agent.contract.identity import Secret
from gate_agent.contract.moment import format_utc, on_clock
from gate_agent.contract.policy import Policy

_SHOWN = 4  # letters of a code


class BookingState(StrEnum):
    """What an appointment is."""

    BOOKED = "booked"  # 已预约
    GREEN = "green"  # 绿色通道
    CANCELLED = "cancelled"  # 已取消


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedRow:
    """One appointment, without whose it is."""

    key: str
    state: BookingState
    begins: str | None
    ends: str | None
    window: str  # by the hall's clock; empty: at any time
    code: str  # its last letters; empty: none, or not known here
    has_code: bool
    reason: str  # of a cancelled one

    @property
    def is_open(self) -> bool:
        """Whether it books somebody."""
        return self.state is not BookingState.CANCELLED


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLine:
    """How many are booked of a day, or of the window that begins at one time."""

    day: date
    window: str  # empty: the whole day
    booked: int
    most: int | None

    @property
    def is_full(self) -> bool:
        """Whether it takes nobody more."""
        return self.most is not None and self.booked >= self.most


def key_of(entry: Appointment | CancelledAppointment) -> str:
    """Return what names this appointment as it stands."""
    return sha256(entry.model_dump_json().encode()).hexdigest()[:32]


def window_of(entry: Appointment | CancelledAppointment, zone: tzinfo) -> str:
    """Return the times of day of an appointment: 09:00–10:00."""
    times = (at and f"{on_clock(at, zone):%H:%M}" for at in (entry.valid_from, entry.valid_until))
    return "–".join(at for at in times if at)


def shown_cancelled(policy: Policy) -> Iterator[CancelledAppointment]:
    """Yield what is cancelled; what was moved stands at its new time alone."""
    return (one for one in policy.cancelled if one.reason is not CancelReason.MOVED)


def rows(policy: Policy, codes: Mapping[str, Secret], zone: tzinfo) -> list[BookedRow]:
    """Return every appointment of a policy, with what is known of its code."""
    entries: tuple[Appointment | CancelledAppointment, ...] = (
        *policy.appointments, *shown_cancelled(policy)
    )  # fmt: skip
    return [_row(entry, codes, zone) for entry in entries]


def _row(
    entry: Appointment | CancelledAppointment, codes: Mapping[str, Secret], zone: tzinfo
) -> BookedRow:
    code = codes.get(entry.code_sha256 or "")
    if isinstance(entry, CancelledAppointment):
        state, reason = BookingState.CANCELLED, entry.reason.value
    else:
        state = BookingState.GREEN if entry.green_channel else BookingState.BOOKED
        reason = ""
    return BookedRow(
        key=key_of(entry),
        state=state,
        begins=None if entry.valid_from is None else format_utc(entry.valid_from),
        ends=None if entry.valid_until is None else format_utc(entry.valid_until),
        window=window_of(entry, zone),
        code=code.reveal()[-_SHOWN:] if code else "",
        has_code=entry.code_sha256 is not None,
        reason=reason,
    )


def quota_lines(policy: Policy, since: date, zone: tzinfo, *, days: int) -> list[QuotaLine]:
    """Return how full the first days from `since` on are, each with its windows."""
    begun = [entry for entry in policy.appointments if entry.valid_from is not None]
    by_day: dict[date, Counter[str]] = {}
    for entry in begun:
        begins = on_clock(entry.valid_from, zone) if entry.valid_from else None
        if begins is not None and begins.date() >= since:
            by_day.setdefault(begins.date(), Counter())[f"{begins:%H:%M}"] += 1
    lines = []
    for day in sorted(by_day)[:days]:
        windows = by_day[day]
        booked, most = sum(windows.values()), policy.quotas.of(day)
        lines.append(QuotaLine(day=day, window="", booked=booked, most=most))
        most = policy.quotas.per_window
        lines += [
            QuotaLine(day=day, window=window, booked=windows[window], most=most)
            for window in sorted(windows)
        ]
    return lines
