"""What is written to the disk is counted by the kernel, told by the door, and measured."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bench.gate.wear import bytes_a_passage
from gate_agent.host.clock import SystemClock
from gate_agent.host.support import rtc_apart_s
from gate_agent.host.wear import written_bytes
from tree import ROOT
from web.served_door import Served

MB = 1024 * 1024


@pytest.fixture
def on_disk() -> Iterator[Path]:
    """A folder on the disk that the project is on: what is written to memory is no wear."""
    kept = ROOT / ".run"
    kept.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept) as folder:
        yield Path(folder)


def test_what_this_process_writes_is_counted(on_disk: Path) -> None:
    before = written_bytes()
    with (on_disk / "file").open("wb") as out:
        out.write(os.urandom(4 * MB))
        os.fsync(out.fileno())

    assert 4 * MB <= written_bytes() - before < 64 * MB


def test_a_passage_writes_some_pages_and_no_more(on_disk: Path) -> None:
    """A commit is its pages in the -wal, and a share of the moves into the database."""
    assert 4096 <= bytes_a_passage(on_disk, 200) < 256 * 1024


def test_a_door_tells_its_wear_and_its_clock() -> None:
    with Served() as door:
        told = httpx.get(f"{door.url}/metrics", timeout=60).text

    assert re.search(r"^gate_disk_written_bytes_total [0-9.e+]+$", told, re.MULTILINE)
    assert re.search(r"^gate_clock_error_seconds [0-9.e+-]+$", told, re.MULTILINE)


def test_the_batterys_clock_is_compared_where_there_is_one(tmp_path: Path) -> None:
    now = SystemClock().now().utc
    assert rtc_apart_s(now, tmp_path) is None

    early = now - timedelta(days=400)
    (tmp_path / "since_epoch").write_text(f"{early.timestamp():.0f}\n", encoding="ascii")

    apart = rtc_apart_s(now, tmp_path)
    assert apart is not None
    assert abs(apart + timedelta(days=400).total_seconds()) < 2
