"""A dead disk is told once, and once when it takes again: not at each change it could not keep."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from gate.at_work import NOBODY, NORMAL, at_work, in_loop
from gate_agent.host.trouble import Trouble
from gate_agent.testing import FakeClock

_LOG = logging.getLogger(__name__)


def test_the_first_failure_is_told_and_the_end_once(caplog: pytest.LogCaptureFixture) -> None:
    trouble = Trouble(_LOG, "kept again")
    trouble.well()
    for n in range(3):
        trouble.met("cannot be kept: %d", n)
    trouble.well()
    trouble.well()
    trouble.met("cannot be kept: %d", 7)

    assert [one.message for one in caplog.records] == [
        "cannot be kept: 0", "kept again", "cannot be kept: 7",
    ]  # fmt: skip


@in_loop
async def test_who_waits_on_a_dead_disk_is_told_once_a_fault(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with at_work(tmp_path, FakeClock()) as door:
        kept = door.path.with_name("waiting.json")

        def people(first: int) -> None:
            for card in range(first, first + 3):  # each of them comes, waits and goes
                door.measure(NORMAL)
                door.lay(card)
                door.measure(NOBODY, 15)

        kept.unlink()
        kept.mkdir()  # nothing can be written there
        people(1)
        assert sum("who waits cannot be kept" in one for one in caplog.messages) == 1
        kept.rmdir()
        people(4)
        assert sum("who waits is kept again" in one for one in caplog.messages) == 1
        assert sum("who waits cannot be kept" in one for one in caplog.messages) == 1
