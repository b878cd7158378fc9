"""Cuts the power of a card that a journal lives on, as truly as one machine can.

The card is an ext4 file system in an image file; the image lies on btrfs. A cut is a reflink copy
of the image: what the file system had handed to the card by then, and nothing of what was still
in memory. The copy is mounted as a board would after the power is back: ext4 replays its journal,
SQLite its write-ahead file. Call everything in `disks.in_private_mounts`.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from disks import ext4_image, run
from gate_agent.errors import StorageError
from gate_agent.store.reader import JournalReader
from gate_agent.store.verify import verify
from store.shelf import open_journal, passage, write
from store.writers import command, environment
from tree import ROOT

CARD_MB, HOST_MB = 96, 1024
CUTS_A_CARD = 20  # then the journal is made anew: its first moments are cut as well
_LATEST_CUT_S = 0.5
_PACE_S = "0.001"  # between two events; many are under way at a cut all the same


@dataclass(slots=True)
class Figures:
    """What all cuts came to."""

    cuts: int = 0
    acknowledged: int = 0
    lost: int = 0
    cuts_with_loss: int = 0
    unsound: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.cuts} cuts, {self.acknowledged} events acknowledged, {self.lost} lost in "
            f"{self.cuts_with_loss} cuts, {len(self.unsound)} journals unsound"
        )


class Card:
    """The running card, and the images its power cuts leave."""

    def __init__(self, folder: Path) -> None:
        host = folder / "host.img"
        with host.open("wb") as file:
            file.truncate(HOST_MB * 1024 * 1024)
        run("mkfs.btrfs", "-q", "-f", str(host))
        self._host = folder / "host"
        self._host.mkdir()
        run("mount", "-o", "loop,noatime", str(host), str(self._host))
        self._image = self._host / "card.img"
        self.root = ext4_image(self._image, folder / "card", CARD_MB)
        self._after = folder / "after"
        self._after.mkdir()

    @contextmanager
    def cut(self) -> Iterator[Path]:
        """Cut the power now; yield what is found after it."""
        copy = self._host / "cut.img"
        run("cp", "--reflink=always", str(self._image), str(copy))
        run("mount", "-o", "loop,noatime", str(copy), str(self._after))
        try:
            yield self._after
        finally:
            run("umount", str(self._after))
            copy.unlink()


class Promises:
    """The newest event that a process has told the outside to be durable."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stdout is not None
        self._lines = child.stdout
        self.sequence, self.link = 0, ""
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        for line in self._lines:
            sequence, link = line.split()
            self.sequence, self.link = int(sequence), link.decode()


def cut_a_writer(
    folder: Path,
    cuts: int,
    *,
    options: tuple[str, ...] = (),
    more: Mapping[str, str] | None = None,
    seed: int = 1,
) -> Figures:
    """Cut the power of a writer process `cuts` times at random moments; return what was lost."""
    rng = random.Random(seed)  # noqa: S311 moments, no secrets
    card, figures = Card(folder), Figures()
    while figures.cuts < cuts:
        for old in card.root.glob("gate.db*"):
            old.unlink()
        crowd = str(rng.choice((1, 4, 40)))
        os.sync()  # the card is as it was; only what comes now is at stake
        with subprocess.Popen(
            command(card.root / "gate.db", "--pace", _PACE_S, "--crowd", crowd, *options),
            cwd=ROOT,
            env=environment(**(more or {})),
            stdout=subprocess.PIPE,
        ) as child:
            try:
                promises, pause = Promises(child), threading.Event()
                for _ in range(min(CUTS_A_CARD, cuts - figures.cuts)):
                    pause.wait(rng.uniform(0, _LATEST_CUT_S))
                    sequence = promises.sequence  # before the cut: what comes later may be gone
                    with card.cut() as after:
                        _judge(after / "gate.db", sequence, figures)
                assert child.poll() is None, "expected the writer to outlive the cuts"
            finally:
                child.kill()
    return figures


def _judge(path: Path, acknowledged: int, figures: Figures) -> None:
    """Start on what the cut left, as a gate does, and count what is not there."""
    figures.cuts += 1
    figures.acknowledged += acknowledged
    kept = 0
    try:
        with open_journal(path) as journal:  # makes it where the cut came before it was made
            kept = journal.head.sequence
            write(journal, passage(10**9))
        assert verify(path, lambda _done, _total: None).sequence == kept + 1
        with JournalReader(path) as reader:
            assert len(reader.after(max(0, acknowledged - 5), 5)) >= min(5, acknowledged)
    except (StorageError, AssertionError) as exc:
        figures.unsound.append(f"after {acknowledged} acknowledged: {exc}")
    lost = max(0, acknowledged - kept)
    figures.lost += lost
    figures.cuts_with_loss += lost > 0


def reason_not_to(*programs: str) -> str | None:
    """Return why no power can be cut here; None if it can."""
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    missing = [name for name in programs if shutil.which(name, path=path) is None]
    if os.geteuid() != 0:
        return "expected root, to mount images"
    return f"expected {', '.join(missing)}, got none" if missing else None
