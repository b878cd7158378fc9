"""What is appended: numbered without a gap, chained, stored as published, told once durable."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from children import wait_until
from gate_agent.contract.messages import LINK_0, Receipt, parse_body
from gate_agent.contract.moment import NS_PER_S, ClockQuality
from gate_agent.contract.records import AgentStopped, ClockSynced, Decision, Severity
from gate_agent.errors import StorageError
from gate_agent.store.errors import JournalFull
from gate_agent.store.journal import MOST_WAITING, Stored
from gate_agent.store.reader import JournalReader
from gate_agent.testing import FakeClock
from store.shelf import (
    KEY,
    REF,
    SOON_S,
    Waiter,
    draft,
    drafts,
    hold,
    open_journal,
    passage,
    proven,
    raw,
    write,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gate.db"


def test_a_new_journal_is_empty_has_an_epoch_and_link_0(path: Path) -> None:
    with open_journal(path) as journal:
        head = journal.head

    assert (head.sequence, head.link, head.epoch) == (0, bytes(32), journal.epoch)
    assert len(head.epoch) == 32
    assert bytes(32) == LINK_0


def test_two_journals_never_share_an_epoch(tmp_path: Path) -> None:
    with open_journal(tmp_path / "a.db") as one, open_journal(tmp_path / "b.db") as other:
        assert one.epoch != other.epoch


def test_numbers_go_on_over_a_restart_without_a_gap_and_in_the_same_epoch(path: Path) -> None:
    with open_journal(path) as journal:
        write(journal, passage(1), passage(2))
        epoch = journal.epoch

    with open_journal(path) as journal:
        stored = write(journal, passage(3))
        again = journal.epoch

    assert [event.sequence for event in stored] == [3]
    assert again == epoch
    assert [sequence for sequence, _ in proven(path)] == [1, 2, 3]


def test_the_bytes_that_are_stored_are_the_bytes_that_are_told_and_that_are_encoded(
    path: Path,
) -> None:
    told: list[Stored] = []
    with open_journal(path) as journal:
        journal.subscribe(told.extend)
        stored = write(journal, passage(1), hold(2))

    kept = [body for _, body in proven(path)]
    assert [event.body for event in stored] == kept
    assert [event.body for event in told] == kept
    assert parse_body(stored[1].body).prevlink == stored[0].link.hex()
    assert [event.severity for event in stored] == [Severity.ROUTINE, Severity.URGENT]


def test_a_body_says_when_it_happened_when_it_was_recorded_and_how_far_the_clock_is_good(
    path: Path,
) -> None:
    clock = FakeClock()
    clock.set_quality = ClockQuality.HOLDOVER
    happened = clock.now()
    clock.advance(2)
    with open_journal(path, clock=clock) as journal:
        (event,) = write(journal, draft(passage(1), at=happened, drill=True))

    body = parse_body(event.body)
    assert (body.time, body.recordedtime) == (
        "2026-11-24T02:00:00.000Z",
        "2026-11-24T02:00:02.000Z",
    )
    assert (body.clock, body.boot, body.boot_ns) == ("holdover", "b" * 32, happened.boot_ns)
    assert body.drill
    assert body.record() == passage(1)


def test_drafts_of_one_call_stand_or_fall_together_and_a_bad_one_stops_no_other(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    no_text = AgentStopped.model_construct(reason="\ud800")  # half a character: no UTF-8 holds it
    refused, taken = Waiter(), Waiter()

    with open_journal(path) as journal:
        journal.append(drafts([passage(1), no_text]), refused)
        journal.append(drafts([passage(2)]), taken)
        taken.wait()
        assert journal.healthy

    assert [parse_body(body or b"").subject for _, body in proven(path)] == ["p-2"]
    assert not refused.came
    assert "expected records that can be encoded" in caplog.text


def test_done_is_called_only_when_another_process_could_read_it_from_the_disk(path: Path) -> None:
    seen: list[int] = []
    finished = threading.Event()

    def look(stored: tuple[Stored, ...]) -> None:
        seen.extend(row[0] for row in raw(path, "SELECT sequence FROM event"))
        assert stored[-1].sequence in seen
        finished.set()

    with open_journal(path) as journal:
        journal.append(drafts([passage(1)]), look)
        assert finished.wait(30)

    assert seen == [1]


def test_events_keep_the_order_of_the_calls_from_one_thread(path: Path) -> None:
    with open_journal(path) as journal:
        for number in range(300):
            journal.append(drafts([passage(number)]))

    order = [parse_body(body or b"").subject for _, body in proven(path)]
    assert order == [f"p-{number}" for number in range(300)]


def test_threads_append_at_once_and_each_gets_its_own_events_back(path: Path) -> None:
    done = {number: Waiter() for number in range(80)}
    with open_journal(path) as journal:

        def append(mine: range) -> None:
            for number in mine:
                journal.append(drafts([passage(number), passage(1000 + number)]), done[number])

        threads = [
            threading.Thread(target=append, args=(range(at, at + 20),)) for at in range(0, 80, 20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for number, waiter in done.items():
            first, second = waiter.wait()
            assert second.sequence == first.sequence + 1
            assert first.record.subject == f"p-{number}"

    assert len(proven(path)) == 160


def test_a_callers_fault_in_a_callback_stops_neither_the_journal_nor_the_others(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_stored: tuple[Stored, ...]) -> None:
        raise RuntimeError("not the journal's")

    with open_journal(path) as journal:
        journal.subscribe(fail)
        journal.append(drafts([passage(1)]), fail)
        write(journal, passage(2))
        assert journal.alive

    assert len(proven(path)) == 2
    assert caplog.text.count("a callback failed") >= 2


def test_a_caller_is_refused_when_too_many_drafts_wait_and_nothing_of_its_call_is_taken(
    path: Path,
) -> None:
    too_many = [draft(hold(number)) for number in range(MOST_WAITING + 1)]

    with (
        open_journal(path) as journal,
        pytest.raises(JournalFull, match=r"at most 10000 .* got 10001"),
    ):
        journal.append(too_many)

    assert proven(path) == []


def test_who_waits_for_what_is_there_is_not_refused_for_the_journals_own_news(path: Path) -> None:
    held, released, written = threading.Event(), threading.Event(), threading.Event()

    def hold_the_writer(_: tuple[Stored, ...]) -> None:
        held.set()
        released.wait(SOON_S)

    with open_journal(path) as journal, closing(sqlite3.connect(path)) as other:
        journal.append(drafts([hold(0)]), hold_the_writer)
        assert held.wait(SOON_S)
        other.execute("BEGIN IMMEDIATE")
        journal.append([draft(hold(number)) for number in range(1, MOST_WAITING + 1)])
        journal.append(drafts([passage(1)]))  # dropped: the news of it come on top of the others
        released.set()
        wait_until(lambda: journal._writer.waiting > MOST_WAITING, "the news to wait too")

        journal.append([], lambda _: written.set())

        other.rollback()
        assert written.wait(SOON_S)


def test_close_writes_what_waits_and_then_refuses(path: Path) -> None:
    journal = open_journal(path)
    for number in range(50):
        journal.append(drafts([passage(number)]))

    journal.close()
    journal.close()

    assert len(proven(path)) == 50
    assert not path.with_name("gate.db-wal").exists()
    with pytest.raises(StorageError, match="expected it open, got: closed"):
        journal.append(drafts([passage(51)]))


def test_the_newest_receipt_is_saved_also_when_no_event_comes(path: Path) -> None:
    receipts = [
        Receipt(epoch="e" * 32, upto=upto, link=REF, time="2026-11-24T02:00:00.000Z")
        for upto in (1, 2, 3)
    ]
    with open_journal(path) as journal:
        for receipt in receipts:
            journal.save_receipt(receipt)

    with open_journal(path) as journal:
        assert journal.receipt == receipts[-1]
    with JournalReader(path) as reader:
        assert reader.receipt() == receipts[-1]


def test_the_file_is_its_owners_alone(path: Path) -> None:
    with open_journal(path) as journal:
        write(journal, passage(1))
        modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}

    assert set(modes.values()) == {0o600}
    assert {"gate.db", "gate.db-wal", "gate.db.lock"} <= set(modes)


def test_the_reader_gives_lanes_single_events_and_times(path: Path) -> None:
    clock = FakeClock()
    with open_journal(path, clock=clock) as journal, JournalReader(path, KEY) as reader:
        assert reader.oldest_time(0) is None
        write(journal, passage(1), hold(2), passage(3, Decision.DENY))

        urgent = reader.after(0, 10, Severity.URGENT)
        routine = reader.after(1, 10, Severity.ROUTINE)

        assert [event.sequence for event in urgent] == [2]
        assert [event.sequence for event in routine] == [3]
        assert reader.event(2) == urgent[0]
        assert reader.event(9) is None
        assert reader.oldest_time(1) == "2026-11-24T02:00:00.000Z"
        assert reader.head() == journal.head


def test_a_boot_that_was_synchronised_later_corrects_its_earlier_events(path: Path) -> None:
    clock = FakeClock(boot_ns=90 * NS_PER_S)
    with open_journal(path, clock=clock) as journal, JournalReader(path, KEY) as reader:
        (early,) = write(journal, draft(passage(1), at=clock.now()))
        before = reader.event(1)
        assert before is not None
        assert reader.corrected_time(before) == before.time

        write(journal, ClockSynced(boot=clock.boot_id, booted="2027-03-01T08:00:00.000Z"))

        event = reader.event(1)
        assert event is not None
        assert event.time == "2026-11-24T02:00:00.000Z"
        assert reader.corrected_time(event) == "2027-03-01T08:01:30.000Z"
        assert early.body == event.body
