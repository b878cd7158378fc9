"""A daemon that may not ask the kernel for its clock is told by a process that may."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import httpx
import pytest

from children import Child, free_port, program, wait_until
from doorfiles import write_door
from gate_agent.contract.moment import NS_PER_S, ClockQuality
from gate_agent.host.clock import SystemClock
from gate_agent.host.kernel_clock import KernelTime, ask_kernel, read_written, written

BOOT = "0123456789abcdef0123456789abcdef"
SYNCED = KernelTime(synced=True, error_us=20_000)


def test_what_was_told_is_read_and_grows_old(tmp_path: Path) -> None:
    path = tmp_path / "kernel"
    path.write_text(written(SYNCED, 5 * NS_PER_S), encoding="ascii")

    assert read_written(path, 5 * NS_PER_S) == SYNCED
    assert read_written(path, 9 * NS_PER_S) == KernelTime(synced=True, error_us=22_000)
    assert read_written(path, 16 * NS_PER_S) is None, "nobody tells any more"
    assert read_written(path, 4 * NS_PER_S) is None, "of another boot"


@pytest.mark.parametrize("told", [b"", b"1", b"1 2 x", b"\xff\xfe", b"1 2 3 4", b"9" * 200])
def test_what_nobody_can_read_is_not_known(tmp_path: Path, told: bytes) -> None:
    (tmp_path / "kernel").write_bytes(told)

    assert read_written(tmp_path / "kernel", 5 * NS_PER_S) is None


def test_who_may_not_ask_believes_what_is_told(tmp_path: Path) -> None:
    told = tmp_path / "kernel"
    nowhere = tmp_path / "none"

    def clock() -> SystemClock:
        return SystemClock(synchronized=nowhere, kernel=lambda: None, heard=told)

    assert clock().quality() is ClockQuality.UNSYNCED
    told.write_text(written(SYNCED, SystemClock().now().boot_ns), encoding="ascii")
    assert clock().quality() is ClockQuality.SYNCED


def test_the_process_tells_every_two_seconds_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "kernel"
    child = Child(tmp_path / "log", sys.executable, "-m", "gate_agent.host.clock_teller", path)

    with child.start():
        wait_until(path.exists, "a first word")
        first = path.read_bytes()
        heard = read_written(path, SystemClock().now().boot_ns)
        assert heard is not None
        kernel = ask_kernel()
        assert kernel is not None
        assert heard.synced == kernel.synced
        assert path.stat().st_mode & 0o777 == 0o644
        wait_until(lambda: path.read_bytes() != first, "a second word")
        assert child.stop(signal.SIGTERM) == 0

    assert list(tmp_path.iterdir()) == [tmp_path / "log"]
    assert child.said == ""


@pytest.mark.system
def test_a_door_works_where_proc_shows_processes_and_nothing_else(tmp_path: Path) -> None:
    """As under its unit: ProcSubset=pid, ProtectProc=invisible, the boot's id by the manager."""
    port = free_port()
    config = write_door(tmp_path, {"web": {"port": port}})
    alone = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    alone += [] if os.geteuid() == 0 else ["--map-root-user"]
    mounted = "mount -t proc -o subset=pid,hidepid=invisible proc /proc && ! cat /proc/stat"
    inside = f"{mounted} 2>/dev/null && exec {program('gate-agent')} run --config {config}"
    daemon = Child(tmp_path / "log", *alone, "sh", "-c", inside, environment={"GATE_BOOT_ID": BOOT})

    with daemon.start():
        wait_until(lambda: "is up" in daemon.said or not daemon.runs, "the door")
        assert daemon.runs, daemon.said
        metrics = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
        daemon.stop(signal.SIGKILL)

    assert "\nprocess_resident_memory_bytes " in metrics
    assert "\nprocess_start_time_seconds " in metrics
    exported = Child(
        tmp_path / "out", program("gate-agent"), "journal", "export", "--config", config
    ).start()
    assert exported.ended() == 0
    assert f'"boot":"{BOOT}"' in exported.said.replace(" ", "")
