"""Gathers a day's evidence from the store: each door's own report, and our count beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, select

from gate_agent.contract.measurement_records import ThermometerChecked
from gate_agent.contract.messages import parse_body
from gate_agent.contract.moment import format_utc, on_clock, parse_utc
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import (
    AgentStarted,
    Category,
    DailyReport,
    Decision,
    PassageDecided,
    Severity,
)
from gate_collector.centre import Centre
from gate_collector.day import ReportDay
from gate_collector.ingest.chains import load_beyond, stream_of
from gate_collector.ledger.read import beginnings, gates
from gate_collector.reports.contacts_open import contacts_of
from gate_collector.reports.content import DoorDay, HourCount, MergedReport
from gate_collector.reports.coverage import uncovered_s
from gate_collector.reports.held import carried_into, holds_of
from gate_collector.reports.judge import judge
from gate_collector.reports.office_day import office_day, rounds_done
from gate_collector.reports.rounds import areas_of_day
from gate_collector.store.dialect import snapshot
from gate_collector.store.doors import door_names
from gate_collector.store.records import read_record, read_records
from gate_collector.store.schema import (
    EVENT,
    NOTABLE,
    PASSAGE,
    QUARANTINE,
    REPORT,
    STREAM,
)


def gather(
    centre: Centre,
    on: date,
    *,
    version: int,
    by: str,
    why: str = "",
    period: ReportDay | None = None,
) -> MergedReport:
    """Return the merged report of a day, judged by the policy of that day, with what it proves.

    `period`: as an earlier version of this report told it.
    """
    day = period or centre.day(on)
    policy = centre.policy_at(day.end)
    with snapshot(centre.engine) as connection:
        names = door_names(connection)
        doors = tuple(
            _door(connection, gate, day, centre, policy, name=names.get(gate, ""))
            for gate in _gates(connection, day.end)
        )
        report = MergedReport(
            site=centre.site,
            name=centre.name,
            unit=centre.unit,
            day=day.name,
            since=format_utc(day.begin),
            until=format_utc(day.end),
            first_hour=on_clock(day.begin, centre.zone).hour,
            version=version,
            made=format_utc(centre.now),
            by=by,
            why=why,
            policy_version=policy.version,
            leaders=tuple(
                entry.leader
                for entry in policy.rota
                if entry.valid_from < day.end and entry.valid_until > day.begin
            ),
            doors=doors,
            holds=tuple(holds_of(connection, day, centre.now, policy)),
            carried=tuple(carried_into(connection, day, centre.now, policy)),
        )
        office = office_day(
            connection, day, [(door.gate, door.called) for door in doors], report.told_holds, policy
        )
    contacts = contacts_of(centre, day)
    report = report.model_copy(update={"office": office, **dict(contacts)})
    return report.model_copy(update={"checks": judge(report, policy, centre.zone)})


def _gates(connection: Connection, end: datetime) -> list[str]:
    """Return the doors that had begun by then."""
    later = {gate for gate, time in beginnings(connection).items() if parse_utc(time) >= end}
    return [gate for gate in gates(connection) if gate not in later]


def _door(
    connection: Connection, gate: str, day: ReportDay, centre: Centre, policy: Policy, *, name: str
) -> DoorDay:
    row = connection.execute(
        select(REPORT, EVENT.c.stored)
        .join(
            EVENT,
            (EVENT.c.gate == REPORT.c.gate)
            & (EVENT.c.epoch == REPORT.c.epoch)
            & (EVENT.c.sequence == REPORT.c.sequence),
        )
        .where(REPORT.c.gate == gate, REPORT.c.day == day.name)
    ).first()
    own = None if row is None else read_record(DailyReport, row.data)
    if row is None or own is None:
        stream: tuple[Any, ...] = EVENT.c.gate == gate, day.includes(EVENT.c.time)
        common: dict[str, Any] = {
            "came": None,
            "missing_events": _missing(connection, gate),
        }
    else:
        grace = timedelta(seconds=policy.punctuality.report_within_s)
        stream = (
            EVENT.c.gate == gate,
            EVENT.c.epoch == row.epoch,
            EVENT.c.sequence.between(own.first_sequence, own.last_sequence),
        )
        common = {
            "came": row.stored,
            "late": parse_utc(row.stored) > day.end + grace,
            "first_sequence": own.first_sequence,
            "last_sequence": own.last_sequence,
            "joined": _joined(connection, gate, row.epoch, own),
            "device_lost_s": own.device_lost_s,
            "coverage_lost_s": own.coverage_lost_s,
            "rounds": own.rounds,
            "supplies": own.supplies,
        }
    events = _events(connection, stream)
    if own is not None and own.last_sequence:
        common["missing_events"] = own.last_sequence - own.first_sequence + 1 - len(events)
    common["agrees"] = None if own is None else _totals(events) == _told(own)
    passed = _passed(connection, gate, day)
    common["counts"] = tuple(_counts(passed, centre))
    common["green"] = _green(passed)
    common["since"], common["until"] = format_utc(day.begin), format_utc(day.end)
    span = (NOTABLE.c.gate == gate, day.includes(NOTABLE.c.time))
    common["down_s"] = _down_s(connection, span)
    common["thermometer_checks"] = _checks(connection, span)
    done = rounds_done(connection, gate, day, centre, policy)
    common["areas"] = areas_of_day(policy.duties, (gate, name), done, day, centre.zone)
    common["uncovered_s"] = uncovered_s(connection, gate, common["since"], common["until"])
    aside = (QUARANTINE.c.gate == gate, day.includes(QUARANTINE.c.at))
    common["aside"] = connection.execute(select(func.count()).where(*aside)).scalar_one()
    return DoorDay.model_validate(
        {"gate": gate, "name": name, **common, **_lateness(events, policy)}
    )


def _missing(connection: Connection, gate: str) -> int:
    """Return how many numbers are missing of a door that has not reported yet."""
    newest = select(STREAM).where(STREAM.c.gate == gate).order_by(STREAM.c.touched.desc()).limit(1)
    row = connection.execute(newest).first()
    if row is None:
        return 0
    stream = stream_of(row)
    load_beyond(connection, stream)
    return sum(last - first + 1 for first, last in stream.ranges()[1])


def _joined(connection: Connection, gate: str, epoch: str, own: DailyReport) -> bool:
    """Whether the span begins right after the one before it, or with the journal itself."""
    before = connection.execute(
        select(REPORT.c.data, REPORT.c.epoch)
        .where(REPORT.c.gate == gate, REPORT.c.day < own.day)
        .order_by(REPORT.c.day.desc())
        .limit(1)
    ).first()
    if before is None or before.epoch != epoch or not own.last_sequence:
        return own.first_sequence <= 1
    last = read_record(DailyReport, before.data)
    return last is not None and own.first_sequence == last.last_sequence + 1


def _events(connection: Connection, stream: tuple[Any, ...]) -> Sequence[Any]:
    """Return lane and lateness of the span's events, with the body where it decides a passage."""
    body = case((EVENT.c.type == PassageDecided.TYPE, EVENT.c.body), else_=None).label("body")
    columns = EVENT.c.severity, EVENT.c.late_ms, EVENT.c.time, body
    return connection.execute(select(*columns).where(*stream).order_by(EVENT.c.sequence)).all()


def _verdict(body: bytes | None) -> PassageDecided | None:
    """Return the verdict that an event tells; none of a drill.

    One whose data this version cannot read is not counted: the door's own count then differs.
    """
    tree = None if body is None else parse_body(bytes(body))
    record = None if tree is None or tree.drill else tree.record()
    return record if isinstance(record, PassageDecided) else None


def _passed(connection: Connection, gate: str, day: ReportDay) -> Sequence[Any]:
    """Return the passages that began in the day, each once, with the body of its last verdict."""
    body = (EVENT.c.gate == gate) & (EVENT.c.epoch == PASSAGE.c.epoch)
    body &= EVENT.c.sequence == PASSAGE.c.sequence
    return connection.execute(
        select(PASSAGE.c.started, PASSAGE.c.category, PASSAGE.c.decision, EVENT.c.body)
        .join(EVENT, body)
        .where(PASSAGE.c.gate == gate, PASSAGE.c.drill.is_(False), day.began(PASSAGE))
    ).all()


def _green(passed: Sequence[Any]) -> int | None:
    """Return how many were let in by the green channel; None where the door marks nobody."""
    newest = [one for row in passed if (one := _verdict(row.body)) is not None]
    known = [one for one in newest if one.green_channel is not None]
    went_in = [one for one in known if one.green_channel and one.decision is Decision.ADMIT]
    return len(went_in) if known else None


def _counts(passed: Sequence[Any], centre: Centre) -> Iterator[HourCount]:
    """Yield how many passages had which newest verdict, by the hour in which they began."""
    counts = Counter(
        (on_clock(parse_utc(row.started), centre.zone).hour,
         Category(row.category), Decision(row.decision))
        for row in passed
    )  # fmt: skip
    for (hour, category, decision), count in sorted(counts.items()):
        yield HourCount(hour=hour, category=category, decision=decision, count=count)


def _totals(events: Sequence[Any]) -> Counter[tuple[Category, Decision]]:
    """Return what the events of a door's own span say, to hold against its report."""
    verdicts = (_verdict(event.body) for event in events)
    newest = {one.passage_id: (one.category, one.decision) for one in verdicts if one is not None}
    return Counter(newest.values())


def _told(own: DailyReport) -> Counter[tuple[Category, Decision]]:
    return Counter({(line.category, line.decision): line.count for line in own.passages})


def _down_s(connection: Connection, span: tuple[Any, ...]) -> int:
    """Return how long the daemon was down at most: from its last event before each start."""
    total = 0.0
    starts = select(NOTABLE).where(NOTABLE.c.type == AgentStarted.TYPE, *span)
    for row in connection.execute(starts).all():
        before = connection.execute(
            select(EVENT.c.time).where(
                EVENT.c.gate == row.gate,
                EVENT.c.epoch == row.epoch,
                EVENT.c.sequence == row.sequence - 1,
            )
        ).scalar()
        if before is not None:
            total += max(0.0, (parse_utc(row.time) - parse_utc(before)).total_seconds())
    return round(total)


def _checks(connection: Connection, span: tuple[Any, ...]) -> int:
    """Return how many checks the thermometer passed; none when the last one failed."""
    rows = connection.execute(
        select(NOTABLE.c.data)
        .where(NOTABLE.c.type == ThermometerChecked.TYPE, *span)
        .order_by(NOTABLE.c.time, NOTABLE.c.id)
    ).scalars()
    passed = [record.passed for record in read_records(ThermometerChecked, rows)]
    return sum(passed) if passed and passed[-1] else 0


def _lateness(events: Sequence[Any], policy: Policy) -> dict[str, Any]:
    limits_s = {
        Severity.URGENT: policy.punctuality.urgent_within_s,
        Severity.ROUTINE: policy.punctuality.routine_within_s,
    }
    dated = [event for event in events if event.late_ms is not None]
    lateness: dict[str, Any] = {
        f"late_{severity}": sum(
            event.severity == severity and event.late_ms > limit_s * 1000 for event in dated
        )
        for severity, limit_s in limits_s.items()
    }
    lates = sorted(event.late_ms for event in dated)
    lateness |= {"dated": len(dated), "undated": len(events) - len(dated)}
    lateness["late_p95_ms"] = lates[min(len(lates) - 1, len(lates) * 95 // 100)] if lates else None
    return lateness
