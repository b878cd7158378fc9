"""A journal that is torn is kept aside, whole; a new epoch begins, and says so; holds go on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from children import wait_until
from gate_agent.contract.messages import parse_body
from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import HoldState, HoldStep, JournalReplaced
from gate_agent.store.errors import JournalDamaged, JournalForeign, NotAJournal
from gate_agent.store.reader import JournalReader
from gate_agent.store.verify import verify
from store.shelf import NOON, Waiter, drafts, hold, open_journal, passage, proven, raw, write

PAGE = 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal with an open hold that was acknowledged, and its older copy beside."""
    path = tmp_path / "gate.db"
    step = HoldStep(
        hold_id="h-1",
        step=HoldState.ACKNOWLEDGED,
        by="guard",
        at=format_utc(NOON.utc),
        deadline_s=600,
    )
    with open_journal(path) as journal:
        write(journal, passage(0))
    (tmp_path / "older").write_bytes(path.read_bytes())
    with open_journal(path) as journal:
        write(journal, hold(1), step)
    return path


def _zero_first_page(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(PAGE))


def _zero_all(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _tear_the_schema(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 200)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _older(path: Path) -> None:
    path.write_bytes(path.with_name("older").read_bytes())


@pytest.mark.parametrize("damage", [_zero_first_page, _zero_all, _tear_the_schema, _empty, _older])
def test_a_damaged_journal_is_kept_aside_and_a_new_epoch_says_so(
    path: Path, damage: Callable[[Path], None]
) -> None:
    ((epoch,),) = raw(path, "SELECT value FROM meta WHERE key = 'epoch'")
    damage(path)
    content = path.read_bytes()

    with pytest.raises(NotAJournal):
        open_journal(path)
    with open_journal(path, replace_damaged=True) as journal:
        assert journal.epoch != epoch
        write(journal, passage(2))

    assert path.with_name("gate.db.damaged-1").read_bytes() == content
    verify(path, lambda _done, _total: None)
    first = parse_body(proven(path)[0][1] or b"").record()
    assert isinstance(first, JournalReplaced)
    assert (first.previous_epoch, first.previous_sequence) == (epoch, 3)
    assert first.kept_as == "gate.db.damaged-1"
    assert first.cause


def test_holds_that_can_still_be_read_go_on_in_the_new_journal(path: Path) -> None:
    raw(path, "DELETE FROM event WHERE sequence = 3")  # its end is gone, the rest is sound

    with open_journal(path, replace_damaged=True), JournalReader(path) as reader:
        (row,) = reader.open_holds()

    assert (row.hold_id, row.state) == ("h-1", HoldState.ACKNOWLEDGED)
    assert row.due_s == 600


def test_a_second_damage_gets_a_name_of_its_own(path: Path) -> None:
    for _ in range(2):
        _zero_all(path)
        with open_journal(path, replace_damaged=True):
            pass

    names = {file.name for file in path.parent.glob("gate.db.damaged-?")}
    assert names == {"gate.db.damaged-1", "gate.db.damaged-2"}


def test_a_file_that_never_was_a_journal_is_never_touched(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("milk, bread", encoding="utf-8")

    with pytest.raises(NotAJournal):
        open_journal(path, replace_damaged=True)

    assert path.read_text(encoding="utf-8") == "milk, bread"


def test_the_journal_of_another_gate_is_never_set_aside(path: Path) -> None:
    with pytest.raises(JournalForeign):
        open_journal(path, gate="central-2f", replace_damaged=True)

    assert len(proven(path)) == 3


def test_a_journal_that_lost_its_end_is_not_gone_on_with(path: Path) -> None:
    raw(path, "DELETE FROM event WHERE sequence = 3")

    with pytest.raises(JournalDamaged, match="expected 3 events, durable already, got 2"):
        open_journal(path)


def test_damage_found_while_running_sets_the_file_aside_and_loses_no_waiting_event(
    path: Path,
) -> None:
    done, replaced = Waiter(), Waiter()
    with open_journal(path, replace_damaged=True) as journal:
        epoch = journal.epoch
        journal.on_replaced(lambda: replaced(()))
        journal._writer.ledger.checkpoint()
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(PAGE)
            file.write(b"\xff" * (size - PAGE))
        journal._writer.ledger._connection.execute("PRAGMA shrink_memory")
        journal.append(drafts([passage(7), hold(7)]), done)
        done.wait()
        replaced.wait()
        assert journal.epoch != epoch
        wait_until(lambda: journal.healthy, "a sound journal")

    assert path.with_name("gate.db.damaged-1").exists()
    types = [parse_body(body or b"").type for _, body in proven(path)]
    assert types[0] == "gate.journal.replaced.v1"
    assert types[-2:] == ["gate.passage.decided.v1", "gate.hold.opened.v1"]
