"""A change of a schema raises the program's version, and what was out there before is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate_agent import __version__
from gate_agent.store.schema import VERSION
from gate_collector.store.schema import HEAD
from versions.released import KEPT, RELEASES

_STORES, _MESSAGES = Path(__file__).parent / "stores", Path(__file__).parent / "messages"
_STORE_FILES = (
    "journal-{}.sqlite.gz", "journal-{}.head.gz", "store-{}.sqlite.gz", "store-{}.backup",
    "store-{}.sql.gz",
)  # fmt: skip
_MESSAGE_FILES = ("events", "policies", "receipts", "seen", "states")


def test_a_schema_is_made_by_a_version_of_its_own() -> None:
    schemas = [(release.journal, release.store) for release in RELEASES.values()]

    assert list(RELEASES)[-1] == __version__
    assert schemas[-1] == (VERSION, HEAD)
    assert schemas == sorted(set(schemas))


def test_what_every_version_before_the_newest_keeps_is_recorded() -> None:
    unrecorded = [version for version, release in RELEASES.items() if release.commit is None]

    assert unrecorded in ([], [__version__]), (
        "record it by a script of its own (tests/versions/stores), and its messages, from a "
        "worktree of the last commit that had that version; then name the commit in RELEASES"
    )


@pytest.mark.parametrize("name", KEPT)
def test_a_version_that_is_recorded_is_recorded_whole(name: str) -> None:
    wanted = {_STORES / file.format(name) for file in _STORE_FILES}
    wanted |= {_STORES / f"record_stores_{name}.py"}
    wanted |= {_MESSAGES / name / f"{kind}.jsonl" for kind in _MESSAGE_FILES}

    assert {str(file) for file in wanted if not file.is_file()} == set()


def test_nothing_is_recorded_that_no_test_reads() -> None:
    stores = {path.name.split(".")[0].partition("-")[2] for path in _STORES.glob("*-*.*")}
    messages = {path.name for path in _MESSAGES.iterdir() if path.is_dir()} - {"__pycache__"}

    assert stores == messages == set(KEPT)
