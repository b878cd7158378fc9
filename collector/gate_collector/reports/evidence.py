"""Gathers a day's evidence from the store: each door's own report, and our count beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
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
from gate_collector.ledger.district import receipt_of
from gate_collector.ledger.read import beginnings, gates
from gate_collector.reports.contacts_open import contacts_of
from gate_collector.reports.content import DoorDay, HoldLine, HourCount, MergedReport
from gate_collector.reports.coverage import uncovered_s
from gate_collector.reports.judge import judge
from gate_collector.reports.office_day import office_day, rounds_done
from gate_collector.reports.rounds import areas_of_day
from gate_collector.store.dialect import snapshot
from gate_collector.store.doors import door_names
from gate_collector.store.records import read_record, read_records
from gate_collector.store.schema import (
    EVENT,
    HOLD,
    NOTABLE,
    OLDEST_HOLDS,
    QUARANTINE,
    REPORT,
    STREAM,
)

_COUNTED = ("overdue", "office_reference", "district")  # of a hold, from its events


def gather(centre: Centre, on: date, *, version: int, by: str, why: str = "") -> MergedReport:
    """Return the merged report of a day, with what it proves."""
    policy, day = centre.policy(), centre.day(on)
    with snapshot(centre.engine) as connection:
        names = door_names(connection)
        doors = tuple(
            _door(connection, gate, day, centre, policy, name=names.get(gate, ""))
            for gate in _gates(connection, day.end)
        )
        since = min([*(parse_utc(door.since) for door in doors), day.begin])
        until = max([*(parse_utc(door.until) for door in doors), day.end])
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
                if entry.valid_from < until and entry.valid_until > since
            ),
            doors=doors,
            holds=tuple(_holds(connection, doors, centre, policy)),
            open_before=_open_before(connection, doors),
        )
        office = office_day(
            connection, day, [(door.gate, door.called) for door in doors], report.holds, policy
        )
    contacts, still_open = contacts_of(centre, day)
    report = report.model_copy(
        update={"office": office, "contacts": contacts, "contacts_open": still_open}
    )
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
            "since": format_utc(day.begin),
            "until": format_utc(day.end),
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
            "since": own.since,
            "until": own.until,
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
    decided = list(_decided(events))
    counts = tuple(_counts(decided, centre))
    common["green"] = _green(decided)
    common["agrees"] = None if own is None else _totals(counts) == _told(own)
    since_text, until_text = common["since"], common["until"]
    span = (NOTABLE.c.gate == gate, NOTABLE.c.time > since_text, NOTABLE.c.time <= until_text)
    common["down_s"] = _down_s(connection, span)
    common["thermometer_checks"] = _checks(connection, span)
    done = rounds_done(connection, gate, day, centre, policy)
    common["areas"] = areas_of_day(policy.duties, (gate, name), done, day, centre.zone)
    common["uncovered_s"] = uncovered_s(connection, gate, since_text, until_text)
    aside = (QUARANTINE.c.gate == gate, QUARANTINE.c.at > since_text, QUARANTINE.c.at <= until_text)
    common["aside"] = connection.execute(select(func.count()).where(*aside)).scalar_one()
    return DoorDay.model_validate(
        {"gate": gate, "name": name, "counts": counts, **common, **_lateness(events, policy)}
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


def _decided(events: Sequence[Any]) -> Iterator[tuple[str, PassageDecided]]:
    """Yield every verdict of a passage with its time; no drills.

    One whose data this version cannot read is not counted: the door's own count then differs.
    """
    for event in events:
        tree = None if event.body is None else parse_body(bytes(event.body))
        record = None if tree is None or tree.drill else tree.record()
        if isinstance(record, PassageDecided):
            yield event.time, record


def _green(decided: Iterable[tuple[str, PassageDecided]]) -> int | None:
    """Return how many were let in by the green channel; None where the door marks nobody."""
    newest = {record.passage_id: record for _, record in decided}
    known = [one for one in newest.values() if one.green_channel is not None]
    went_in = [one for one in known if one.green_channel and one.decision is Decision.ADMIT]
    return len(went_in) if known else None


def _counts(decided: Iterable[tuple[str, PassageDecided]], centre: Centre) -> Iterator[HourCount]:
    """Yield how many passages had which newest verdict, as their events say."""
    newest: dict[str, tuple[int, Category, Decision]] = {}
    for time, record in decided:
        hour = on_clock(parse_utc(time), centre.zone).hour
        newest[record.passage_id] = hour, record.category, record.decision
    for (hour, category, decision), count in sorted(Counter(newest.values()).items()):
        yield HourCount(hour=hour, category=category, decision=decision, count=count)


def _totals(counts: tuple[HourCount, ...]) -> Counter[tuple[Category, Decision]]:
    totals = Counter[tuple[Category, Decision]]()
    for line in counts:
        totals[line.category, line.decision] += line.count
    return totals


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


def _holds(
    connection: Connection, doors: tuple[DoorDay, ...], centre: Centre, policy: Policy
) -> Iterator[HoldLine]:
    shown = [name for name in HoldLine.model_fields if name not in _COUNTED]
    for door in doors:
        rows = connection.execute(
            select(HOLD)
            .where(
                HOLD.c.gate == door.gate,
                HOLD.c.drill.is_(False),
                HOLD.c.opened > door.since,
                HOLD.c.opened <= door.until,
            )
            .order_by(*OLDEST_HOLDS)
        )
        for row in rows.all():
            overdue = select(func.count()).where(
                NOTABLE.c.type == "gate.hold.overdue.v1",
                NOTABLE.c.gate == door.gate,
                NOTABLE.c.subject == row.hold_id,
            )
            receipt = receipt_of(connection, row, policy, centre.now)
            yield HoldLine(
                **{name: getattr(row, name) for name in shown},
                overdue=connection.execute(overdue).scalar_one(),
                office_reference=receipt.reference,
                district=receipt,
            )


def _open_before(connection: Connection, doors: tuple[DoorDay, ...]) -> int:
    return sum(
        connection.execute(
            select(func.count()).where(
                HOLD.c.gate == door.gate,
                HOLD.c.drill.is_(False),
                HOLD.c.opened <= door.since,
                HOLD.c.state != "closed",
            )
        ).scalar_one()
        for door in doors
    )
