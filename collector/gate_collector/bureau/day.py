"""What the bureau's day report says (全局每日零报告), merged from its halls' by figures. Pure.

A sum of what is not known is not known: a hall without a report is named, and hides in no total.
It is kept as JSON: a new field gets a default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from gate_agent.contract.records import Category, Decision
from gate_agent.words import LANGS, Lang
from gate_collector.reports.content import DoorDay, MergedReport, ReportVerdict
from gate_collector.reports.office import OfficeDay

Figure = int | None
_ADMITTED, _DENIED = Decision.ADMIT, Decision.DENY


class HallDayState(StrEnum):
    """What the bureau has of a hall's day."""

    REPORTED = "reported"
    MISSING = "missing"  # 未生成日报
    UNREAD = "unread"  # 无法读取
    TOUCHED = "touched"  # 与校验码不符: not the document that the hall made


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class HallDay(_Part):
    """One hall's day, by the newest version of its own report."""

    site: str
    name: str
    state: HallDayState
    cause: str = ""
    since: str = ""
    until: str = ""
    version: int | None = None
    sha256: str = Field("", description="of the hall's own document")
    made: str = ""
    complete: bool | None = Field(None, description="whether it is proved; null: nobody knows")
    lacking: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="what is not proved, by language"
    )
    figures: dict[str, Figure] = Field(default_factory=dict, description="null: not known")

    def said(self, lang: Lang) -> tuple[str, ...]:
        """Return what is lacking of it."""
        return self.lacking.get(lang, ())

    def figure(self, key: str) -> Figure:
        """Return one figure; None where it is not known."""
        return self.figures.get(key)


class BureauDay(_Part):
    """All halls' day in one document."""

    name: str
    unit: str
    day: str
    version: int
    made: str
    by: str = Field(description="who made this version; 'clock' when it was due")
    why: str = ""
    halls: tuple[HallDay, ...]

    @property
    def complete(self) -> bool:
        """Whether every hall's report is there and proved."""
        return all(hall.complete is True for hall in self.halls)

    @property
    def incomplete(self) -> tuple[HallDay, ...]:
        """The halls whose report is not there, or not proved."""
        return tuple(hall for hall in self.halls if hall.complete is not True)

    @property
    def unknown(self) -> tuple[HallDay, ...]:
        """The halls of which nothing is known."""
        return tuple(hall for hall in self.halls if hall.state is not HallDayState.REPORTED)

    @property
    def awaited(self) -> tuple[HallDay, ...]:
        """Those whose report may come yet."""
        waiting = (HallDayState.MISSING, HallDayState.UNREAD)
        return tuple(hall for hall in self.halls if hall.state in waiting)

    @property
    def keys(self) -> tuple[str, ...]:
        """The figures, in the order in which they are printed."""
        return tuple(FIGURES)

    def total(self, key: str) -> Figure:
        """Return the sum over all halls; None where that of any hall is not known."""
        each = [hall.figure(key) for hall in self.halls]
        known = [figure for figure in each if figure is not None]
        return sum(known) if len(known) == len(each) else None


def hall_day(report: MergedReport, digest: str) -> HallDay:
    """Return what the bureau keeps of a hall's report."""
    unproved = [one for one in report.checks if one.verdict is not ReportVerdict.PROVED]
    said = {"zh": tuple(one.zh for one in unproved), "en": tuple(one.en for one in unproved)}
    return HallDay(
        site=report.site,
        name=report.name,
        state=HallDayState.REPORTED,
        since=report.since,
        until=report.until,
        version=report.version,
        sha256=digest,
        made=report.made,
        complete=report.complete,
        lacking={lang: said[lang] for lang in LANGS},
        figures={key: figure(report) for key, figure in FIGURES.items()},
    )


def _passages(
    category: Category | None = None, decision: Decision | None = None
) -> Callable[[MergedReport], Figure]:
    return lambda report: sum(
        door.total(category=category, decision=decision) for door in report.doors
    )


def _of_areas(count: Callable[[DoorDay, str], int]) -> Callable[[MergedReport], Figure]:
    """Count rounds over all doors; not known where an earlier version made the report."""

    def counted(report: MergedReport) -> Figure:
        if any(door.areas is None for door in report.doors):
            return None
        return sum(count(door, report.made) for door in report.doors)

    return counted


def _late(report: MergedReport) -> Figure:
    if not all(door.is_dated for door in report.doors):
        return None
    return sum(door.late_urgent + door.late_routine for door in report.doors)


def _outcome(outcome: str) -> Callable[[MergedReport], Figure]:
    return lambda report: report.by_outcome(outcome)


def _office(read: Callable[[OfficeDay], Figure]) -> Callable[[MergedReport], Figure]:
    return lambda report: None if report.office is None else read(report.office)


def _green(report: MergedReport) -> Figure:
    counted = [door.green for door in report.doors if door.green is not None]
    return sum(counted) if len(counted) == len(report.doors) else None


FIGURES: Mapping[str, Callable[[MergedReport], Figure]] = {
    "doors": lambda report: len(report.doors),
    "doors_reported": lambda report: sum(door.came is not None for door in report.doors),
    "passages": _passages(),
    "visitors": _passages(Category.VISITOR),
    "staff": _passages(Category.STAFF),
    "admitted": _passages(decision=_ADMITTED),
    "denied": _passages(decision=_DENIED),
    "green": _green,
    "holds": lambda report: len(report.holds),
    "carried": lambda report: len(report.carried) + report.open_before,
    "released": _outcome("released"),
    "transferred": _outcome("transferred"),
    "left": _outcome("left"),
    "still_open": lambda report: report.still_open,
    "abnormal": lambda report: report.abnormal,
    "contacts": lambda report: sum(report.contacts.values()),
    "unjudged": lambda report: report.unjudged,
    "unfollowed": lambda report: report.unfollowed,
    "unended": lambda report: report.unended,
    "rounds_due": _of_areas(lambda door, _: sum(len(one.dues) for one in door.areas or ())),
    "rounds_done": _of_areas(lambda door, _: len(door.met)),
    "rounds_missed": _of_areas(lambda door, made: door.missed(made)),
    "bags": _office(lambda office: office.bags),
    "counselled": _office(lambda office: office.counselled),
    "uncounselled": _office(lambda office: len(office.uncounselled)),
    "staff_roster": _office(lambda office: office.staff.roster),
    "staff_measured": _office(lambda office: office.staff.measured),
    "staff_absent": _office(lambda office: office.staff.absent),
    "staff_symptoms": _office(lambda office: office.staff.with_symptoms),
    "missing_events": lambda report: sum(door.missing_events for door in report.doors),
    "late": _late,
    "undated": lambda report: sum(door.undated for door in report.doors),
}
