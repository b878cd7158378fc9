"""Times in documents that people write: by the hall's clock, within reach of a calendar."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, TypeVar

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Strict
from pydantic_core import PydanticCustomError

FIRST_YEAR, LAST_YEAR = 2000, 2199  # beyond them no zone's clock can tell every moment


T = TypeVar("T")
D = TypeVar("D", bound=date)


def _written_out(value: T) -> T:
    """Refuse a number, also as text: it would be seconds since 1970."""
    is_number = isinstance(value, str) and value.strip("+-. ").replace(".", "").isdigit()
    if is_number or not isinstance(value, str | date | time):
        raise PydanticCustomError("no_time", "expected a time written out, got another form")
    return value


def _of_the_hall(at: time) -> time:
    if at.tzinfo is not None:
        raise PydanticCustomError(
            "hall_time", "expected a time of the hall's clock such as 18:00, got one with an offset"
        )
    return at


def is_between(begins: time, ends: time, at: time) -> bool:
    """Whether a time of day is within these hours, which may pass midnight."""
    if begins <= ends:
        return begins <= at < ends
    return at >= begins or at < ends


def is_within_reach(day: date) -> bool:
    """Whether every zone's clock can tell a day or a moment: typed times are held against it."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def _within_reach(day: D) -> D:
    if not is_within_reach(day):
        raise PydanticCustomError(
            "out_of_reach",
            "expected a year from {first} to {last}, got {year}",
            {"first": FIRST_YEAR, "last": LAST_YEAR, "year": day.year},
        )
    return day


# Not strict: after a check of ours what came is no JSON any more, where a text may be a time.
_READ = (Strict(strict=False), BeforeValidator(_written_out))
HallTime = Annotated[time, *_READ, AfterValidator(_of_the_hall)]
HallDay = Annotated[date, *_READ, AfterValidator(_within_reach)]
HallMoment = Annotated[AwareDatetime, *_READ, AfterValidator(_within_reach)]
