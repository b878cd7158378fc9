"""The tests' own grip on other programs: what they start ends with them."""

from __future__ import annotations

import signal
from pathlib import Path

from children import Child, broker, free_port, listens, wait_until


def test_a_broker_is_killed_and_comes_back_at_the_same_port(tmp_path: Path) -> None:
    port = free_port()

    with broker(tmp_path, port) as child:
        child.start()
        wait_until(lambda: listens(port), "a broker")
        child.kill()
        assert not listens(port)
        child.start()
        wait_until(lambda: listens(port), "a broker again")

    assert not child.runs
    assert child.said.count(" starting\n") == 2


def test_a_stopped_program_tells_its_exit_code(tmp_path: Path) -> None:
    child = Child(
        tmp_path / "log", "sh", "-c", "trap 'exit 7' INT; echo up; while :; do wait; done"
    )

    with child:
        child.start()
        wait_until(lambda: "up" in child.said, "it to be up")

        assert child.stop(signal.SIGINT) == 7
