"""Whatever is changed or deleted at the centre is found: here, or against the door's export."""

from __future__ import annotations

import io
import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, StaticPool, create_engine

from collector.hall_of_doors import ZONE
from collector.recorded_gates import BEGAN, GATE, SITE, Gate
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.contract.policy_document import digest, encode_policy
from gate_agent.contract.records import AgentStarted, ClockSynced, ModeApplied, PersonRegistered
from gate_agent.errors import GateError
from gate_agent.host.spool import SpoolRequest
from gate_collector.ingest.arrival import read
from gate_collector.ingest.batch import Batch
from gate_collector.ledger.against import faults_against
from gate_collector.ledger.proof import faults_of, faults_of_hall
from gate_collector.ledger.verify import BrokenStream, export, named_gates, verify
from gate_collector.retention.retention import purge_asked
from gate_collector.store.opening import open_store
from gate_collector.store.schema import METADATA
from gate_collector.store.schema_office import MERGED, POLICY
from project.record_samples import REF, SAMPLES
from tree import ROOT

AT = BEGAN + timedelta(hours=1, microseconds=700)  # a clock shows more than is kept
STAMP = "2026-11-24T03:00:00.000Z"
EVIDENCE = (
    "event", "doubted", "stream", "gate", "passage", "hold", "report", "notable", "purged",
    "merged_report", "policy",
)  # fmt: skip
# What nothing else here says again. docs/reliability.md names each, and where it is found.
UNPROVEN = {
    "event.historical", "stream.moved", "gate.seen", "gate.payload", "purged.id",
    "purged.at", "purged.cause", "purged.request", "merged_report.complete",
    "merged_report.abnormal", "policy.valid_from", "policy.issued", "policy.by", "policy.why",
}  # fmt: skip
OF_REDACTED = {"event.severity", "event.time", "event.stored", "event.late_ms", "event.historical"}


def _doubtful(body: bytes) -> bytes:
    told = json.loads(body)
    told["clock"] = "unsynced"
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


class Doubtful(Gate):
    """A door whose clock is in doubt."""

    def append(self, record: Any, utc: Any = None) -> Any:
        made = super().append(record, utc)
        body = _doubtful(made.body)
        link = sha256(made.prevlink + sha256(body).digest()).digest()
        event = type(made)(
            made.sequence, type(made.message)(made.message.topic, body), made.prevlink, link
        )
        self.events[-1] = event
        return event


def _fill(engine: Engine) -> None:
    west, before, doubtful = Gate(), Gate(epoch="c" * 32), Doubtful("central-2f", "d" * 32)
    policy = Policy(version=3, hall_mode=HallMode.OPEN)
    document = encode_policy(policy)
    applied = ModeApplied(policy_version=3, hall_mode=HallMode.OPEN, policy_sha256=digest(document))
    other = next(one for one in SAMPLES if isinstance(one, PersonRegistered))
    stays = other.model_copy(update={"person_ref": "cd" * 32})
    records = [applied if isinstance(one, ModeApplied) else one for one in SAMPLES]
    before.passages(2)
    for one in (*records, stays, other):
        west.append(one)
    for one in (AgentStarted(version="1", boot="b" * 32, config_sha256=REF, policy_version=3),
                ClockSynced(boot="b" * 32, booted="2026-11-24T01:00:00.000Z")):  # fmt: skip
        doubtful.append(one)
    doubtful.passages(2)
    states = [one.says(at=AT) for one in (west, doubtful)]
    with engine.begin() as connection:
        for gate in (before, west, doubtful):
            said = [read(one.message, SITE) for one in gate.events]
            Batch(connection, ZONE, AT).take(said)
        Batch(connection, ZONE, AT).take([read(one, SITE) for one in states])
        assert purge_asked(connection, AT, SpoolRequest(id="1", person_ref=REF)) == 2
        report = {"day": "2026-11-24", "version": 1, "made": STAMP, "by": "clock", "why": ""}
        text = json.dumps(report)
        connection.execute(MERGED.insert().values(
            report | {"complete": True, "abnormal": 0, "document": text,
                      "sha256": sha256(text.encode()).hexdigest()}))  # fmt: skip
        for number in (2, 3):
            kept = encode_policy(policy.model_copy(update={"version": number}))
            connection.execute(POLICY.insert().values(
                version=number, valid_from=None, issued=STAMP, by="x", why="y", hall_mode="open",
                sha256=digest(kept), document=kept.decode()))  # fmt: skip


class Kept:
    """A store in memory that is put back as it was after each change."""

    def __init__(self, image: bytes) -> None:
        self._image = image
        self.raw = sqlite3.connect(":memory:", check_same_thread=False)
        self.raw.deserialize(image)
        self.engine = create_engine("sqlite://", creator=lambda: self.raw, poolclass=StaticPool)

    def again(self) -> None:
        self.raw.rollback()
        self.raw.deserialize(self._image)

    def change(self, sql: str, *values: object) -> None:
        self.raw.execute(sql, values)
        self.raw.commit()

    def faults(self) -> list[str]:
        """Return what `gate-collector verify` tells."""
        return list(self._faults())

    def is_sound(self) -> bool:
        """Whether it tells nothing."""
        return next(self._faults(), None) is None

    def _faults(self) -> Iterator[str]:
        for gate in named_gates(self.engine):
            try:
                list(verify(self.engine, gate))
            except BrokenStream as exc:
                yield str(exc)
            with closing(faults_of(self.engine, gate, site=SITE, zone=ZONE)) as told:
                yield from (f"{gate} {fault}" for fault in told)
        with closing(faults_of_hall(self.engine)) as told:
            yield from told


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("store") / "store.sqlite"
    engine = open_store(f"sqlite:///{path}")
    _fill(engine)
    engine.dispose()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode=DELETE")
        return raw.serialize()


@pytest.fixture
def kept(image: bytes) -> Iterator[Kept]:
    made = Kept(image)
    yield made
    made.engine.dispose()


@pytest.fixture
def exported(kept: Kept) -> bytes:
    """What west's own journal says: as the centre's export of the whole store, for one epoch."""
    out = io.BytesIO()
    export(kept.engine, GATE, out)
    lines = out.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if b'"epoch":"cccc' not in line)


def _other(name: str, value: Any) -> Any:
    """Return another value of the same kind."""
    match value:
        case None:
            return {"body": b"x", "late_ms": 1}.get(name, "x")
        case bytes():
            return bytes([value[0] ^ 1]) + value[1:]
        case str() if re.fullmatch(r"\d{4}-.*Z", value):
            return value.replace("2026", "2025", 1)
        case str() if name in ("data", "document", "payload"):
            return value.replace("{", '{"z":1,', 1)
        case str():
            return value + "x" if value else "x"
        case float():
            return value + 1.5
        case _ if name == "late_ms":
            return value + 2  # one more is how earlier versions rounded
        case _:
            return value + 1


def _sample(kinds: list[Any]) -> list[int]:
    """Return the places of one row of each kind."""
    found: dict[Any, int] = {}
    for at, kind in enumerate(kinds):
        found.setdefault(kind, at)
    return sorted(found.values())


def _mutations(raw: sqlite3.Connection) -> Iterator[tuple[str, str, int, Any, bool]]:
    """Yield table, column, row id, another value, and whether the row is redacted."""
    for table in EVIDENCE:
        columns = [c.name for c in METADATA.tables[table].c]
        rows = raw.execute(f"SELECT rowid, {', '.join(columns)} FROM {table}").fetchall()  # noqa: S608
        assert rows, table
        kinds: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            told = dict(zip(columns, row[1:], strict=True))
            gone = table == "event" and told["body"] is None
            # of an event each column once for each way it is kept; of a view each row's kind
            kinds[table].append((gone, told.get("gate", ""),
                                 told.get("type") if table == "notable" else ""))  # fmt: skip
        for at in _sample(kinds[table]):
            rowid, values = rows[at][0], rows[at][1:]
            gone = kinds[table][at][0]
            if table == "notable" and at % 6:  # of so many kinds some
                continue
            for name, value in zip(columns, values, strict=True):
                yield table, name, rowid, _other(name, value), gone
                if value is not None and METADATA.tables[table].c[name].nullable:
                    yield table, name, rowid, None, gone


def test_a_store_as_it_was_made_is_sound(kept: Kept, exported: bytes) -> None:
    assert kept.faults() == []
    assert list(faults_against(kept.engine, io.BytesIO(exported), site=SITE)) == []


def test_every_column_of_every_kind_of_row_is_proven_or_named(kept: Kept) -> None:
    unfound = set()
    for table, column, rowid, value, gone in list(_mutations(kept.raw)):
        try:
            kept.change(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", value, rowid)  # noqa: S608
            is_sound = kept.is_sound()
        except (sqlite3.IntegrityError, GateError, ValueError):
            is_sound = False
        finally:
            kept.again()
        name = f"{table}.{column}"
        if is_sound and not (gone and name in OF_REDACTED):
            unfound.add(name)

    assert unfound == UNPROVEN


@pytest.mark.parametrize("table", EVIDENCE)
def test_no_row_and_no_table_goes_unseen(kept: Kept, table: str) -> None:
    rowids = [one for (one,) in kept.raw.execute(f"SELECT rowid FROM {table}")]  # noqa: S608
    unfound = []
    for rowid in {*rowids[:: max(1, len(rowids) // 6)], rowids[-1]}:
        kept.change(f"DELETE FROM {table} WHERE rowid = ?", rowid)  # noqa: S608
        unfound += [rowid] if kept.is_sound() else []
        kept.again()
    kept.change(f"DELETE FROM {table}")  # noqa: S608
    emptied = not kept.is_sound()

    alone = {"gate", "merged_report", "policy"}  # of which nothing else is made
    assert (not unfound and emptied) is (table not in alone)


def test_the_issues_own_attacks_are_each_told_and_no_door_hides_another(kept: Kept) -> None:
    attacks = {
        "bodies gone": "UPDATE event SET body = NULL WHERE type LIKE 'gate.hold.%'",
        "bodies gone as registrations": "UPDATE event SET body = NULL,"
        " type = 'gate.person.registered.v1' WHERE type LIKE 'gate.hold.%'",
        "one more registration gone": "UPDATE event SET body = NULL"
        " WHERE type = 'gate.person.registered.v1'",
        "the last five gone": "DELETE FROM event WHERE gate = 'west-1f' AND sequence > 33",
        "all of a door gone": "DELETE FROM event WHERE gate = 'west-1f'",
    }
    unfound = []
    for name, sql in attacks.items():
        kept.change(sql)
        unfound += [] if any(GATE in fault for fault in kept.faults()) else [name]
        kept.again()
    assert unfound == []

    kept.change("DELETE FROM event WHERE gate = 'west-1f'")
    kept.change("DELETE FROM stream WHERE gate = 'west-1f'")
    kept.change("UPDATE event SET link = zeroblob(32) WHERE gate = 'central-2f'")
    told = "\n".join(kept.faults())
    assert GATE in told
    assert "central-2f" in told


def test_what_is_gone_without_a_trace_is_found_against_the_doors_export(
    kept: Kept, exported: bytes
) -> None:
    for table in METADATA.tables.values():
        if "gate" in table.c:
            kept.change(f"DELETE FROM {table.name} WHERE gate = ?", GATE)  # noqa: S608
    assert [fault for fault in kept.faults() if GATE in fault] == []

    faults = list(faults_against(kept.engine, io.BytesIO(exported), site=SITE))

    assert len(faults) == exported.count(b"\n")


def test_a_redacted_rows_columns_are_found_against_the_doors_export(
    kept: Kept, exported: bytes
) -> None:
    kept.change("UPDATE event SET severity = 'urgent' WHERE body IS NULL AND gate = ?", GATE)
    lines = exported.replace(
        b'"redacted":true,',
        b'"redacted":true,"type":"gate.person.registered.v1","severity":"routine",',
    )

    assert len(list(faults_against(kept.engine, io.BytesIO(lines), site=SITE))) == 2
    assert list(faults_against(kept.engine, io.BytesIO(exported), site=SITE)) == []


def test_what_cannot_be_found_here_is_said() -> None:
    told = Path(ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")

    assert [name for name in sorted(UNPROVEN | OF_REDACTED) if f"`{name}`" not in told] == []
