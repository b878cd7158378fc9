"""For how long a door was without a thermometer it could believe (测温中断), also at this hour."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from gate_agent.contract.measurement_records import CoverageLost, CoverageRestored
from gate_agent.contract.moment import parse_utc
from gate_collector.store.records import read_record
from gate_collector.store.schema import EVENT, NOTABLE


def uncovered_s(connection: Connection, gate: str, since: str, until: str) -> int:
    """Return how many seconds of the span were not covered, by what the door said until its end.

    What was lost before the span counts from its begin; what is not restored by its end, up to it.
    """
    begin, end = parse_utc(since), parse_utc(until)
    rows = connection.execute(
        select(NOTABLE)
        .where(
            NOTABLE.c.gate == gate,
            NOTABLE.c.type.in_((CoverageLost.TYPE, CoverageRestored.TYPE)),
            NOTABLE.c.time <= until,
        )
        .order_by(NOTABLE.c.time.desc(), NOTABLE.c.sequence.desc())
    )
    total = 0.0
    is_newest = True
    for row in rows:
        if row.type == CoverageRestored.TYPE:
            if row.time <= since:
                break
            restored = read_record(CoverageRestored, row.data)
            there_s = (parse_utc(row.time) - begin).total_seconds()
            total += there_s if restored is None else min(restored.lost_s, there_s)
        elif is_newest:
            record = read_record(CoverageLost, row.data)
            lost = begin if record is None else parse_utc(record.since)
            ended = _replaced(connection, gate, row.epoch, row.time) or end
            total += max(0.0, (min(ended, end) - max(lost, begin)).total_seconds())
        is_newest = False
    return round(total)


def _replaced(connection: Connection, gate: str, epoch: str, after: str) -> datetime | None:
    """Return when another journal took this one's place: it tells of losses of its own."""
    first = connection.execute(
        select(func.min(EVENT.c.time)).where(
            EVENT.c.gate == gate, EVENT.c.epoch != epoch, EVENT.c.time > after
        )
    ).scalar()
    return None if first is None else parse_utc(first)
