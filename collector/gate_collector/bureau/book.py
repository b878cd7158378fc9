"""Keeps the bureau's day reports: merged when the halls' are there, never edited, outdated by them.

They stand in the bureau's own store, in the table in which a hall's store has the hall's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError

from gate_agent.contract.moment import format_utc
from gate_agent.errors import GateError
from gate_collector.bureau.asking import AskedHall, HallAnswer, HallAsker
from gate_collector.bureau.day import BureauDay, HallDay, HallDayState, hall_day
from gate_collector.centre import Centre
from gate_collector.kept_words import marked
from gate_collector.reports.content import MergedReport
from gate_collector.store.schema_office import MERGED

CLOCK = "clock"  # who merges what is due
_LOOK_BACK = 7  # days
_WAITS_UNTIL = timedelta(hours=6)  # of the next morning, for a hall without a report
Mark = tuple[int, str]  # version and digest of a hall's newest report
_T = TypeVar("_T")


class NoBureauDay(GateError):  # noqa: N818 it is an answer
    """There is no report of the bureau of this day and version."""


class NothingToMerge(GateError):  # noqa: N818 it is an answer
    """No hall has a report of this day yet, or the newest version says all that there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDay:
    """One version as it is kept."""

    report: BureauDay
    sha256: str
    newest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutdatedBy:
    """Halls whose report is another by now than the one that was merged."""

    halls: tuple[str, ...]
    unread: tuple[str, ...]  # of which nobody knows it


class BureauBook:
    """The day reports of a bureau. Safe to use from any thread."""

    def __init__(self, centre: Centre, asker: HallAsker) -> None:
        """`centre`: the bureau's own store and time, as a hall has them."""
        self._centre = centre
        self._asker = asker

    @property
    def engine(self) -> Engine:
        """The bureau's store."""
        return self._centre.engine

    def read(self, day: date, version: int | None = None) -> KeptDay:
        """Return one version, the newest by default. Raises NoBureauDay."""
        of_day = MERGED.c.day == day.isoformat()
        with self.engine.connect() as connection:
            newest = connection.execute(select(func.max(MERGED.c.version)).where(of_day)).scalar()
            row = connection.execute(
                select(MERGED.c.document, MERGED.c.sha256).where(
                    of_day, MERGED.c.version == (version or newest)
                )
            ).first()
        if row is None:
            raise NoBureauDay(f"expected a report of {day}, version {version or 1}, got none")
        report = BureauDay.model_validate_json(row.document)
        return KeptDay(report=report, sha256=row.sha256, newest=newest or 1)

    def merge(self, day: date, *, by: str, why: str = "", only_more: bool = False) -> BureauDay:
        """Make the next version of a day from what the halls have now.

        A hall that cannot be read stays as the version before it has it. `only_more`: only where a
        hall has a report by now that had none. Raises NothingToMerge.
        """
        newest = self._newest(day)
        known = {hall.site: hall for hall in newest.halls} if newest else {}
        answers = self._ask(lambda one: newest_day(one, day))
        halls = tuple(_day_of(answer, known.get(answer.hall.site)) for answer in answers)
        reported = {hall.site for hall in halls if hall.state is HallDayState.REPORTED}
        if not reported:
            raise NothingToMerge(f"expected a hall's report of {day}, got none")
        had = {site for site, hall in known.items() if hall.state is HallDayState.REPORTED}
        if newest is not None and (newest.halls == halls or (only_more and reported <= had)):
            raise NothingToMerge("expected a hall with a newer report, got none")
        return self._keep(day, halls, version=newest.version + 1 if newest else 1, by=by, why=why)

    def make_due(self) -> list[BureauDay]:
        """Merge each day of which all halls have reported, or that has waited long enough.

        A day whose report lacked a hall is merged again once that hall has one.
        """
        today = self._centre.now.astimezone(self._centre.zone).date()
        days = [today - timedelta(days=back) for back in reversed(range(_LOOK_BACK))]
        marks = {answer.hall: answer.value for answer in self._ask(lambda one: marks_of(one, days))}
        made = []
        for day in days:
            there = [hall for hall, one in marks.items() if one and day.isoformat() in one]
            newest = self._newest(day)
            lacked = {hall.site for hall in newest.awaited} if newest else set()
            came = [hall.name for hall in there if hall.site in lacked]
            is_first = newest is None and there and self._is_due(day, there)
            if is_first or came:
                why = marked("bureau.late_halls", halls=came) if came else ""
                with suppress(NothingToMerge):
                    made.append(self.merge(day, by=CLOCK, why=why, only_more=True))
        return made

    def outdated(self, report: BureauDay) -> OutdatedBy:
        """Return which halls' reports are others by now than this one was merged from."""
        day = date.fromisoformat(report.day)
        merged = {hall.site: (hall.version, hall.sha256) for hall in report.halls}
        others, unread = [], []
        for answer in self._ask(lambda one: marks_of(one, [day])):
            if answer.value is None:
                unread.append(answer.hall.name)
                continue
            mark = answer.value.get(report.day, (None, ""))
            if mark != merged.get(answer.hall.site):
                others.append(answer.hall.name)
        return OutdatedBy(halls=tuple(others), unread=tuple(unread))

    def _ask(self, ask: Callable[[Centre], _T]) -> list[HallAnswer[_T]]:
        return self._asker.each(lambda centre, _book: ask(centre))

    def _is_due(self, day: date, there: Sequence[AskedHall]) -> bool:
        midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=self._centre.zone)
        is_late = self._centre.now >= midnight + _WAITS_UNTIL
        return is_late or len(there) == len(self._asker.halls)

    def _newest(self, day: date) -> BureauDay | None:
        try:
            return self.read(day).report
        except NoBureauDay:
            return None

    def _keep(
        self, day: date, halls: tuple[HallDay, ...], *, version: int, by: str, why: str
    ) -> BureauDay:
        centre = self._centre
        report = BureauDay(
            name=centre.name, unit=centre.unit, day=day.isoformat(), version=version,
            made=format_utc(centre.now), by=by, why=why, halls=halls,
        )  # fmt: skip
        document = report.model_dump_json()
        row = {
            "day": report.day, "version": version, "made": report.made, "by": by, "why": why,
            "complete": report.complete,
            "abnormal": sum(  # as far as it is known
                hall.figure("abnormal") or 0 for hall in halls
            ),
            "sha256": sha256(document.encode()).hexdigest(), "document": document,
        }  # fmt: skip
        try:
            with self.engine.begin() as connection:
                connection.execute(MERGED.insert().values(row))
        except IntegrityError:
            return self.read(day, version).report  # another was first: theirs counts
        return report


def newest_day(centre: Centre, day: date) -> HallDay:
    """Return a hall's day by the newest version of its report."""
    columns = MERGED.c.version, MERGED.c.document, MERGED.c.sha256
    newest = select(*columns).where(MERGED.c.day == day.isoformat())
    with centre.engine.connect() as connection:
        row = connection.execute(newest.order_by(MERGED.c.version.desc()).limit(1)).first()
    if row is None:
        return HallDay(site=centre.site, name=centre.name, state=HallDayState.MISSING)
    if sha256(row.document.encode()).hexdigest() != row.sha256:
        return HallDay(
            site=centre.site, name=centre.name, state=HallDayState.TOUCHED,
            version=row.version, sha256=row.sha256,
        )  # fmt: skip
    return hall_day(MergedReport.model_validate_json(row.document), row.sha256)


def marks_of(centre: Centre, days: Sequence[date]) -> Mapping[str, Mark]:
    """Return version and digest of a hall's newest report of each of these days that has one."""
    names = [day.isoformat() for day in days]
    columns = MERGED.c.day, MERGED.c.version, MERGED.c.sha256
    asked = select(*columns).where(MERGED.c.day.in_(names)).order_by(MERGED.c.version)
    with centre.engine.connect() as connection:
        return {row.day: (row.version, row.sha256) for row in connection.execute(asked)}


def _day_of(answer: HallAnswer[HallDay], known: HallDay | None) -> HallDay:
    if answer.value is not None:
        return answer.value
    if known is not None and known.state is HallDayState.REPORTED:
        return known
    hall, fault = answer.hall, answer.fault
    return HallDay(site=hall.site, name=hall.name, state=HallDayState.UNREAD, cause=fault)
