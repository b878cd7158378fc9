"""Records what a version keeps, a journal and a store, with something in every table.

Run once for a version, by that version's own code, from a worktree of its commit:

    PYTHONPATH=tests:. .venv/bin/python …/record_stores_f8c5a59.py …/tests/versions/stores

It writes `journal-NAME.sqlite.gz`, `store-NAME.sqlite.gz`, its `store-NAME.backup` and
`store-NAME.sql.gz` (pg_dump), NAME being the commit. What is recorded is never recorded again: it
is what is out there. This one is of f8c5a59, the first schema; its imports are that commit's. A
later schema gets a script of its own.
"""
# mypy: ignore-errors

from __future__ import annotations

import gzip
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from centre.days import LED, quiet_day
from centre.duty import on_duty
from centre.hall import TEN, Hall, ref
from centre.serving import app_of, book_of, centre_of, serving
from centre.test_purge import NUMBER, registered

from gate_agent.domain.contact_records import ContactState
from gate_agent.domain.policy import HallMode
from gate_agent.domain.records import BY_TYPE, AgentStopped, HoldState
from gate_agent.moment import ClockQuality
from gate_agent.store.journal import Draft
from gate_collector.alarms import BY_HAND, standing
from gate_collector.backup import backup
from gate_collector.contacts.trace import judge, trace
from gate_collector.proof import gates, verify
from gate_collector.reports.versions import correct, make_due
from gate_collector.roles.access import Role
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.keys import ApiKeys
from gate_collector.schema import METADATA, open_store
from postgres import Cluster
from project.record_samples import SAMPLES
from security.registered import gate
from store.shelf import hold, passage, write

NAME = "f8c5a59"
PEOPLE, PASSAGES = 24, 160


def journal(folder: Path) -> Path:
    """Let a door live for three weeks: registrations that went or are there, holds, devices."""
    with gate(folder) as found:
        for number in range(PASSAGES):
            write(found.journal, passage(number))
        found.register(*range(PEOPLE))
        found.receipt()
        found.look()
        found.days(16)  # past their fourteen: bodies and people go
        for sample in SAMPLES:
            write(found.journal, Draft(record=sample, at=found.clock.now()))
        found.register(*range(PEOPLE, 2 * PEOPLE))
        for number in range(PASSAGES, 2 * PASSAGES):
            held = f"h-{number}" if number % 40 == 0 else None
            write(found.journal, passage(number, hold_id=held, at=found.clock.now()))
            if held is not None:
                write(found.journal, hold(number))
        found.receipt()
        write(found.journal, AgentStopped(reason="SIGTERM"))
    path = found.journal.path
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        counts = {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608
            for (name,) in tables.fetchall()
        }
    print(path.name, counts)
    assert all(counts.values()), "expected rows in every table"
    return path


def store(url: str) -> None:
    """Let a hall work for a day: both doors, pages, alerts, policies, accounts, erasures."""
    with on_duty(url) as duty:
        one: Hall = duty.hall
        one.west.clock = ClockQuality.UNSYNCED
        one.west.passage(who="under a clock in doubt")
        one.west.clock = ClockQuality.SYNCED
        for _ in range(40):
            one.west.say(registered())
            one.central.passage(at=one.clock.utc - timedelta(minutes=3))
        one.west.say(registered("f" * 64))
        quiet_day(one)
        one.central.passage(who="near", at=TEN + timedelta(minutes=5))
        one.west.hold("hold-1", at=TEN + timedelta(minutes=5))
        one.west.step("hold-1", HoldState.ACKNOWLEDGED, at=TEN + timedelta(minutes=6))
        one.central.hold("hold-2", at=TEN + timedelta(minutes=5), who="another")
        one.central.send(b"no event")
        one.west.heartbeat(oldest_s=400)
        for sample in SAMPLES:
            one.central.say(sample)
        one.west.step("hold-1", HoldState.RECHECKED)
        one.settle()
        duty.until(2)
        centre = centre_of(one, lambda: LED)
        make_due(centre)
        correct(centre, TEN.date(), by="王科长", why="补报")
        case = trace(one.engine, "west-1f", "hold-1", LED.contacts)
        confirmed = {"by": "王科长", "at": TEN, "reason": "邻座"}
        judge(one.engine, case, ref("near"), ContactState.CONFIRMED, **confirmed)
        accounts, book = Accounts(centre), book_of(one)
        accounts.make("王科长", Role.LEADER, "correct horse battery")
        accounts.sign_on("王科长", "correct horse battery")
        ApiKeys(centre, accounts).make("provincial")
        book.issue(lambda _: {"hall_mode": HallMode.CLOSED}, by="王科长", why="演练")
        with serving(app_of(centre, book)) as client:
            asked = {"who": NUMBER, "by": "王科长", "why": "本人来函要求删除"}
            assert client.post("/retention/erase", json=asked).status_code == 201
            with one.engine.connect() as connection:
                alarm = next(one for one in standing(connection) if one.kind in BY_HAND)
            cleared = {"by": "王科长", "why": "已到现场核实", "seen": alarm.detail}
            answer = client.post(f"/ledger/alarms/{alarm.id}/clear", json=cleared)
            assert answer.status_code < 300, answer.text
        for name in gates(one.engine):
            print(name, *verify(one.engine, name))
        with one.engine.connect() as connection:
            empty = [
                table.name
                for table in METADATA.sorted_tables
                if connection.execute(table.select().limit(1)).first() is None
            ]
        assert empty == [], f"expected rows in every table, got none in {empty}"


def pack(found: bytes, out: Path) -> None:
    """Write it compressed, the same bytes for the same content."""
    out.write_bytes(gzip.compress(found, mtime=0))
    print(f"{out.name}: {len(found)} bytes, {out.stat().st_size} packed")


def main() -> None:
    """Record all three."""
    out = Path(sys.argv[1])
    assert {sample.TYPE for sample in SAMPLES} == set(BY_TYPE)
    with tempfile.TemporaryDirectory() as name, Cluster() as cluster:
        folder = Path(name)
        pack(journal(folder).read_bytes(), out / f"journal-{NAME}.sqlite.gz")
        pack((folder / "west-1f.sqlite.head").read_bytes(), out / f"journal-{NAME}.head.gz")
        store(f"sqlite:///{folder / 'collector.sqlite'}")
        pack((folder / "collector.sqlite").read_bytes(), out / f"store-{NAME}.sqlite.gz")
        backup(open_store(f"sqlite:///{folder / 'collector.sqlite'}"), out / f"store-{NAME}.backup")
        url = cluster.database()
        store(url)
        dump = ("pg_dump", "--no-owner", "--no-privileges", url.replace("+psycopg", ""))
        done = subprocess.run(dump, check=True, capture_output=True)
        lines = done.stdout.splitlines(keepends=True)  # another psql may not know \\restrict
        known = (line for line in lines if not line.startswith((b"\\restrict", b"\\unrestrict")))
        pack(b"".join(known), out / f"store-{NAME}.sql.gz")


if __name__ == "__main__":
    main()
