"""SQL that somebody planted in a door's journal is named; the door takes it out, and screens on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gate_agent.contract.messages import parse_body
from gate_agent.contract.records import Severity, StoreChanged, StoreState
from gate_agent.errors import StorageError
from gate_agent.store.errors import BrokenChain
from gate_agent.store.planted import planted
from gate_agent.store.reader import JournalReader
from gate_agent.store.schema import create_statements
from gate_agent.store.verify import verify
from store.shelf import open_journal, passage, raw, write

PLANTED = {
    "trigger keeps_out on event": "CREATE TRIGGER keeps_out AFTER INSERT ON event BEGIN"
    " DELETE FROM event WHERE sequence = NEW.sequence; END",
    "trigger cools on passage": "CREATE TRIGGER cools AFTER INSERT ON passage BEGIN"
    " UPDATE passage SET decision = 'admit'; END",
    "view holds": "CREATE VIEW holds AS SELECT * FROM hold",
    "index once on event": "CREATE UNIQUE INDEX once ON event (link)",
    "table notes": "CREATE TABLE notes (text TEXT)",
    r"view 'a\nb\u53e3'": 'CREATE VIEW "a\nb口" AS SELECT 1',
}


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "gate.db"
    with open_journal(path) as opened:
        write(opened, passage(1), passage(2))
    return path


def _named(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [str(one) for one in planted(connection)]


def _told(path: Path) -> list[StoreChanged]:
    with closing(JournalReader(path)) as reader:
        bodies = [event.body for event in reader.after(0, 100)]
    records = [parse_body(body).record() for body in bodies if body is not None]
    return [one for one in records if isinstance(one, StoreChanged)]


def test_a_new_journal_has_nothing_planted(journal: Path) -> None:
    assert _named(journal) == []
    verify(journal, lambda *_: None)


@pytest.mark.parametrize("name", PLANTED)
def test_verify_names_what_was_planted_and_the_door_takes_it_out_and_goes_on(
    name: str, journal: Path
) -> None:
    raw(journal, PLANTED[name])
    with pytest.raises(StorageError) as refused:
        verify(journal, lambda *_: None)
    assert f"expected this version's schema, got {name}" in str(refused.value)

    with open_journal(journal) as opened:
        write(opened, passage(3), passage(4))

    (told,) = _told(journal)
    assert (told.state, told.cause, told.severity) == (StoreState.PLANTED, name, Severity.URGENT)
    assert PLANTED[name] in (journal.parent / "gate.db.planted").read_text(encoding="utf-8")
    assert _named(journal) == ([name] if name.startswith("table") else [])
    if not name.startswith("table"):
        assert verify(journal, lambda *_: None).sequence == 5
        with open_journal(journal):
            pass
        assert len(_told(journal)) == 1


@pytest.mark.parametrize(
    ("kind", "name", "old", "new"),
    [
        ("CONFLICT in table", "passage", "(passage_id)", "(passage_id) ON CONFLICT IGNORE"),
        ("CHECK in table", "event", "link BLOB NOT NULL", "link BLOB NOT NULL CHECK (type <> 'x')"),
        ("DEFAULT in table", "hold", "person_ref TEXT", "person_ref TEXT DEFAULT 'x'"),
        ("another index", "event_urgent", "'urgent'", "'routine'"),
    ],
)  # fmt: skip
def test_a_table_or_an_index_that_was_made_anew_with_more_is_named(
    kind: str, name: str, old: str, new: str, tmp_path: Path
) -> None:
    path = tmp_path / "changed.db"
    done = [one.replace(old, new) if f" {name} " in one else one for one in create_statements()]
    assert done != create_statements()
    for statement in done:
        raw(path, statement)

    assert [one.partition(" on ")[0] for one in _named(path)] == [f"{kind} {name}"]


def test_what_is_bad_and_what_was_planted_are_both_told(journal: Path) -> None:
    raw(journal, "UPDATE event SET severity = 'urgent' WHERE sequence = 2")
    raw(journal, PLANTED["view holds"])
    with pytest.raises(BrokenChain) as refused:
        verify(journal, lambda *_: None)
    assert "event 2: its column severity" in str(refused.value)
    assert "got view holds" in str(refused.value)


def test_it_is_taken_out_although_its_text_cannot_be_kept(journal: Path) -> None:
    raw(journal, PLANTED["view holds"])
    (journal.parent / "gate.db.planted").mkdir()  # nothing can be kept there
    with open_journal(journal) as opened:
        write(opened, passage(3))
    assert [told.state for told in _told(journal)] == [StoreState.PLANTED]
    assert _named(journal) == []
