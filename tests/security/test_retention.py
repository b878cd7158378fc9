"""Personal data goes when its time has come, not before, and the chain verifies as before."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gate_agent.contract.free_text import sealed_box
from gate_agent.contract.identity import person_ref
from gate_agent.contract.messages import parse_body
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import DataPurged, PurgeCause, ShiftNoted
from gate_agent.gate.sealing import Sealing
from gate_agent.host.spool import Spool
from gate_agent.store.verify import export, rebuild, verify
from gate_agent.testing import FakeClock
from gate_agent.words import WORDS
from security.registered import DAY_S, KEYS, NAME, NUMBER, PHONE, Gate, all_bytes, gate, traces


def purged(found: Gate) -> list[DataPurged]:
    records = [
        parse_body(event.body).record()
        for event in found.reader.after(0, 10_000)
        if event.body is not None
    ]
    return [record for record in records if isinstance(record, DataPurged)]


def test_a_registration_stays_fourteen_days_and_goes_on_the_next(tmp_path: Path) -> None:
    with gate(tmp_path) as found:
        found.register(0, 1)
        found.receipt()
        found.look()
        found.days(14)
        assert (found.bodies(), found.people()) == ([1, 2], 2)

        found.days(1)

        assert (found.bodies(), found.people()) == ([], 0)
        (record,) = purged(found)
        assert record.cause is PurgeCause.RETENTION
        assert (record.people, record.redacted, record.retention_days) == (2, 2, 14)
        assert (record.first_sequence, record.last_sequence) == (1, 2)


def test_the_chain_holds_after_a_purge_and_the_record_proves_its_range(tmp_path: Path) -> None:
    with gate(tmp_path) as found:
        found.other_event()
        found.register(0, 1, 2)
        before = [event.link.hex() for event in found.reader.after(0, 10)]
        found.receipt()
        found.look()
        found.days(16)

        (record,) = purged(found)
        assert (record.link_before, record.link_after) == (before[0], before[3])
        head = verify(found.journal.path, lambda _done, _all: None)
        assert head.sequence == found.journal.head.sequence
        assert [event.link.hex() for event in found.reader.after(0, 4)] == before
        with (tmp_path / "export").open("wb") as out:
            export(found.journal.path, out)
        lines = (tmp_path / "export").read_bytes().splitlines()
        assert [b'"redacted":true' in line for line in lines[:5]] == [False, *[True] * 3, False]
        assert rebuild(found.journal.path, KEYS.store, lambda _done, _all: None).equal


def test_what_the_collector_has_not_stored_is_not_redacted(tmp_path: Path) -> None:
    with gate(tmp_path) as found:
        found.register(0)
        found.receipt()
        found.register(1)
        found.look()
        for _ in range(16):  # the centre's clock is heard, its store is stuck at the first
            found.clock.advance(DAY_S - 61)
            found.receipt(upto=1)
            found.look()

        assert found.bodies() == [2]
        assert found.people() == 0


def test_a_person_who_came_again_is_kept_from_the_newest_visit_on(tmp_path: Path) -> None:
    with gate(tmp_path) as found:
        found.register(0)
        found.receipt()
        found.look()
        found.days(8)
        found.register(0)
        found.days(8)

        assert found.people() == 1
        assert len(found.bodies()) == 1


@pytest.mark.parametrize("step_days", [1, 30, 400, -1, -400])
def test_a_clock_that_jumps_purges_nothing(tmp_path: Path, step_days: int) -> None:
    with gate(tmp_path) as found:
        found.register(0)
        found.receipt()
        found.look()
        found.days(14)

        found.clock.step(step_days * DAY_S)
        for _ in range(3):
            found.look()
            found.other_event()
            found.receipt(off_s=-step_days * DAY_S)  # the centre's clock did not jump

        assert (found.bodies(), found.people()) == ([1], 1)
        assert purged(found) == []


def test_a_clock_that_was_wrong_at_first_makes_nothing_older(tmp_path: Path) -> None:
    clock = FakeClock()
    clock.step(-20_000 * DAY_S)  # a board without a battery: 1971
    with gate(tmp_path, clock) as found:
        found.register(0)
        found.look()
        clock.step(20_000 * DAY_S)
        found.other_event()
        found.receipt()
        found.look()
        found.days(14)

        assert (found.bodies(), found.people()) == ([1], 1)
        found.days(1)
        assert (found.bodies(), found.people()) == ([], 0)


def test_without_the_centre_days_are_counted_by_the_clock_that_never_steps(tmp_path: Path) -> None:
    with gate(tmp_path) as found:
        found.register(0)
        found.receipt()
        found.look()

        found.clock.step(-400 * DAY_S)
        found.days(14, receipts=False)
        assert found.people() == 1
        found.days(1, receipts=False)

        assert found.people() == 0
        assert found.bodies() == []


def test_a_lost_calendar_makes_data_stay_longer(tmp_path: Path) -> None:
    with gate(tmp_path) as found:
        found.register(0)
        found.receipt()
        found.look()
        found.days(10)
    (tmp_path / "west-1f.sqlite.days").write_text("{", encoding="ascii")

    with gate(tmp_path, FakeClock(found.clock.utc, found.clock.boot_ns)) as again:
        again.other_event()
        again.receipt()
        again.look()
        again.days(14)
        assert again.people() == 1
        again.days(1)
        assert again.people() == 0


def test_a_restart_goes_on_counting(tmp_path: Path) -> None:
    clock, left = FakeClock(), []
    for _ in range(16):
        with gate(tmp_path, clock) as found:
            if found.journal.head.sequence == 0:
                found.register(0)
            found.other_event()
            found.receipt()
            found.look()
            left.append(found.people())
        clock.advance(DAY_S)

    assert left == [1] * 15 + [0]


def test_a_backlog_of_a_thousand_goes_in_parts_each_with_its_record(tmp_path: Path) -> None:
    with gate(tmp_path) as found:
        found.register(*range(600))
        found.receipt()
        found.look()
        found.days(16)

        records = purged(found)
        assert [record.redacted for record in records] == [256, 256, 88]
        assert [record.people for record in records] == [600, 0, 0]
        verify(found.journal.path, lambda _done, _all: None)


def test_what_was_purged_is_in_no_file(tmp_path: Path) -> None:
    with gate(tmp_path) as found:
        found.register(0)
        event = found.reader.event(1)
        assert event is not None
        assert event.body is not None
        sealed = str(parse_body(event.body).data["sealed"]).encode()
        assert any(sealed in content for content in all_bytes(tmp_path).values())
        found.receipt()
        found.look()
        found.days(16)
        found.look()

        left = [name for name, content in all_bytes(tmp_path).items() if sealed in content]
        assert left == []


def test_no_name_number_or_phone_is_in_any_file_or_backup(tmp_path: Path) -> None:
    with gate(tmp_path) as found:
        found.register(0)
        with closing(sqlite3.connect(found.journal.path)) as source:
            source.execute("VACUUM INTO ?", (str(tmp_path / "backup.sqlite"),))
        found.receipt()
        files = all_bytes(tmp_path)

    assert {"west-1f.sqlite", "backup.sqlite"} <= set(files)
    for word in (NAME, NUMBER, PHONE, PHONE.removeprefix("+86")):
        for trace in traces(word):
            assert [name for name, content in files.items() if trace in content] == []


_WRITTEN = ShiftNoted(text=f"问过{NAME}", by="guard-1", at="2026-11-24T04:00:00.000Z")


def test_what_was_written_freely_is_read_as_long_as_people_are_kept(tmp_path: Path) -> None:
    texts = tmp_path / "texts.box"
    sealing = Sealing(KEYS, texts, Policy)
    with gate(tmp_path, forget=sealing.forget) as found:
        record = found.write(_WRITTEN, sealing)
        assert isinstance(record, ShiftNoted)
        found.receipt()
        found.look()
        found.days(14)
        assert sealing.opened(record.text) == _WRITTEN.text

        found.days(1)

        assert sealing.opened(record.text) == WORDS.word("term.sealed")
        assert Sealing(KEYS, texts, Policy).opened(record.text) == WORDS.word("term.sealed")
        assert sealed_box(record.text), "the step stays in the chain, with the box"


def test_a_clock_that_jumps_forgets_nothing_that_was_written(tmp_path: Path) -> None:
    sealing = Sealing(KEYS, tmp_path / "texts.box", Policy)
    with gate(tmp_path, forget=sealing.forget) as found:
        record = found.write(_WRITTEN, sealing)
        assert isinstance(record, ShiftNoted)
        found.receipt()
        found.look()
        found.clock.step(400 * DAY_S)
        found.other_event()
        found.look()
        assert sealing.opened(record.text) == _WRITTEN.text


def test_every_erasure_takes_what_was_written_freely_whoever_it_was_of(tmp_path: Path) -> None:
    sealing = Sealing(KEYS, tmp_path / "texts.box", Policy)
    with gate(tmp_path, forget=sealing.forget) as found:
        record = found.write(_WRITTEN, sealing)
        assert isinstance(record, ShiftNoted)
        Spool(found.journal.path).put(person_ref(NUMBER, KEYS.site))
        found.look()
        assert sealing.opened(record.text) == WORDS.word("term.sealed")
