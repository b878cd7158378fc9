"""`gate-agent demo`, which `make demo` runs: a whole hall that ends with a proof, or with 1."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import perf_counter

import pytest

from children import Child, program, wait_until
from gate_agent.demo.robot import ask

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]
SCREEN = re.compile(r"west-1f +http://127\.0\.0\.1:(\d+)/")
UP_WITHIN_S = 60
FIRST_WITHIN_S = 20  # 2.7 on an idle machine; here others work too


class Demo(Child):
    """A demo in a folder of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        super().__init__(
            folder / "told",
            "env",
            "-C",
            folder,
            program("gate-agent"),
            "demo",
            *options,
            environment={"COLUMNS": "100"},
        )

    def passages(self) -> int:
        """Count what the west door has decided so far."""
        screen = SCREEN.search(self.said)
        state = ask(int(screen[1]), "/api/v1/state") if screen else {}
        return sum(line["count"] for line in state["today"]["passages"]) if state else 0

    def people_pass(self) -> None:
        """Wait for the first verdict."""
        wait_until(self.passages, "the first passage", UP_WITHIN_S)

    def left(self) -> list[str]:
        """Return the command lines of processes that work in this demo's folder."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if f"{self.folder}/.run/" in words:
                found.append(words)
        return found


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[Demo]:
    running = Demo(folder, *options)
    try:
        yield running.start()
    finally:
        if running.runs:
            running.stop(signal.SIGINT)


def test_it_ends_by_itself_with_a_summary_and_a_proof(tmp_path: Path) -> None:
    with demo(tmp_path / "demo", "--seconds", "14") as running:
        wait_until(lambda: not running.runs, "its end", 90)

        assert running.ended() == 0, running.said

    said = running.said
    for gate in ("west-1f", "central-2f"):
        door = re.search(rf"{gate} +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)", said)
        assert door, said
        passages, _holds, events, at_collector, unreceipted = map(int, door.groups())
        assert passages > 0
        assert events == at_collector
        assert unreceipted == 0
    assert "every event is at the collector 两端一致" in said
    known = r"\(recorded → stored\): p50 \d+ ms, p95 \d+ ms"
    assert re.search(rf"lateness 迟报( {known}|: nobody knows)", said)  # as this board's clock is
    assert running.left() == []


def test_an_event_that_is_missing_at_the_collector_ends_it_with_1(tmp_path: Path) -> None:
    with demo(tmp_path / "demo") as running:
        running.people_pass()
        with closing(
            sqlite3.connect(running.folder / ".run/demo/collector.sqlite", 30, isolation_level=None)
        ) as store:
            delete = "DELETE FROM event WHERE gate = 'west-1f' AND sequence = 2"
            wait_until(lambda: store.execute(delete).rowcount == 1, "the event", UP_WITHIN_S)

        assert running.stop(signal.SIGINT) == 1

    assert "FAULT 故障: west-1f: " in running.said
    assert "central-2f: " not in running.said.partition("FAULT")[2]
    assert "Traceback" not in running.said


def test_people_pass_at_once_and_ctrl_c_leaves_no_process(tmp_path: Path) -> None:
    began = perf_counter()
    with demo(tmp_path / "demo") as running:
        running.people_pass()
        first_s = perf_counter() - began
        print(f"\ndemo: first passage after {first_s:.1f} s")
        assert first_s < FIRST_WITHIN_S
        assert len(running.left()) == 4, "broker, collector, two gates"

        assert running.stop(signal.SIGINT) == 0, running.said

    assert "stopping 正在停止" in running.said
    assert "every event is at the collector" in running.said
    assert "Traceback" not in running.said
    assert running.left() == []


def test_a_process_that_ends_by_itself_is_told_in_one_line(tmp_path: Path) -> None:
    with demo(tmp_path / "demo") as running:
        wait_until(lambda: len(running.left()) == 4, "all processes", UP_WITHIN_S)
        broker = next(
            path.parent.name
            for path in Path("/proc").glob("[0-9]*/cmdline")
            if path.read_bytes().startswith(b"/usr/sbin/mosquitto\0")
            and str(running.folder).encode() in path.read_bytes()
        )
        os.kill(int(broker), signal.SIGKILL)
        wait_until(lambda: not running.runs, "its end", UP_WITHIN_S)

        assert running.ended() == 1

    assert "gate-agent: expected broker to run, it ended (" in running.said
    assert "Traceback" not in running.said
    assert running.left() == []


def test_a_second_demo_in_the_same_folder_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    with demo(tmp_path / "demo") as running:
        running.people_pass()
        second = Child(
            tmp_path / "second",
            *("env", "-C", running.folder, program("gate-agent"), "demo", "--seconds", "5"),
        )

        with second.start():
            assert second.ended() == 1

        assert "expected no other demo here, got one that runs" in second.said
        before = running.passages()
        wait_until(lambda: running.passages() > before, "people to go on passing", UP_WITHIN_S)
        assert running.stop(signal.SIGINT) == 0
