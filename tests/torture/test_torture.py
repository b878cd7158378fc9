"""Whatever is done to a door or its centre: nothing that was answered with a yes is lost.

`make torture` does all of it, and runs beside it what torments journals, disks, updates and
PostgreSQL elsewhere (`tests/power`, `tests/store`, `tests/versions`, `tests/chaos`). `make test`
runs the door with 64 file descriptors alone.
"""

from __future__ import annotations

import gzip
import os
import random
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import psycopg
import pytest

from children import program, wait_until
from disks import private_mounts, run, tmpfs
from gate_agent.host.clock import SystemClock
from gate_drivers.thermometers.gy_614v3.codec import Sight, encode
from postgres import Cluster
from torture.rack import TIMES, again_with, back, memory_mb, ticking, tormented, torture

pytestmark = [pytest.mark.system, pytest.mark.timeout(900)]
_NEVER = threading.Event()
_CLOCK = SystemClock()
_CHANCE = random.Random(14)  # noqa: S311 moments, no secret
_FILES, _INODES = 64, 400


def test_with_64_file_descriptors_and_every_line_taken_the_guard_works_and_is_kept(
    tmp_path: Path,
) -> None:
    with tormented(tmp_path) as (running, gate):
        again_with(running, gate, "prlimit", f"--nofile={_FILES}")
        with ExitStack() as held:
            for _ in range(2 * _FILES):
                with suppress(OSError):
                    line = socket.create_connection(("127.0.0.1", gate.web_port), timeout=1)
                    held.enter_context(line)
            before = gate.accepted
            wait_until(lambda: gate.tick(7) and gate.accepted > before + 2, "taps of the guard", 60)
            page = httpx.get(f"http://127.0.0.1:{gate.web_port}/", timeout=30)
            assert page.status_code == 200
        assert len(list(Path(f"/proc/{gate.child.pid}/fd").iterdir())) <= _FILES


@torture
def test_killed_while_it_starts_works_checkpoints_and_stops(tmp_path: Path) -> None:
    kills = 0
    with tormented(tmp_path) as (running, gate):
        for _ in range(TIMES):
            with ticking(gate):
                _NEVER.wait(_CHANCE.uniform(0.1, 2))
                gate.child.kill()
                for _ in range(3):  # while it starts
                    gate.child.start()
                    _NEVER.wait(_CHANCE.uniform(0.05, 1.5))
                    gate.child.kill()
                back(running, gate)
            os.kill(gate.child.pid, signal.SIGTERM)
            _NEVER.wait(_CHANCE.uniform(0, 0.3))  # while it stops
            gate.child.kill()
            back(running, gate)
            kills += 5
    print(f"kill -9: {kills} times, {gate.accepted} events accepted, 0 lost")


@torture
def test_the_centre_is_killed_while_it_starts_commits_and_backs_up(tmp_path: Path) -> None:
    whole = 0
    with tormented(tmp_path) as (running, gate):
        for number in range(TIMES):
            with ticking(gate):
                _NEVER.wait(_CHANCE.uniform(0.1, 1))
                running.collector.kill()
                running.collector.start()
                _NEVER.wait(_CHANCE.uniform(0.1, 3))
                file = tmp_path / f"backup-{number}.gz"
                backup = subprocess.Popen(
                    (program("gate-collector"), "backup", "--config", tmp_path / "collector.toml",
                     "--out", file), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )  # fmt: skip
                _NEVER.wait(_CHANCE.uniform(0.2, 10))
                backup.kill()
                backup.wait()
                if file.exists():  # whole, or not there
                    whole += bool(gzip.decompress(file.read_bytes()))
    print(f"centre: {TIMES} kills, {TIMES} backups killed, {whole} of them whole, none half")


@torture
@private_mounts
def test_a_disk_without_room_or_inodes_costs_nothing_that_was_answered(tmp_path: Path) -> None:
    run("mount", "-o", f"remount,nr_inodes={_INODES}", str(tmpfs(tmp_path / "west-1f", "64m")))
    with tormented(tmp_path) as (running, gate):
        journal = gate.journal.parent
        for fill in (_ballast, _no_inodes):
            with ticking(gate), fill(journal):
                _NEVER.wait(3)
                gate.child.kill()  # and it starts, as far as it can, on such a disk
                gate.child.start()
                _NEVER.wait(3)
            back(running, gate)
    print(f"full disk, no inodes: {gate.accepted} accepted, 0 lost")


@torture
def test_a_folder_that_may_not_be_written_any_more_costs_nothing_that_was_answered(
    tmp_path: Path,
) -> None:
    with tormented(tmp_path) as (running, gate):
        without = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")  # root may write all else
        again_with(running, gate, *without)
        folder = gate.journal.parent
        modes = {path: path.stat().st_mode for path in (*folder.iterdir(), folder)}
        with ticking(gate):
            _NEVER.wait(1)
            for path in modes:
                path.chmod(0o400)
            _NEVER.wait(2)
            gate.child.kill()
            gate.child.start()
            wait_until(lambda: not gate.child.runs, "a start that names what it lacks")
            for path, mode in [*modes.items()][::-1]:  # the folder first
                path.chmod(mode)
            gate.child.start()
            running.awake(gate)
    assert "expected a folder that this user may enter and read" in gate.child.said
    assert "Traceback" not in gate.child.said


@torture
def test_with_a_tenth_of_a_processor_every_tap_is_kept(tmp_path: Path) -> None:
    with tormented(tmp_path) as (_, gate), ticking(gate):
        before = gate.accepted
        for _ in range(100):
            os.kill(gate.child.pid, signal.SIGSTOP)
            _NEVER.wait(0.09)
            os.kill(gate.child.pid, signal.SIGCONT)
            _NEVER.wait(0.01)
        print(f"a tenth of a processor: {gate.accepted - before} taps in 10 s")


@torture
def test_in_128_mb_of_memory_every_tap_is_kept(tmp_path: Path) -> None:
    with _memory(128) as prefix, tormented(tmp_path) as (running, gate):
        again_with(running, gate, *prefix)
        before = gate.accepted
        with ticking(gate):
            _NEVER.wait(10)
        told = f"{gate.accepted - before} taps in 10 s, {memory_mb(gate.child.pid)} MB resident"
        print(f"in 128 MB: {told}, started {gate.child.said.count(' is up')} times")


@contextmanager
def _memory(mb: int) -> Iterator[tuple[str, ...]]:
    """Make a control group that has so much memory; yield what puts a program into it."""
    root, limit = Path("/sys/fs/cgroup"), "memory.max"
    if (root / "memory").is_dir():  # version 1
        root, limit = root / "memory", "memory.limit_in_bytes"
    group = root / f"gate-torture-{os.getpid()}"
    try:
        group.mkdir()
        (group / limit).write_text(str(mb * 1024 * 1024))
    except OSError as exc:
        pytest.skip(f"expected a control group for memory, got: {exc.strerror}")
    yield "sh", "-c", f'echo $$ > {group / "cgroup.procs"} && exec "$@"', "sh"
    wait_until(lambda: not (group / "cgroup.procs").read_text().strip(), "an empty group")
    group.rmdir()


@torture
def test_ten_times_the_readings_and_a_megabyte_of_garbage_a_second_leave_the_guard_alone(
    tmp_path: Path,
) -> None:
    master, slave = os.openpty()
    port = tmp_path / "west-1f" / "ports" / "thermometer"
    port.parent.mkdir(parents=True)
    port.symlink_to(os.ttyname(slave))
    frame = encode(Sight(object_centi_c=3400, ambient_centi_c=2400, body_centi_c=3650))
    with tormented(tmp_path) as (_, gate):
        for what, piece, every_s in (
            ("readings", frame, 0.01),
            ("garbage", _CHANCE.randbytes(20_000), 0.005),
        ):
            began, before, sent = _CLOCK.now(), gate.accepted, 0
            with ticking(gate):
                while _CLOCK.now().seconds_since(began) < 10:
                    sent += os.write(master, piece)
                    _NEVER.wait(every_s)
            told = f"{what}: {sent / 10_000:.0f} kB/s, {gate.accepted - before} taps in 10 s"
            print(f"{told}, {memory_mb(gate.child.pid)} MB resident")
            assert gate.accepted > before
        assert memory_mb(gate.child.pid) < 128
    os.close(slave)
    os.close(master)


@torture
def test_postgresql_killed_and_out_of_connections_is_waited_for(tmp_path: Path) -> None:
    with Cluster() as cluster, tormented(tmp_path, store=cluster.database()) as (running, gate):
        running.settle(gate)  # a collector that never had a store ends, and systemd begins it again
        for _ in range(TIMES // 4 + 1):
            with ticking(gate):
                cluster.stop()
                _NEVER.wait(2)
                cluster.start()
                _NEVER.wait(1)
        cluster.stop()
        with ticking(gate):
            cluster.start()
            with _taken(cluster):
                _NEVER.wait(5)
        running.settle(gate)
    print(f"PostgreSQL: {gate.accepted} accepted, 0 lost")


@contextmanager
def _taken(cluster: Cluster) -> Iterator[None]:
    """Take every connection that PostgreSQL gives."""
    with ExitStack() as held:
        for _ in range(200):
            try:
                held.enter_context(
                    psycopg.connect(host=str(cluster.folder), user="centre", dbname="postgres")
                )
            except psycopg.OperationalError:
                break
        yield


@contextmanager
def _ballast(folder: Path) -> Iterator[None]:
    ballast = folder / "ballast"
    with ballast.open("wb") as out, suppress(OSError):
        while True:
            out.write(bytes(65_536))
            out.flush()
    yield
    ballast.unlink()


@contextmanager
def _no_inodes(folder: Path) -> Iterator[None]:
    crowd = folder / "crowd"
    crowd.mkdir()
    with suppress(OSError):
        for number in range(_INODES):
            (crowd / str(number)).touch()
    yield
    for path in crowd.iterdir():
        path.unlink()
    crowd.rmdir()
