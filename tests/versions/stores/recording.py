"""What the scripts beside this one do alike: a door's three weeks, a hall's day, and the files.

Its imports are those of 6d374ae and after, as long as none of them moves. What a version keeps
that no earlier one did is written by that version's own script.
"""
# mypy: ignore-errors

from __future__ import annotations

import gzip
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from httpx import Client
from sqlalchemy import Engine

from collector.days import LED, quiet_day
from collector.duty import Duty, on_duty
from collector.hall_of_doors import SITE, TEN, Hall
from collector.handed import PRIVATE
from collector.retention.test_purge import NUMBER, registered
from collector.served_centre import app_of, book_of, centre_of, serving
from gate_agent.config.model import SignaturesSection
from gate_agent.contract.messages import Topics
from gate_agent.contract.moment import ClockQuality
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import BY_TYPE, AgentStopped, HoldState
from gate_agent.contract.signed import CENTRE
from gate_agent.host.keys import Signatures
from gate_agent.provision.signing import ROOTS
from gate_agent.store.journal import Draft
from gate_collector.alarms.book import BY_HAND, standing
from gate_collector.ledger.backup import backup
from gate_collector.ledger.verify import gates, verify
from gate_collector.reports.versions import correct, make_due
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.keys import ApiKeys
from gate_collector.roles.session import Role
from gate_collector.store.opening import open_store
from gate_collector.store.schema import ABOUT, METADATA
from gate_collector.store.secret import secret_of
from gate_collector.store.signers import KnownInStore
from postgres import Cluster
from project.record_samples import SAMPLES
from security.registered import gate
from signatures import SigningSite
from store.shelf import hold, passage, write

PEOPLE, PASSAGES = 24, 160
BY = "王科长"
Office = Callable[[Client, Duty], None]


def record(name: str, office: Office) -> None:
    """Record journal and store of version `name`; `office` does at the pages what is its own."""
    out = Path(sys.argv[1])
    assert {sample.TYPE for sample in SAMPLES} == set(BY_TYPE)
    with tempfile.TemporaryDirectory() as temporary, Cluster() as cluster:
        folder = Path(temporary)
        file = folder / "collector.sqlite"
        pack(_journal(folder).read_bytes(), out / f"journal-{name}.sqlite.gz")
        pack((folder / "west-1f.sqlite.head").read_bytes(), out / f"journal-{name}.head.gz")
        _store(f"sqlite:///{file}", folder / "one", office)
        assert not list(folder.glob("*-wal")), "expected all of it in the file"
        pack(file.read_bytes(), out / f"store-{name}.sqlite.gz")
        backup(open_store(f"sqlite:///{file}"), out / f"store-{name}.backup")
        url = cluster.database()
        _store(url, folder / "other", office)
        dump = ("pg_dump", "--no-owner", "--no-privileges", url.replace("+psycopg", ""))
        done = subprocess.run(dump, check=True, capture_output=True)
        lines = done.stdout.splitlines(keepends=True)  # another psql may not know \\restrict
        known = (line for line in lines if not line.startswith((b"\\restrict", b"\\unrestrict")))
        pack(b"".join(known), out / f"store-{name}.sql.gz")


def post(client: Client, path: str, **asked: object) -> dict[str, object]:
    """Do something at a page, as somebody of the office does; return the answer."""
    answer = client.post(path, json={"by": BY} | asked)
    assert answer.is_success, f"{path}: {answer.text}"
    return answer.json()


def pack(content: bytes, out: Path) -> None:
    """Write it compressed, the same bytes for the same content."""
    out.write_bytes(gzip.compress(content, mtime=0))
    print(f"{out.name}: {len(content)} bytes, {out.stat().st_size} packed")


def _journal(folder: Path) -> Path:
    """Let a door live for three weeks: registrations that went or are there, holds, devices."""
    with gate(folder) as door:
        for number in range(PASSAGES):
            write(door.journal, passage(number))
        door.register(*range(PEOPLE))
        door.receipt()
        door.look()
        door.days(16)  # past their fourteen: bodies and people go
        for sample in SAMPLES:
            write(door.journal, Draft(record=sample, at=door.clock.now()))
        door.register(*range(PEOPLE, 2 * PEOPLE))
        for number in range(PASSAGES, 2 * PASSAGES):
            held = f"h-{number}" if number % 40 == 0 else None
            write(door.journal, passage(number, hold_id=held, at=door.clock.now()))
            if held is not None:
                write(door.journal, hold(number))
        door.receipt()
        write(door.journal, AgentStopped(reason="SIGTERM"))
    path = door.journal.path
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        counts = {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608
            for (name,) in tables.fetchall()
        }
    print(path.name, counts)
    assert all(counts.values()), "expected rows in every table"
    return path


def _store(url: str, keys: Path, office: Office) -> None:
    """Let a hall work for a day: both doors, pages, alerts, policies, accounts, erasures."""
    with on_duty(url) as duty:
        one: Hall = duty.hall
        _doors(one)
        duty.until(2)
        book = book_of(one)
        book.issue(lambda _: LED.model_dump(mode="json", include={"rota"}), by=BY, why="值班表")
        centre = centre_of(one, book.in_force)
        make_due(centre)
        correct(centre, TEN.date(), by=BY, why="补报")
        accounts = Accounts(centre)
        accounts.make(BY, Role.LEADER, "correct horse battery")
        accounts.sign_on(BY, "correct horse battery")
        ApiKeys(centre, accounts).make("provincial")
        book.issue(lambda _: {"hall_mode": HallMode.CLOSED}, by=BY, why="演练")
        secret_of(one.engine, "answers")
        _heard(one.engine, keys)
        with serving(app_of(centre, book, private=PRIVATE)) as client:
            post(client, "/retention/erase", who=NUMBER, why="本人来函要求删除")
            with one.engine.connect() as connection:
                alarm = next(it for it in standing(connection) if it.kind in BY_HAND)
            post(client, f"/ledger/alarms/{alarm.id}/clear", why="已到现场核实", seen=alarm.detail)
            office(client, duty)
        _expect_all_tables(one.engine)


def _doors(one: Hall) -> None:
    """Let both doors say what doors say in a day, and what a centre must not believe."""
    one.west.clock = ClockQuality.UNSYNCED
    one.west.passage(who="under a clock in doubt")
    one.west.clock = ClockQuality.SYNCED
    for _ in range(40):
        one.west.say(registered())
        one.central.passage(at=one.clock.utc - timedelta(minutes=3))
    one.west.say(registered("f" * 64))
    quiet_day(one)
    held = TEN + timedelta(minutes=5)
    one.central.passage(who="near", at=held)
    one.west.hold("hold-1", at=held)
    one.west.step("hold-1", HoldState.ACKNOWLEDGED, at=held + timedelta(minutes=1))
    one.central.hold("hold-2", at=held, who="another")
    one.central.send(b"no event")
    one.settle()  # what a heartbeat tells of was receipted
    one.west.heartbeat(oldest_s=400, name="一层西侧出入口")
    for sample in SAMPLES:
        one.central.say(sample)
    one.west.step("hold-1", HoldState.RECHECKED)
    one.settle()


def _heard(engine: Engine, keys: Path) -> None:
    """Let the centre believe a door by its signature."""
    site, door = SigningSite(keys, CENTRE, "west-1f"), Topics(site=SITE, gate="west-1f")
    section = SignaturesSection(roots_file=keys / CENTRE / ROOTS)
    centre = Signatures(section, site=SITE, name=CENTRE, known=KnownInStore(engine))
    signature = site.of("west-1f").sign(door.state, b"{}")
    assert centre.fault_of(door.state, b"{}", signature) is None


def _expect_all_tables(engine: Engine) -> None:
    """Print what is proven of it; a table without a row would prove nothing later."""
    for name in gates(engine):
        print(name, *verify(engine, name))
    with engine.connect() as connection:
        empty = [
            table.name
            for table in (*METADATA.sorted_tables, *ABOUT.sorted_tables)
            if connection.execute(table.select().limit(1)).first() is None
        ]
    assert empty == [], f"expected rows in every table, got none in {empty}"
