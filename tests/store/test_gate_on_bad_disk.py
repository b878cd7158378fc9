"""The real gate on a disk that fills up, and on a journal that is torn: it goes on, and says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from children import Child, free_port, program, wait_until
from disks import fill, private_mounts, tmpfs
from doorfiles import write_door
from gate.at_work import PHONE_OPTIONAL
from gate_agent.config.keyfile import load_key
from gate_agent.contract.messages import parse_body
from gate_agent.contract.records import JournalReplaced
from gate_agent.store.reader import JournalReader
from gate_agent.store.verify import verify
from store.shelf import hold, open_journal, passage, proven, write

TOLD_WITHIN_S = 5
pytestmark = pytest.mark.timeout(240)


class _Door:
    """A gate process with its people, and what its screen is told."""

    def __init__(self, home: Path, logs: Path) -> None:
        port = free_port()
        (home / "policy.json").write_text(json.dumps(PHONE_OPTIONAL), encoding="utf-8")
        self.config = write_door(
            home,
            {
                "web": {"port": port},
                "policy": {"file": "policy.json"},
                "journal": {"path": "gate.db"},
            },
        )
        self.journal = home / "gate.db"
        self._api = f"http://127.0.0.1:{port}/api/v1"
        self._logs = logs
        self.gate = self._child("gate", "run")

    @contextmanager
    def open(self) -> Iterator[None]:
        """Run it until the end of the block."""
        people = self._child("people", "emulate", "--pause", "0")
        with people.start(), self.gate.start():
            wait_until(lambda: " is up" in self.gate.said, "a gate")
            yield
            assert self.gate.stop() == 0, self.gate.said[-2000:]

    def _child(self, name: str, command: str, *options: str) -> Child:
        agent = program("gate-agent")
        return Child(self._logs / f"{name}.log", agent, command, "--config", self.config, *options)

    def state(self) -> dict[str, Any]:
        """Return what the guard screen is told."""
        found: dict[str, Any] = httpx.get(f"{self._api}/state", timeout=5).json()
        return found

    def full(self) -> bool:
        """Write a note, the shortest way to another event; tell whether the disk is full."""
        note = {"text": "交班", "by": "guard-1"}
        httpx.post(f"{self._api}/duties/notes", json=note, timeout=20)
        full: bool = self.state()["journal"]["full"]
        return full

    def declare_symptoms(self) -> None:
        """Have whoever is at the door held, if somebody is and may be."""
        shown = self.state()["passage"]
        body = {"passage_id": shown and shown["passage_id"], "by": "guard-1"}
        httpx.post(f"{self._api}/symptoms", json=body, timeout=5)

    def types(self) -> list[str]:
        """Return the types of the journal's events."""
        with JournalReader(self.journal) as reader:
            return [parse_body(event.body or b"").type for event in reader.after(0, 100_000)]


@private_mounts
def test_a_gate_whose_disk_fills_up_says_so_keeps_holds_and_opens_nothing(tmp_path: Path) -> None:
    door = _Door(tmpfs(tmp_path / "disk", "32m"), tmp_path)
    opened = "gate.hold.opened.v1"

    with door.open():
        wait_until(lambda: "gate.passage.decided.v1" in door.types(), "people who pass", 60)
        ballast = fill(door.journal.parent)
        wait_until(door.full, "a full disk", 90)
        journal = door.state()["journal"]
        assert not journal["writable"]
        assert "full" in journal["cause"]
        before, holds = door.state()["passage"], door.types().count(opened)
        while door.types().count(opened) == holds:
            door.declare_symptoms()
            passage_now = door.state()["passage"]
            if passage_now is not None and passage_now["gate_open"]:
                assert before is not None, "nobody is let in whose passage is not kept"
                assert passage_now["passage_id"] == before["passage_id"]
        wait_until(lambda: door.state()["journal"]["dropped"] > 0, "a passage that is dropped", 60)

        ballast.unlink()
        wait_until(lambda: door.state()["journal"]["writable"], "room", TOLD_WITHIN_S)

    assert "gate.events.dropped.v1" in door.types()
    assert door.types().count("gate.store.changed.v1") == 2
    verify(door.journal, lambda _done, _total: None)


def _torn_indexes(path: Path) -> None:
    """Tear every page of indexes: a start reads few of them, a passage does."""
    content = bytearray(path.read_bytes())
    for at in range(4096, len(content), 4096):
        if content[at] in (2, 10) and b"p-2" in content[at : at + 4096]:
            content[at : at + 4096] = b"\xff" * 4096
    path.write_bytes(content)


def test_a_gate_that_meets_damage_goes_on_with_a_new_journal_and_its_holds(tmp_path: Path) -> None:
    door = _Door(tmp_path, tmp_path)
    with door.open():
        pass
    key = load_key(tmp_path / "store.key")
    with open_journal(door.journal, key=key) as journal:
        epoch = journal.epoch
        for at in range(0, 3000, 250):
            write(journal, *map(passage, range(at, at + 250)))
        write(journal, hold(1))
    _torn_indexes(door.journal)

    with door.open():
        wait_until(lambda: "begins anew" in door.gate.said, "a new journal", 60)
        wait_until(lambda: "gate.passage.decided.v1" in door.types(), "people who pass", 60)
        state = door.state()
        assert state["journal"]["writable"]
        assert state["journal"]["epoch"] != epoch
        assert "h-1" in [one["hold_id"] for one in state["holds"]]

    first = parse_body(proven(door.journal)[0][1] or b"").record()
    assert isinstance(first, JournalReplaced)
    assert first.previous_epoch == epoch
    assert (tmp_path / first.kept_as).exists()
    verify(door.journal, lambda _done, _total: None)
