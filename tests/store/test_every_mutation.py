"""Whatever is changed in a door's journal is found, or named as what only the centre can find."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate_agent.contract.records import DataPurged, PersonRegistered
from gate_agent.errors import GateError
from gate_agent.store.errors import BrokenChain, JournalForeign
from gate_agent.store.schema import METADATA
from gate_agent.store.verify import rebuild, verify
from project.record_samples import SAMPLES
from store.shelf import GATE, KEY, SITE, open_journal, raw, write
from tree import ROOT

TABLES = [table for table in METADATA.tables if table != "people"]
# Said nowhere else in the journal. docs/reliability.md names each, and where it is found.
UNPROVEN = {"meta.value of program", "meta.key of program"}
OF_REDACTED = {"event.time", "event.boot", "event.bootns"}


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of every kind of event, one registration gone."""
    path = tmp_path_factory.mktemp("door") / "gate.db"
    with open_journal(path) as opened:
        for one in SAMPLES:
            if not isinstance(one, DataPurged):
                write(opened, one)
        write(opened, next(one for one in SAMPLES if isinstance(one, PersonRegistered)))
    ((gone,),) = raw(
        path, "SELECT min(sequence) FROM event WHERE type = 'gate.person.registered.v1'"
    )
    raw(path, "UPDATE event SET body = NULL WHERE sequence = ?", (gone,))
    with open_journal(path) as opened:
        write(opened, DataPurged(cause="retention", redacted=1, first_sequence=gone,
                                 last_sequence=gone))  # fmt: skip
    return path


def _registrations(path: Path) -> tuple[int, int]:
    asked = "SELECT min(sequence), max(sequence) FROM event WHERE type = ?"
    ((first, last),) = raw(path, asked, (PersonRegistered.TYPE,))
    return first, last


@pytest.fixture
def copied(journal: Path, tmp_path: Path) -> Path:
    path = tmp_path / "gate.db"
    _again(journal, path)
    return path


def _again(journal: Path, path: Path) -> None:
    for file in journal.parent.glob("gate.db*"):
        if not file.name.endswith((".reserve", ".lock")):
            shutil.copy(file, path.with_name(file.name))


def _is_sound(path: Path) -> bool:
    try:
        verify(path, lambda *_: None, whose=(SITE, GATE))
        return rebuild(path, KEY, lambda *_: None).equal
    except (GateError, sqlite3.Error):
        return False


def _other(value: Any) -> Any:
    match value:
        case None:
            return "x"
        case bytes():
            return bytes([value[0] ^ 1]) + value[1:]
        case str():
            return value + "x"
        case _:
            return value + 1


def _mutations(path: Path) -> Iterator[tuple[str, str, tuple[Any, ...], Any]]:
    """Yield a name, a change, the key of its row, and another value of one column."""
    for table in TABLES:
        columns = [c.name for c in METADATA.tables[table].c]
        key = [c.name for c in METADATA.tables[table].primary_key]
        rows = raw(path, f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608
        assert rows, table
        told = [dict(zip(columns, row, strict=True)) for row in rows]
        few = [*told[:3], *(one for one in told if one.get("body", "") is None)]
        for row in few if table != "meta" else told:
            for name, value in row.items():
                more = f" of {row['key']}" if table == "meta" else ""
                gone = "gone " if row.get("body", "") is None else ""
                where = " AND ".join(f"{one} = ?" for one in key)
                change = f"UPDATE {table} SET {name} = ? WHERE {where}"  # noqa: S608
                yield (
                    f"{gone}{table}.{name}{more}",
                    change,
                    tuple(row[k] for k in key),
                    _other(value),
                )


def test_a_journal_as_it_was_made_is_sound(copied: Path) -> None:
    assert _is_sound(copied)


def test_every_column_of_every_kind_of_row_is_proven_or_named(journal: Path, copied: Path) -> None:
    unfound = set()
    for name, change, key, value in list(_mutations(copied)):
        try:
            raw(copied, change, (value, *key))
        except sqlite3.IntegrityError:
            continue
        if _is_sound(copied):
            unfound.add(name)
        _again(journal, copied)

    assert unfound == UNPROVEN | {f"gone {name}" for name in OF_REDACTED}


@pytest.mark.parametrize("table", TABLES)
def test_no_row_and_no_table_goes_unseen(journal: Path, copied: Path, table: str) -> None:
    unfound = []
    key = [c.name for c in METADATA.tables[table].primary_key]
    where = " AND ".join(f"{one} = ?" for one in key)
    rows = raw(copied, f"SELECT {', '.join(key)} FROM {table}")  # noqa: S608
    for row in [rows[0], rows[len(rows) // 2], rows[-1]]:
        raw(copied, f"DELETE FROM {table} WHERE {where}", row)  # noqa: S608
        if _is_sound(copied):
            unfound.append(row[0])
        _again(journal, copied)
    for all_of_it in (f"DELETE FROM {table}", f"DROP TABLE {table}"):  # noqa: S608
        raw(copied, all_of_it)
        if _is_sound(copied):
            unfound.append(all_of_it)
        _again(journal, copied)

    assert [row for row in unfound if row != "program"] == []


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("UPDATE event SET body = NULL WHERE type LIKE 'gate.hold.%'", "it is no registration"),
        (
            """UPDATE event SET body = NULL, type = 'gate.person.registered.v1',
            severity = 'routine' WHERE type LIKE 'gate.hold.%'""",
            "no record says so",
        ),
        (
            "UPDATE event SET body = NULL WHERE type = 'gate.person.registered.v1'",
            "no record says so",
        ),
    ],
)
def test_a_body_that_may_not_be_gone_is_named(copied: Path, sql: str, why: str) -> None:
    raw(copied, sql)

    with pytest.raises(BrokenChain, match=why):
        verify(copied, lambda *_: None)


def test_more_bodies_gone_than_records_tell_are_named(copied: Path) -> None:
    first, last = _registrations(copied)
    with open_journal(copied) as opened:
        write(opened, DataPurged(cause="retention", redacted=0, first_sequence=first,
                                 last_sequence=last))  # fmt: skip
    raw(copied, "UPDATE event SET body = NULL WHERE sequence = ?", (last,))

    with pytest.raises(BrokenChain, match="one of 2 bodies that are gone, and records tell of 1"):
        verify(copied, lambda *_: None)


def test_another_doors_journal_is_named(copied: Path) -> None:
    with pytest.raises(JournalForeign, match="expected the journal of hall-01/north-3f"):
        verify(copied, lambda *_: None, whose=(SITE, "north-3f"))


def test_what_cannot_be_found_here_is_said() -> None:
    told = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")

    names = {name.replace("value of ", "").replace("key of ", "") for name in UNPROVEN}
    names |= {"people", "meta.receipt"}
    assert [name for name in sorted(names | OF_REDACTED) if f"`{name}`" not in told] == []
