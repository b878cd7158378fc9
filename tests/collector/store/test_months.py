"""Events on PostgreSQL by month: a table in time, repeats over months, an old store that joins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import IntegrityError

from cli.commands import command
from collector.recorded_gates import BEGAN, GATE, Gate, passage
from collector.running_centre import Centre, bodies
from doorfiles import write_collector
from gate_agent.contract.records import Decision
from gate_agent.errors import StorageError
from gate_collector.ledger.backup import backup, restore
from gate_collector.ledger.verify import verify
from gate_collector.store import months
from gate_collector.store.dialect import insert_for, snapshot
from gate_collector.store.opening import migrate_store, open_store
from gate_collector.store.revisions.versions import r0001_baseline
from gate_collector.store.schema import EVENT, QUARANTINE
from postgres import Cluster

TO_DECEMBER_S = (datetime(2026, 12, 1, tzinfo=UTC) - BEGAN).total_seconds()


@pytest.fixture
def url(cluster: Cluster) -> str:
    return cluster.database()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    opened = open_store(url)
    yield opened
    opened.dispose()


def test_events_lie_in_the_month_they_were_stored_in_also_when_the_clock_jumps(
    engine: Engine,
) -> None:
    gate = Gate()
    with Centre(engine) as centre:
        centre.take(*gate.passages(3))
        assert _tables(engine) == ["event_2026_11", "event_2026_12"], "the next one is ready"

        centre.clock.advance(TO_DECEMBER_S - 0.001)
        centre.take(*gate.passages(1))
        centre.clock.advance(0.001)
        centre.take(*gate.passages(2))
        centre.clock.advance(100 * 86_400)
        centre.take(*gate.passages(1))
        centre.clock.advance(-200 * 86_400)
        centre.take(*gate.passages(1))

        assert centre.receipt.upto == 8
    assert _where(engine) == {
        "event_2026_11": [1, 2, 3, 4],
        "event_2026_12": [5, 6],
        "event_2027_03": [7],
        "event_2026_08": [8],
    }
    assert [line.split()[3] for line in verify(engine, GATE)] == ["8"]


@pytest.mark.parametrize("later_s", [TO_DECEMBER_S, 400 * 86_400])
def test_a_repeat_in_a_later_month_is_a_repeat_and_a_clone_is_set_aside(
    engine: Engine, later_s: float
) -> None:
    gate = Gate()
    gate.passages(6)
    clone = gate.twin(3)
    clone.append(passage(99, Decision.DENY))
    with Centre(engine) as centre:
        centre.take(*gate.events[:4], gate.events[5])  # the last beyond a gap
        centre.clock.advance(later_s)

        centre.take(*gate.events[:4], gate.events[5], clone.events[3])
        centre.take(gate.events[4])

        assert [bytes(row.body) for row in centre.rows()] == bodies(gate.events)
        assert [bytes(row.body) for row in centre.rows(QUARANTINE)] == [clone.events[3].body]
        assert ("mismatch", GATE) in centre.standing()
        assert (centre.receipt.upto, centre.receipt.link) == (6, gate.link.hex())
    assert _where(engine)["event_2026_11"] == [1, 2, 3, 4, 6]


def test_inside_a_month_the_database_refuses_a_second_event_of_one_number(engine: Engine) -> None:
    with Centre(engine) as centre:
        centre.take(*Gate().passages(1))
        (row,) = centre.rows()
    twice = dict(row._mapping) | {"stored": "2026-11-30T08:00:00.000Z"}

    with engine.begin() as connection:
        connection.execute(insert_for(engine)(EVENT).on_conflict_do_nothing(), [twice])
        assert connection.execute(EVENT.select()).all() == [row]
    with engine.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(EVENT.insert(), [twice])


def test_two_workers_turn_the_month_together_while_somebody_reads_all(engine: Engine) -> None:
    gates = [Gate("west-1f"), Gate("central-2f")]
    with Centre(engine) as one, Centre(engine) as other, snapshot(engine) as reading:
        reading.execute(EVENT.select()).all()  # as a backup does, for as long as it takes
        for centre, gate in zip((one, other), gates, strict=True):
            centre.clock.advance(40 * 86_400)
            for event in gate.passages(5):
                centre.ingest.offer(event.message)
        one.settle()
        other.settle()

        assert one.sequences("west-1f") == other.sequences("central-2f") == [1, 2, 3, 4, 5]
    assert _tables(engine) == ["event_2027_01", "event_2027_02"]


def test_a_store_from_before_there_were_months_goes_on(engine: Engine, cluster: Cluster) -> None:
    gate, url = Gate(), cluster.database()
    events = gate.passages(5)
    with Centre(engine) as centre:
        centre.take(*events[:3])
    before = create_engine(url)
    r0001_baseline.TABLES.create_all(before)  # one whole table of events, as it was
    with engine.connect() as source, before.begin() as connection:
        for table in r0001_baseline.TABLES.sorted_tables:
            if rows := [dict(row) for row in source.execute(table.select()).mappings()]:
                connection.execute(table.insert(), rows)
    before.dispose()

    migrate_store(url, print)
    now = open_store(url)
    with Centre(now) as centre:
        centre.clock.advance(-90 * 86_400)
        centre.take(events[3])
        centre.clock.advance(90 * 86_400 + TO_DECEMBER_S)
        centre.take(events[4], events[0])
        assert centre.receipt.upto == 5
    again = open_store(url)

    assert _where(again) == {"event_2026_11": [1, 2, 3, 4], "event_2026_12": [5]}
    assert _tables(again) == ["event_2026_11", "event_2026_12", "event_2027_01"]
    now.dispose()
    again.dispose()


def test_a_backup_over_months_is_restored_into_months(
    engine: Engine, cluster: Cluster, tmp_path: Path
) -> None:
    with Centre(engine) as centre:
        gate = Gate()
        centre.take(*gate.passages(2))
        centre.clock.advance(TO_DECEMBER_S)
        centre.take(*gate.passages(2))
    backup(engine, tmp_path / "all")
    other = open_store(cluster.database())

    restore(other, tmp_path / "all")

    assert _where(other) == _where(engine) == {"event_2026_11": [1, 2], "event_2026_12": [3, 4]}
    other.dispose()


def test_a_month_that_is_over_is_compacted(engine: Engine, url: str, tmp_path: Path) -> None:
    gate = Gate()
    with Centre(engine) as centre:
        centre.clock.advance(-365 * 86_400)
        centre.take(*gate.passages(400))
    with engine.begin() as connection:
        connection.execute(EVENT.update().values(body=None))
    config = write_collector(tmp_path, {"store": {"url": url}})

    listed = command("gate-collector", "months", "--config", config)
    (full, _) = _months(engine)
    compacted = command("gate-collector", "months", "--config", config, "--compact", "2025-11")
    refused = command("gate-collector", "months", "--config", config, "--compact", "2025-10")

    on_sqlite = command("gate-collector", "months", "--config", write_collector(tmp_path / "lite"))
    assert (on_sqlite.code, on_sqlite.err.count("expected PostgreSQL")) == (1, 1)
    assert (listed.code, compacted.code, refused.code) == (0, 0, 1)
    assert [line.split()[0] for line in listed.out.splitlines()] == ["2025-11", "2025-12"]
    assert "expected a month that is over and was stored, got 2025-10" in refused.err
    assert _months(engine)[0].bytes < full.bytes / 2
    with pytest.raises(StorageError, match="that is over"):
        months.compact(engine, "2025-12", datetime(2025, 12, 31, tzinfo=UTC))


def test_the_month_after() -> None:
    assert [months.after(month) for month in ("2026-01", "2026-11", "2026-12", "2028-02")] == [
        "2026-02",
        "2026-12",
        "2027-01",
        "2028-03",
    ]


def _months(engine: Engine) -> list[months.Month]:
    with engine.connect() as connection:
        return months.held(connection)


def _tables(engine: Engine) -> list[str]:
    return [month.table for month in _months(engine)]


def _where(engine: Engine) -> dict[str, list[int]]:
    """Return which numbers lie in which table."""
    lies: dict[str, list[int]] = {}
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT tableoid::regclass::text AS lies, sequence FROM event ORDER BY sequence")
        )
        for row in rows:
            lies.setdefault(row.lies, []).append(row.sequence)
    return lies
