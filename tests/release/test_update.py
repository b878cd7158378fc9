"""An update while a door runs: judged first, at a quiet moment, watched, and taken back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import pytest

from children import wait_until
from gate_agent.config.keyfile import load_key
from gate_agent.contract.messages import parse_body
from gate_agent.release.doors import from_figures
from gate_agent.release.errors import ReleaseRefused, WentBack
from gate_agent.release.journals import schema_of_journal
from gate_agent.store.reader import JournalReader
from gate_agent.store.schema import VERSION
from gate_agent.store.verify import rebuild, verify
from release.board import SOON, UNIT, Board
from release.shop import Shop, again
from tools.release.archive import pack
from tree import ROOT

OLD, NEW = "0.4.0", "0.4.0.post1+gabcdef123"
DEAD, DEAF, HIGHER = "0.4.1", "0.4.2", "0.5.0"
_RAISE_IN = {DEAD: "app.py", DEAF: "validation.py"}
_RAISES = 'raise RuntimeError("a release that does not start")\n'


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def releases(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of releases: two that hold up, one that ends at once, one that fails."""
    board = Board(tmp_path_factory.mktemp("installed") / "root", shop.signers)
    wheel = shop.wheel(OLD)
    board.update().from_bundle(shop.packed(OLD, wheel))
    old = board.house.place(OLD)
    for version in (NEW, DEAD, DEAF, HIGHER):
        made = board.house.place(version)
        shutil.copytree(old, made, symlinks=True)
        (package,) = made.glob("lib/python3*/site-packages/gate_agent")
        (package / "built.txt").write_text(version, encoding="ascii")
        if version in _RAISE_IN:
            (package / _RAISE_IN[version]).write_text(_RAISES, encoding="ascii")
        if version == HIGHER:
            _raise_schema(package / "store")
    return old.parent


def _raise_schema(store: Path) -> None:
    """Let a release keep journals in a schema that no earlier one knows."""
    schema, steps = store / "schema.py", store / "migrations.py"
    raised = schema.read_text(encoding="utf-8")
    assert f"\nVERSION = {VERSION}  #" in raised
    schema.write_text(
        raised.replace(f"\nVERSION = {VERSION}", f"\nVERSION = {VERSION + 1}"), "utf-8"
    )
    with steps.open("a", encoding="utf-8") as more:
        more.write(
            f"STEPS += (MigrationStep(to={VERSION + 1}, what='terminal.commit', "
            "change=lambda _: None),)\n"
        )


@pytest.fixture
def board(shop: Shop, releases: Path, tmp_path: Path) -> Board:
    """Return a board with the old release; the others are in place and do not count."""
    board = Board(tmp_path / "root", shop.signers)
    for release in releases.iterdir():
        place = board.house.place(release.name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(release)
    board.house.switch(OLD)
    return board


def whole(board: Board) -> int:
    """Return how many events the journal has, once chain and views are proven."""
    head = verify(board.journal, lambda *_: None)
    key = load_key(board.journal.parent / "store.key")
    assert rebuild(board.journal, key, lambda *_: None).differences == ()
    return head.sequence


def test_a_door_is_updated_goes_on_with_its_journal_and_goes_back_by_hand(
    board: Board, shop: Shop
) -> None:
    (wheel,) = shop.folder.glob(f"{OLD}/out/*.whl")
    bundle = shop.packed(NEW, wheel)
    with board.runs():
        before = board.now()
        killed_once = board.journal.with_name(".trial-left")
        killed_once.mkdir()
        gap = Gap(board)
        with gap:
            board.update().from_bundle(bundle)
        after = board.now()
        assert board.house.version_at("previous") == OLD
        assert board.update().rollback() == OLD
        wait_until(lambda: (now := board.now()) and now.version == OLD, "the old one")

    assert before is not None
    assert after is not None
    assert (before.version, after.version) == (OLD, NEW)
    assert gap.longest_s < 10
    with JournalReader(board.journal) as reader:
        bodies = [event.body or b"" for event in reader.after(0, 1000)]
    started = [parse_body(body).data for body in bodies if b"gate.agent.started" in body]
    assert [data["version"] for data in started] == [OLD, NEW, OLD]
    assert whole(board) > 2
    assert not list(board.journal.parent.glob(".trial-*"))
    assert not list(board.house.prefix.glob(".bundle"))


class Gap:
    """The longest time for which the door did not answer."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._ended = threading.Event()
        self._looking = threading.Thread(target=self._look)
        self.longest_s = 0.0

    def _look(self) -> None:
        last = perf_counter()
        while not self._ended.wait(0.1):
            if self._board.now() is not None:
                self.longest_s = max(self.longest_s, perf_counter() - last)
                last = perf_counter()

    def __enter__(self) -> None:
        self._looking.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._looking.join()


def test_an_update_waits_while_a_hold_is_open_and_says_so(board: Board) -> None:
    with board.runs():
        assert board.tap("/api/v1/drills", {"by": "guard-1"})
        wait_until(lambda: (now := board.now()) and now.holds, "the hold")
        figures = from_figures(board.door.read("/metrics").decode(), {"status": "ok"})
        assert figures == replace(board.now() or figures, is_free=True)

        with pytest.raises(ReleaseRefused, match="a hold is open"):
            board.update(replace(SOON, quiet_s=1)).to_staged(NEW)

        still = board.now()
        assert still is not None
        assert (still.version, still.holds) == (OLD, 1)
        assert board.asked == [f"start {UNIT}"]
        assert any("a hold is open" in line for line in board.said)

        board.update().to_staged(NEW, now=True)
        now = board.now()
        assert now is not None
        assert (now.version, now.holds) == (NEW, 1)


def test_a_release_that_does_not_start_is_taken_back_by_itself(board: Board) -> None:
    with board.runs():
        with pytest.raises(WentBack, match=f"{OLD} runs again"):
            board.update().to_staged(DEAD)
        wait_until(board.now, "the door to be back")
        now = board.now()

    assert now is not None
    assert now.version == OLD
    assert board.house.version_at("current") == OLD
    assert whole(board) > 0


def test_a_release_that_cannot_read_this_door_never_counts_nor_one_that_is_not_there(
    board: Board,
) -> None:
    with board.runs():
        with pytest.raises(ReleaseRefused, match="does not start"):
            board.update().to_staged(DEAF)
        with pytest.raises(ReleaseRefused, match="before this one"):
            board.update().rollback()

        assert board.asked == [f"start {UNIT}"]
    assert board.house.version_at("current") == OLD


def test_an_older_release_and_one_of_another_key_change_nothing(
    board: Board, tmp_path: Path
) -> None:
    older = tmp_path / "x/gate-agent-0.3.0-any"
    older.mkdir(parents=True)
    (older / "bundle.json").write_text('{"version": "0.3.0", "machine": "any"}', encoding="ascii")
    again(older, Shop(tmp_path / "other").key)
    foreign = pack(older, tmp_path / "foreign.tar.gz", epoch=0)
    with pytest.raises(ReleaseRefused, match="signature"):
        board.update().from_bundle(foreign)

    again(older, board.signers.with_name("release-key"))
    with pytest.raises(ReleaseRefused, match=f"expected {OLD} or newer, got 0.3.0"):
        board.update().from_bundle(pack(older, tmp_path / "older.tar.gz", epoch=0))

    assert board.house.version_at("current") == OLD
    assert not board.house.place("0.3.0").exists()


def test_killed_in_the_middle_the_door_goes_on_and_one_release_counts_whole(board: Board) -> None:
    code = (
        "import sys; from pathlib import Path; from release.board import Board;"
        "board = Board.again(Path(sys.argv[1]), int(sys.argv[2]));"
        "board.update().to_staged(sys.argv[3], now=True)"
    )
    with board.runs():
        updating = subprocess.Popen(
            [sys.executable, "-c", code, board.root, str(board.port), NEW],
            env=os.environ | {"PYTHONPATH": f"{ROOT / 'tests'}:{ROOT}"},
        )
        wait_until(lambda: board.house.version_at("current") == NEW, "the switch")
        updating.kill()
        updating.wait()
        wait_until(board.now, "the door")

        assert board.house.version_at("current") == NEW
        assert board.house.version_at("previous") == OLD
        board.manager.restart(UNIT)
        wait_until(lambda: (now := board.now()) and now.version == NEW, "the new one")
    assert whole(board) > 0


def test_a_journal_that_the_release_before_cannot_read_comes_back_with_it(board: Board) -> None:
    with board.runs():
        before = schema_of_journal(board.journal)
        board.update().to_staged(HIGHER)
        assert schema_of_journal(board.journal) == before + 1

        assert board.update().rollback() == OLD
        wait_until(lambda: (now := board.now()) and now.version == OLD, "the old one")

        assert schema_of_journal(board.journal) == before
    assert whole(board) > 0
    assert schema_of_journal(board.journal.parent / "newer/journal.sqlite") == before + 1
