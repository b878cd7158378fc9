"""Keeps the merged reports: made when they are due, corrected by a new version, never edited."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from gate_agent.contract.anchor import parse_anchor
from gate_agent.contract.messages import Topics
from gate_agent.contract.moment import format_utc, on_clock, parse_utc
from gate_agent.contract.signed import parse_signature
from gate_agent.errors import GateError
from gate_agent.words import texts
from gate_collector.alarms.book import keep_to
from gate_collector.alerts.causes import Cause
from gate_collector.alerts.kinds import REPORTED
from gate_collector.centre import Centre
from gate_collector.day import ReportDay
from gate_collector.kept_words import marked
from gate_collector.ledger.anchors import anchor_of
from gate_collector.ledger.findings import DueReport, Punctual
from gate_collector.ledger.read import due_reports
from gate_collector.reports.content import MergedReport
from gate_collector.reports.evidence import gather
from gate_collector.store.schema_office import MERGED

CLOCK = "clock"  # who makes a report that is due
MISSING = "report"  # kind of the alarm: a door's daily report is missing 日报漏报
_NEWEST_MADE = MERGED.c.made.desc(), MERGED.c.day.desc(), MERGED.c.version.desc()
_LOOK_BACK = 7  # days: a collector that was away makes what was due


class NoSuchReport(GateError):  # noqa: N818 it is an answer
    """There is no merged report of this day and version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVersion:
    """One version as it is kept."""

    report: MergedReport
    sha256: str
    newest: int


def make_due(centre: Centre) -> list[MergedReport]:
    """Make every report that is due and not there, and a new version where a door's came late."""
    made = []
    policy = centre.policy()
    today = centre.now.astimezone(centre.zone).date()
    grace = timedelta(seconds=policy.punctuality.report_within_s)
    for back in reversed(range(_LOOK_BACK)):
        day = today - timedelta(days=back)
        if centre.now < centre.day(day).end + grace:
            continue
        with centre.engine.connect() as connection:
            due = [
                report
                for report in due_reports(connection, centre, policy, days=back + 1)
                if report.day == day.isoformat()
            ]
            newest = _newest(connection, day)
        if newest is None:
            if due:
                made.append(_make(centre, day, version=1, by=CLOCK))
            continue
        came = {report.gate for report in due if report.state is not Punctual.MISSING}
        awaited = {door.gate for door in newest.doors if door.came is None}
        if awaited & came:
            late = [newest.called(gate) for gate in sorted(awaited & came)]
            why = marked("paper.late_reports", doors=late)
            made.append(_make(centre, day, version=newest.version + 1, by=CLOCK, why=why))
    return made


class TooEarly(GateError):  # noqa: N818 as above
    """The day is not over, or its report is there already."""


def merge_now(centre: Centre, day: date, *, by: str) -> MergedReport:
    """Make a day's report before it is due by the clock, once the day is over. Raises TooEarly."""
    with centre.engine.connect() as connection:
        newest = _newest(connection, day)
    if centre.now < centre.day(day).end or newest is not None:
        got = "one that runs" if newest is None else "one whose report is made"
        raise TooEarly(f"expected a day that is over and not merged, got {got}")
    return _make(centre, day, version=1, by=by)


def is_previewed(centre: Centre, day: date) -> bool:
    """Whether a day has begun, or was over lately, and has no report yet."""
    reported = centre.day(day)
    midnight = datetime.combine(day, time(), tzinfo=centre.zone)
    begun = centre.now >= midnight or day == centre.today.date
    with centre.engine.connect() as connection:
        is_made = _newest(connection, day) is not None
    return begun and centre.now < reported.end + timedelta(days=_LOOK_BACK) and not is_made


def is_open(centre: Centre, day: date) -> bool:
    """Whether something can still be entered for a day: for its preview, or to correct it."""
    with centre.engine.connect() as connection:
        is_made = _newest(connection, day) is not None
    return is_made or centre.now < centre.day(day).end + timedelta(days=_LOOK_BACK)


def previewed_day(centre: Centre) -> date:
    """Return the day that is next to be reported: today until its report is made."""
    today = on_clock(centre.now, centre.zone).date()
    return today if is_previewed(centre, today) else centre.today.date


def correct(centre: Centre, day: date, *, by: str, why: str) -> MergedReport:
    """Make a new version from what the store holds now. Raises NoSuchReport."""
    with centre.engine.connect() as connection:
        newest = _newest(connection, day)
    if newest is None:
        raise NoSuchReport(f"expected a report of {day}, got none: it is made when it is due")
    return _make(centre, day, version=newest.version + 1, by=by, why=why)


def read(centre: Centre, day: date, version: int | None = None) -> KeptVersion:
    """Return one version, the newest by default. Raises NoSuchReport."""
    with centre.engine.connect() as connection:
        newest = connection.execute(
            select(func.max(MERGED.c.version)).where(MERGED.c.day == day.isoformat())
        ).scalar()
        row = connection.execute(
            select(MERGED.c.document, MERGED.c.sha256).where(
                MERGED.c.day == day.isoformat(), MERGED.c.version == (version or newest)
            )
        ).first()
    if row is None:
        raise NoSuchReport(f"expected a report of {day}, version {version or 1}, got none")
    report = MergedReport.model_validate_json(row.document)
    return KeptVersion(report=report, sha256=row.sha256, newest=newest or 1)


def watch_missing(centre: Centre) -> None:
    """Let an alarm stand for each door whose newest due report is missing."""
    policy = centre.policy()
    with centre.engine.begin() as connection:
        newest: dict[str, DueReport] = {}
        for report in due_reports(connection, centre, policy, days=2):
            newest.setdefault(report.gate, report)
        missing = {
            (MISSING, gate): f"the daily report of {report.day} is missing"
            for gate, report in newest.items()
            if report.state is Punctual.MISSING
        }
        keep_to(connection, frozenset({MISSING}), missing, format_utc(centre.now))


def _newest(connection: Connection, day: date) -> MergedReport | None:
    document = connection.execute(
        select(MERGED.c.document)
        .where(MERGED.c.day == day.isoformat())
        .order_by(MERGED.c.version.desc())
        .limit(1)
    ).scalar()
    return None if document is None else MergedReport.model_validate_json(document)


def _make(centre: Centre, day: date, *, version: int, by: str, why: str = "") -> MergedReport:
    period = _period(centre, day) if version > 1 else None
    report = gather(centre, day, version=version, by=by, why=why, period=period)
    report = report.model_copy(update={"anchor": _anchored(centre, report.day)})
    document = report.model_dump_json()
    row = {
        "day": report.day,
        "version": version,
        "made": report.made,
        "by": by,
        "why": why,
        "complete": report.complete,
        "abnormal": report.abnormal,
        "sha256": sha256(document.encode()).hexdigest(),
        "document": document,
    }
    try:
        with centre.engine.begin() as connection:
            connection.execute(MERGED.insert().values(row))
    except IntegrityError:
        return read(centre, day, version).report  # another worker was first: theirs counts
    return report


def _period(centre: Centre, day: date) -> ReportDay | None:
    """Return the period as the first version told it; None where that told none."""
    first = read(centre, day, 1).report
    if not first.since or not first.until:
        return None
    return ReportDay(date=day, begin=parse_utc(first.since), end=parse_utc(first.until))


def _anchored(centre: Centre, day: str) -> str:
    """Return the anchor as it is printed: what is told to the doors, and its signature alone."""
    anchor = anchor_of(centre, day)
    signed = centre.sign(Topics(site=centre.site, gate="+").anchor, anchor.encode())
    if signed is None:
        return anchor.encode().decode()
    signature = base64.b64encode(parse_signature(signed).signature).decode("ascii")
    return json.dumps(anchor.model_dump() | {"signature": signature}, separators=(",", ":"))


class AnchorTeller:
    """Tells the doors the newest anchor, also of a day that was corrected later."""

    def __init__(self, centre: Centre, publish: Callable[[str, bytes], bool]) -> None:
        """`publish` tells whether it was taken; what was not is told at the next round."""
        self._centre = centre
        self._publish = publish
        self._told: tuple[str, str, int] | None = None

    def round(self) -> None:
        """Tell what was made since the last round, by whichever process."""
        newest = select(MERGED.c.made, MERGED.c.day, MERGED.c.version)
        with self._centre.engine.connect() as connection:
            row = connection.execute(newest.order_by(*_NEWEST_MADE).limit(1)).first()
        if row is None or tuple(row) == self._told:
            return
        anchor = read(self._centre, date.fromisoformat(row.day), row.version).report.anchor
        topic = Topics(site=self._centre.site, gate="+").anchor
        if not anchor or self._publish(topic, parse_anchor(anchor.encode()).encode()):
            self._told = row.made, row.day, row.version

    def anew(self) -> None:
        """Tell a broker that may be a new one."""
        self._told = None
        self.round()


def conclusion(report: MergedReport, base_url: str) -> Cause:
    """Return what the leaders are told of a report; nobody has to answer."""
    text = texts(
        "alert.report",
        day=report.day,
        n=report.version,
        holds=len(report.holds),
        abnormal=report.abnormal,
        evidence=texts("alert.report_complete" if report.complete else "alert.report_lacking"),
        url=f"{base_url}/reports/{report.day}",
    )
    key = f"report:{report.day}:{report.version}"
    return Cause(key=key, kind=REPORTED, gate="", subject="", text=text, quiet=False)
