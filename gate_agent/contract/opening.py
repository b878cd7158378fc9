"""When the hall serves, which windows do (服务时间, 窗口), and how the public is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import time
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from gate_agent.contract.hall_times import HallTime
from gate_agent.contract.setting import StrictModel

Purpose = Annotated[str, Field(min_length=1, max_length=40)]
GREEN_CHANNEL: Purpose = "绿色通道"  # the own purpose of who comes by it
_RUN = 3  # so many days in a row are said as from the first to the last
Say = Callable[..., str]  # a word's key and what fills its blanks: its text


class Weekday(StrEnum):
    """A day of the week, as the calendar counts them."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class OpeningHours(StrictModel):
    """When the hall serves (服务时间) on some days of the week."""

    days: tuple[Weekday, ...] = Field(tuple(Weekday)[:5], min_length=1, max_length=7)
    opens: HallTime = time(9, 0)
    closes: HallTime = time(17, 0)


class ServiceWindow(StrictModel):
    """A window, or several of one kind (窗口): what is done there, and whether it serves."""

    name: str = Field(min_length=1, max_length=40)
    purposes: tuple[Purpose, ...] = Field((), description="what is done there")
    open: bool = True
    online: bool = Field(
        default=False, description="staffed for online work 网上办: nobody is served there"
    )


def offered(purposes: Iterable[Purpose], windows: Iterable[ServiceWindow]) -> tuple[Purpose, ...]:
    """Return what somebody can come for now: what an open window does, or no window is named for.

    (部分窗口: a purpose of which every window is shut is offered to nobody.)
    """
    served = {one for window in windows if window.open and not window.online
              for one in window.purposes}  # fmt: skip
    shut = {one for window in windows for one in window.purposes} - served
    return tuple(purpose for purpose in purposes if purpose not in shut)


def said_hours(opening: Iterable[OpeningHours], say: Say) -> str:
    """Return the hours as people say them: "周一至周五 09:00–17:00"; empty if none are set."""
    return say("opening.and").join(
        say("opening.hours", days=_days(one.days, say), opens=f"{one.opens:%H:%M}",
            closes=f"{one.closes:%H:%M}")
        for one in opening
    )  # fmt: skip


def said_windows(windows: Sequence[ServiceWindow], say: Say) -> str:
    """Return which windows serve, and which are shut; empty if none are named."""
    kinds = {
        "opening.serving": [w.name for w in windows if w.open and not w.online],
        "opening.online": [w.name for w in windows if w.open and w.online],
        "opening.shut": [w.name for w in windows if not w.open],
    }
    return say("opening.and").join(
        say(key, windows=say("between.names").join(names)) for key, names in kinds.items() if names
    )


def _days(days: tuple[Weekday, ...], say: Say) -> str:
    """Return runs of days as such: 周一至周五、周日."""
    week = list(Weekday)
    runs: list[list[int]] = []
    for at in sorted({week.index(day) for day in days}):
        if runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    named = [[say(f"weekday.{week[at]}") for at in run] for run in runs]
    return say("between.names").join(
        say("opening.until", first=run[0], last=run[-1]) if len(run) >= _RUN else
        say("between.names").join(run)
        for run in named
    )  # fmt: skip
