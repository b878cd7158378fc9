"""Disks of a test's own: small ones, read-only ones, images; gone with the test, killed or not.

A test marked `@private_mounts` runs in a thread that has a mount namespace to itself: nobody else
sees what it mounts, and the kernel takes it all away with the thread, loop devices included.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, wraps
from pathlib import Path
from typing import TypeVar

import pytest

_T = TypeVar("_T")
_CLONE_NEWNS = 0x20000  # <linux/sched.h>
_MS_REC, _MS_PRIVATE = 0x4000, 0x40000  # <linux/mount.h>


def private_mounts(test: Callable[..., None]) -> Callable[..., None]:
    """Run the test with mounts of its own; skip it where that is not allowed."""

    @wraps(test)
    def alone(**fixtures: object) -> None:
        if not _allowed():
            pytest.skip("expected root with mount namespaces, got none: no disk can be made here")
        in_private_mounts(lambda: test(**fixtures))

    return alone


def in_private_mounts(work: Callable[[], _T]) -> _T:
    """Return `work()`, done in a thread whose mounts nobody else sees."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_unshare).result()
        return pool.submit(work).result()


def tmpfs(folder: Path, size: str) -> Path:
    """Mount a disk in memory of `size` (4m) at `folder`, made if missing."""
    folder.mkdir(exist_ok=True)
    run("mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(folder))
    return folder


def ext4_image(image: Path, folder: Path, size_mb: int) -> Path:
    """Make an ext4 file system in a file, and mount it at `folder`."""
    with image.open("wb") as file:
        file.truncate(size_mb * 1024 * 1024)
    run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(image))
    folder.mkdir(exist_ok=True)
    run("mount", "-o", "loop,noatime", str(image), str(folder))
    return folder


def fill(folder: Path, *, leave: int = 0) -> Path:
    """Fill the disk but for `leave` bytes; unlink the returned file to make room again."""
    ballast = folder / "ballast"
    descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
        os.posix_fallocate(descriptor, 0, max(1, free - leave))
    finally:
        os.close(descriptor)
    return ballast


def run(*command: str) -> str:
    """Run a command of root's; its own words are the error."""
    found = shutil.which(command[0], path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    assert found is not None, f"expected {command[0]}, got none"
    done = subprocess.run([found, *command[1:]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr or done.stdout}"
    return done.stdout.strip()


def _unshare() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS) or libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None):
        raise OSError(ctypes.get_errno(), "no mount namespace")


@cache
def _allowed() -> bool:
    try:
        in_private_mounts(lambda: None)
    except OSError:
        return False
    return os.geteuid() == 0
