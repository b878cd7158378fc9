"""No acknowledged event is lost to a power cut; and the rig sees it where one would be.

`make test` cuts a few times; `make power CUTS=200` cuts as often as is said, and shows that the
same rig fails with `synchronous=NORMAL` and on a disk that ignores syncs.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from disks import private_mounts, run
from power.rig import cut_a_writer, reason_not_to

SHORT = 10
CUTS = int(os.environ.get("CUTS", SHORT))
LONG = pytest.mark.skipif("CUTS" not in os.environ, reason="part of `make power`")
_why = reason_not_to("mkfs.btrfs", "mkfs.ext4", "cp")
pytestmark = [
    pytest.mark.skipif(_why is not None, reason=_why or "all is there"),
    pytest.mark.timeout(60 + 40 * CUTS),
]


@private_mounts
def test_no_acknowledged_event_is_lost_to_a_power_cut(tmp_path: Path) -> None:
    figures = cut_a_writer(tmp_path, CUTS, seed=CUTS)

    print(f"synchronous=FULL: {figures}")
    assert figures.unsound == []
    assert figures.lost == 0
    assert figures.acknowledged > 10 * CUTS


@LONG
@private_mounts
def test_the_rig_sees_the_loss_that_synchronous_normal_brings(tmp_path: Path) -> None:
    figures = cut_a_writer(tmp_path, SHORT, options=("--synchronous", "NORMAL"))

    print(f"synchronous=NORMAL: {figures}")
    assert figures.lost > 0
    assert figures.cuts_with_loss > 1


@LONG
@private_mounts
def test_the_rig_sees_the_loss_that_a_lying_disk_brings(tmp_path: Path) -> None:
    lying = tmp_path / "lying.so"
    source = Path(__file__).with_name("lying.c")
    run("gcc", "-shared", "-fPIC", "-O1", "-o", str(lying), str(source))

    figures = cut_a_writer(tmp_path, SHORT, more={"LD_PRELOAD": str(lying)})

    print(f"syncs ignored: {figures}")
    assert figures.lost > 0
    assert figures.cuts_with_loss > 1
