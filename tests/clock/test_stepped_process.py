"""The real gate while its wall clock is set by a day and by 400: nothing but labels changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from children import Child, free_port, program, wait_until
from doorfiles import Changes, write_door
from gate.at_work import PHONE_OPTIONAL
from gate_agent.contract.messages import Envelope, parse_body
from gate_agent.contract.moment import NS_PER_S
from gate_agent.store.reader import JournalReader
from gate_agent.store.verify import verify

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
DAY_MS = 86_400_000
ACKNOWLEDGE_S = 15  # the policy's default

pytestmark = [
    pytest.mark.skipif(LIBRARY is None, reason="expected libfaketime, got none"),
    pytest.mark.timeout(240),
]


class _Goes:
    """Whether a step was recorded, and somebody was decided on after it."""

    def __init__(self, told: Callable[[str], list[Envelope]], turn: int) -> None:
        self._told, self._turn = told, turn

    def stepped(self) -> bool:
        return len(self._told("clock.stepped")) >= self._turn

    def decided(self) -> bool:
        step = self._told("clock.stepped")[self._turn - 1].number
        return any(event.number > step for event in self._told("passage.decided"))


def test_steps_of_a_day_and_of_400_days_break_no_deadline_no_order_and_no_retention(
    tmp_path: Path,
) -> None:
    (tmp_path / "policy.json").write_text(json.dumps(PHONE_OPTIONAL), encoding="utf-8")
    changes: Changes = {"web": {"port": free_port()}, "policy": {"file": "policy.json"}}
    config = write_door(tmp_path, changes)
    wall = tmp_path / "wall"
    wall.write_text("+0", encoding="ascii")
    faketime = {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME_TIMESTAMP_FILE": str(wall),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    gate = Child(
        tmp_path / "gate.log",
        *(program("gate-agent"), "run", "--config", config),
        environment=faketime,
    )
    people = Child(
        tmp_path / "people.log",
        *(program("gate-agent"), "emulate", "--config", config, "--pause", "0"),
    )
    journal = tmp_path / "journal" / "journal.sqlite"

    with people.start(), gate.start():
        wait_until(lambda: " is up" in gate.said, "a gate")
        with JournalReader(journal) as reader:

            def events() -> list[Envelope]:
                return [parse_body(event.body or b"") for event in reader.after(0, 10_000)]

            def told(kind: str) -> list[Envelope]:
                return [event for event in events() if event.type == f"gate.{kind}.v1"]

            wait_until(lambda: told("hold.opened"), "somebody with a fever", within_s=90)
            for turn, days in enumerate((1, -400, 0), start=1):
                wall.write_text(f"{days:+}d" if days else "+0", encoding="ascii")
                goes_on = _Goes(told, turn)
                wait_until(goes_on.stepped, "a step")
                wait_until(goes_on.decided, "people who pass after it", within_s=60)
            wait_until(lambda: told("hold.overdue"), "a deadline", within_s=60)
            opened, overdue = told("hold.opened")[0], told("hold.overdue")[0]
            steps = [int(str(event.data["step_ms"])) for event in told("clock.stepped")]
            purged = told("data.purged")
            order = [(event.boot_ns, event.type, event.number) for event in events()]
        assert gate.stop() == 0, gate.said[-2000:]

    for step, days in zip(steps, (1, -401, 400), strict=True):
        assert abs(step - days * DAY_MS) < 2000
    assert overdue.subject == opened.subject
    late_s = (overdue.boot_ns - opened.boot_ns) / NS_PER_S
    assert ACKNOWLEDGE_S <= late_s < ACKNOWLEDGE_S + 10
    assert [pair for pair in pairwise(order) if pair[0][0] > pair[1][0]] == []
    assert purged == []
    verify(journal, lambda _done, _total: None)
