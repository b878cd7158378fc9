"""`tools/card-check` finds what a card has lost, and says so with its exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from disks import private_mounts
from power.rig import Card
from tree import ROOT

TOOL = [sys.executable, str(ROOT / "tools" / "card-check")]


def _verify(folder: Path, told: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*TOOL, "verify", str(folder), str(told)], capture_output=True, text=True, check=False
    )


def _write(folder: Path, records: int) -> int:
    with subprocess.Popen(
        [*TOOL, "write", str(folder)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        told = [int(writer.stdout.readline()) for _ in range(records)]
        writer.kill()
    return told[-1]


def test_what_was_told_is_there_and_what_is_cut_off_is_missed(tmp_path: Path) -> None:
    told = _write(tmp_path, 30)
    assert _verify(tmp_path, told).returncode == 0

    data = tmp_path / "card-check.dat"
    data.write_bytes(data.read_bytes()[: told * 4096 - 1])

    missed = _verify(tmp_path, told)
    assert missed.returncode == 1
    assert f"record {told}: told to be durable" in missed.stdout


@private_mounts
def test_a_sound_card_passes_over_a_power_cut(tmp_path: Path) -> None:
    card = Card(tmp_path)
    told = _write(card.root, 50)

    with card.cut() as after:
        assert _verify(after, told).returncode == 0


def test_an_unknown_command_explains_itself(tmp_path: Path) -> None:
    done = subprocess.run([*TOOL, "guess"], cwd=tmp_path, capture_output=True, check=False)

    assert done.returncode == 2
    assert b"tools/card-check verify" in done.stderr
