"""verify names the first bad event and why, export gives exact bytes, rebuild sees a tampering."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from gate_agent.contract.messages import LINK_0
from gate_agent.contract.records import DataPurged, PersonRegistered
from gate_agent.errors import StorageError
from gate_agent.store.errors import BrokenChain
from gate_agent.store.verify import export, rebuild, verify
from project.record_samples import SAMPLES
from store.shelf import KEY, Waiter, drafts, hold, open_journal, passage, proven, raw, write

EVENTS = 9


def _quiet(_done: int, _total: int) -> None:
    return


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of nine events, closed."""
    path = tmp_path / "gate.db"
    with open_journal(path) as journal:
        for number in range(EVENTS):
            write(journal, hold(number) if number % 3 == 2 else passage(number))
    return path


def _change_body(path: Path) -> None:
    changed = "CAST(replace(body, 'admit', 'denie') AS BLOB)"
    _column("body", changed)(path)


def _forge_body_and_digest(path: Path) -> None:
    ((body,),) = raw(path, "SELECT body FROM event WHERE sequence = 5")
    forged = body.replace(b'"admit"', b'"deny"')
    values = (forged, sha256(forged).digest())
    raw(path, "UPDATE event SET body = ?, bodysha256 = ? WHERE sequence = 5", values)


def _forge_link_too(path: Path) -> None:
    _forge_body_and_digest(path)
    ((before,),) = raw(path, "SELECT link FROM event WHERE sequence = 4")
    ((digest,),) = raw(path, "SELECT bodysha256 FROM event WHERE sequence = 5")
    link = sha256(before + digest).digest()
    raw(path, "UPDATE event SET link = ? WHERE sequence = 5", (link,))


def _sql(sql: str) -> Callable[[Path], None]:
    def tamper(path: Path) -> None:
        raw(path, sql)

    return tamper


def _column(name: str, value: str) -> Callable[[Path], None]:
    return _sql(f"UPDATE event SET {name} = {value} WHERE sequence = 5")  # noqa: S608 a test's own


TAMPERED: list[tuple[Callable[[Path], None], int, str]] = [
    (_change_body, 5, "its body is not the one that was linked"),
    (_forge_body_and_digest, 5, "its link does not follow from the one before"),
    (_forge_link_too, 6, "its body names another event before it"),
    (_column("link", "zeroblob(32)"), 5, "its link does not follow from the one before"),
    (_column("bodysha256", "zeroblob(32)"), 5, "its body is not the one that was linked"),
    (_column("severity", "'urgent'"), 5, "its column severity says other than its body"),
    (_column("type", "'gate.agent.stopped.v1'"), 5, "its column type says other than its body"),
    (_column("time", "'2026-01-01T00:00:00.000Z'"), 5, "column time says other than its body"),
    (_column("boot", "'cc'"), 5, "its column boot says other than its body"),
    (_column("bootns", "1"), 5, "its column bootns says other than its body"),
    (_column("sequence", "50"), 5, "it is missing, the next is 6"),
    (_column("body", "CAST(body AS TEXT)"), 5, "its column body holds another kind of value"),
    (_sql("DELETE FROM event WHERE sequence = 5"), 5, "it is missing, the next is 6"),
    (_sql("DELETE FROM event WHERE sequence = 1"), 1, "it is missing, the next is 2"),
    (_sql("UPDATE meta SET value = '0' WHERE key = 'epoch'"), 1, "column epoch says other"),
]


@pytest.mark.parametrize(("tamper", "sequence", "why"), TAMPERED)
def test_verify_names_the_first_bad_event_and_why(
    path: Path, tamper: Callable[[Path], None], sequence: int, why: str
) -> None:
    tamper(path)

    with pytest.raises(BrokenChain, match=f"event {sequence}: .*{why}") as told:
        verify(path, _quiet)

    assert (told.value.sequence, why in told.value.why) == (sequence, True)


def test_no_bad_event_hides_another(path: Path) -> None:
    raw(path, "UPDATE event SET link = zeroblob(32) WHERE sequence = 2")
    raw(path, "DELETE FROM event WHERE sequence = 4")
    raw(path, "UPDATE event SET severity = 'urgent' WHERE sequence IN (5, 7)")

    with pytest.raises(BrokenChain) as told:
        verify(path, _quiet)

    assert str(told.value).splitlines() == [
        "event 2: its link does not follow from the one before",
        "  event 4: it is missing, the next is 5",
        "  event 5: its column severity says other than its body",
        "  event 7: its column severity says other than its body",
    ]


def test_verify_returns_the_head_and_tells_how_far_it_is(path: Path) -> None:
    told: list[tuple[int, int]] = []

    head = verify(path, lambda done, total: told.append((done, total)))

    ((link,),) = raw(path, "SELECT link FROM event WHERE sequence = 9")
    assert (head.sequence, head.link) == (EVENTS, link)
    assert told[-1] == (EVENTS, EVENTS)


def test_an_empty_journal_verifies(tmp_path: Path) -> None:
    with open_journal(tmp_path / "gate.db"):
        pass

    head = verify(tmp_path / "gate.db", _quiet)

    assert (head.sequence, head.link) == (0, LINK_0)


def test_verify_export_and_rebuild_work_beside_a_running_gate(path: Path) -> None:
    with open_journal(path) as journal:
        for number in range(100, 200):
            journal.append(drafts([passage(number)]))
        verify(path, _quiet)
        assert rebuild(path, KEY, _quiet).equal
        last = Waiter()
        journal.append(drafts([passage(200)]), last)
        last.wait()
        out = io.BytesIO()
        export(path, out)

    assert len(out.getvalue().splitlines()) == EVENTS + 101


def test_export_writes_the_exact_bytes_of_each_body_in_order(path: Path) -> None:
    out = io.BytesIO()

    export(path, out)

    assert out.getvalue() == b"".join((body or b"") + b"\n" for _, body in proven(path))


def test_a_redacted_event_keeps_its_place_in_export_and_chain(path: Path) -> None:
    at = EVENTS + 1
    with open_journal(path) as journal:
        write(journal, next(one for one in SAMPLES if isinstance(one, PersonRegistered)))
        write(journal, DataPurged(cause="wipe", redacted=1, first_sequence=at, last_sequence=at))
    ((digest,),) = raw(path, "SELECT bodysha256 FROM event WHERE sequence = ?", (at,))
    raw(path, "UPDATE event SET body = NULL WHERE sequence = ?", (at,))
    out = io.BytesIO()

    export(path, out)
    head = verify(path, _quiet)

    line = out.getvalue().splitlines()[at - 1]
    assert json.loads(line) == {
        "redacted": True,
        "sequence": at,
        "bodysha256": digest.hex(),
        "type": PersonRegistered.TYPE,
        "severity": "routine",
    }
    assert line.startswith(b'{"redacted":true,"sequence":10,"bodysha256":"')
    assert head.sequence == at + 1


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE day_count SET count = 99", "day_count .*: expected the replay's row"),
        ("DELETE FROM passage WHERE sequence = 2", "passage .2,.: expected a row, got none"),
        (
            "UPDATE passage SET sequence = 77 WHERE sequence = 2",
            "passage .77,.: expected no such row",
        ),
        ("UPDATE hold SET state = 'closed' WHERE hold_id = 'h-2'", "hold .'h-2',.: expected the"),
        ("DELETE FROM hold", "hold .'h-2',.: expected a row, got none"),
    ],
)
def test_rebuild_names_a_view_that_was_tampered_with(path: Path, sql: str, told: str) -> None:
    raw(path, sql)

    result = rebuild(path, KEY, _quiet)

    assert not result.equal
    assert any(re.search(told, line) for line in result.differences)


def test_rebuild_tells_few_differences_of_many(tmp_path: Path) -> None:
    path = tmp_path / "gate.db"
    with open_journal(path) as journal:
        write(journal, *(passage(number) for number in range(100)))
    raw(path, "UPDATE passage SET decision = 'deny'")

    assert len(rebuild(path, KEY, _quiet).differences) == 20


def test_a_file_whose_pages_are_torn_is_an_error_and_not_a_broken_chain(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(2 * 4096)
        file.write(b"\xff" * 4096)

    with pytest.raises(StorageError):
        verify(path, _quiet)
