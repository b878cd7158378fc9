"""A power cut in an update leaves the old journal or the new, and a copy that is whole."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from disks import private_mounts
from gate_agent.store.kept_copy import copy_of
from gate_agent.store.migrations import STEPS, MigrationStep
from gate_agent.store.schema import VERSION
from power.rig import Card, reason_not_to
from versions.old_journals import Rows, bring_up, proven, rows, unpacked, version
from versions.released import FIRST

CUTS = int(os.environ.get("CUTS", "10"))
_why = reason_not_to("mkfs.btrfs", "mkfs.ext4", "cp")
pytestmark = [
    pytest.mark.skipif(_why is not None, reason=_why or "all is there"),
    pytest.mark.timeout(60 + 40 * CUTS),
]


def judge(path: Path, before: Rows, was: int) -> int:
    """Return the schema that a cut left, once all that was there is there."""
    found, copy = version(path), copy_of(path, was)
    assert found in (was, VERSION)
    now = rows(path)
    assert {name: now[name] for name in now if name != "meta"} == {
        name: before[name] for name in before if name != "meta"
    }
    assert copy.exists() or found == was, "updated without a way back"
    if copy.exists():
        assert (version(copy), rows(copy)) == (was, before)
    bring_up(path)
    assert proven(path) == len(before["event"])
    return found


@private_mounts
def test_a_cut_in_an_update_leaves_the_old_journal_or_the_new(tmp_path: Path) -> None:
    moments, card, pause = random.Random(CUTS), Card(tmp_path), threading.Event()  # noqa: S311
    bring_up(unpacked(FIRST, card.root / "first"))  # loads what it needs, and takes longer
    path = unpacked(FIRST, card.root / "timed")
    before, was = rows(path), version(path)
    began = time.perf_counter()
    bring_up(path)
    takes_s = time.perf_counter() - began
    found: list[int] = []
    print(f"an update takes {takes_s:.2f} s")

    for number in range(CUTS):
        path = unpacked(FIRST, card.root / f"{number}")
        os.sync()  # the card is as it was; only the update is at stake
        with ThreadPoolExecutor(1) as pool:
            update = pool.submit(bring_up, path)
            pause.wait(moments.uniform(0, 1.2 * takes_s))
            with card.cut() as after:
                found.append(judge(after / f"{number}" / path.name, before, was))
            update.result()
        shutil.rmtree(path.parent)

    print(f"{CUTS} cuts of an update: {found.count(was)} old, {found.count(VERSION)} new, 0 lost")


@private_mounts
def test_a_cut_before_the_commit_leaves_the_old_journal(tmp_path: Path) -> None:
    card = Card(tmp_path)
    path = unpacked(FIRST, card.root / "door")
    before, was = rows(path), version(path)
    os.sync()
    found = []

    def cut_after(step: MigrationStep) -> MigrationStep:
        def change(connection: sqlite3.Connection) -> None:
            step.change(connection)
            with card.cut() as after:
                found.append(judge(after / "door" / path.name, before, was))

        return replace(step, change=change)

    bring_up(path, *(cut_after(step) for step in STEPS if step.to > was))

    assert found == [was] * (VERSION - was)
