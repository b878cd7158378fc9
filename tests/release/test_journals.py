"""The way back of a journal that a newer release has brought up: its copy, and nothing deleted."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gate_agent.release.errors import ReleaseRefused
from gate_agent.release.journals import bring_back, schema_of_journal, way_back
from gate_agent.store.schema import VERSION
from versions.old_journals import bring_up, proven, rows, unpacked, version
from versions.released import FIRST


@pytest.fixture
def updated(tmp_path: Path) -> Path:
    """Return a journal of the first version that this one has brought up."""
    path = unpacked(FIRST, tmp_path / "journal")
    bring_up(path)
    return path


def test_the_journal_of_before_the_update_comes_back_whole(updated: Path) -> None:
    before = rows(unpacked(FIRST, updated.parent.parent / "as-it-was"))
    copy = way_back(updated, 1)
    assert copy is not None
    (updated.with_name(f"{updated.name}-wal")).write_bytes(b"of the newer one")

    aside = bring_back(updated, copy)

    assert version(updated) == 1
    assert rows(updated) == before
    assert not updated.with_name(f"{updated.name}-wal").exists()
    assert version(aside / updated.name) == VERSION
    assert proven(aside / updated.name) > 0
    assert aside.stat().st_mode & 0o777 == 0o700


def test_a_release_that_reads_the_journal_needs_no_way_back(updated: Path, tmp_path: Path) -> None:
    assert way_back(updated, VERSION) is None
    assert way_back(updated, VERSION + 1) is None
    assert way_back(tmp_path / "nowhere.sqlite", 1) is None
    assert schema_of_journal(updated) == VERSION


def test_without_a_copy_there_is_no_way_back_and_nothing_moves(updated: Path) -> None:
    updated.with_name(f"{updated.name}.schema-1").unlink()

    with pytest.raises(ReleaseRefused, match="no copy"):
        way_back(updated, 1)

    assert version(updated) == VERSION


def test_what_was_put_aside_earlier_stays(updated: Path) -> None:
    kept = updated.with_name("kept")
    shutil.copy(updated.with_name(f"{updated.name}.schema-1"), kept)
    for _ in range(2):
        copy = way_back(updated, 1)
        assert copy is not None
        bring_back(updated, copy)
        bring_up(updated)

    assert {"newer", "newer-2"} <= {path.name for path in updated.parent.iterdir()}


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_killed_while_it_comes_back_the_next_call_goes_on(updated: Path, moved: int) -> None:
    copy = way_back(updated, 1)
    assert copy is not None
    aside = updated.parent / "newer"
    aside.mkdir()
    wal = updated.with_name(f"{updated.name}-wal")
    wal.touch()
    for part in (updated, wal)[:moved]:
        part.rename(aside / part.name)
    if not moved:
        aside.rmdir()

    assert way_back(updated, 1) == copy
    bring_back(updated, copy)

    assert (aside / wal.name).exists()
    assert not wal.exists()
    assert version(updated) == 1
    assert version(aside / updated.name) == VERSION
    assert way_back(updated, 1) is None
