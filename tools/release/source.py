"""The committed tree as it is built: what git knows, and nothing that stands here alone."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gate_agent.version import NUMBER, version_of


class Unreleasable(Exception):  # noqa: N818 said to who makes a release, and to nobody else
    """What stands in the way of a release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A tree without a repository, with its version written into it."""

    folder: Path
    version: str
    epoch: int  # seconds, SOURCE_DATE_EPOCH: when that commit was made


def take(tree: Path, folder: Path, *, version: str | None = None) -> Source:
    """Copy what git knows of `tree` into `folder`. Raises Unreleasable."""
    version = version or version_of(tree, NUMBER)
    for name in _git(tree, "ls-files", "-z").split("\0"):
        if name and (tree / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(tree / name, target)
    (folder / "gate_agent/built.txt").write_text(f"{version}\n", encoding="ascii")
    epoch = int(_git(tree, "log", "-1", "--format=%ct"))
    return Source(folder=folder, version=version, epoch=epoch)


def refuse_what_is_half(tree: Path) -> None:
    """Raise Unreleasable for changes without a commit, and for a tag without its notes."""
    version = version_of(tree, NUMBER)
    if version.endswith((".dirty", "+unknown")):
        raise Unreleasable(f"expected a tree that is committed, got {version}")
    if version == NUMBER and not notes(tree, NUMBER):
        raise Unreleasable(f"expected '## {NUMBER}, <day>' in CHANGELOG.md, got no such section")


def notes(tree: Path, number: str) -> str:
    """Return the section of a released version in the changelog, without its heading."""
    text = (tree / "CHANGELOG.md").read_text(encoding="utf-8")
    heading = rf"^## {re.escape(number)}, \d{{4}}-\d\d-\d\d\n(.*?)(?=^## |\Z)"
    section = re.search(heading, text, re.MULTILINE | re.DOTALL)
    return section[1].strip() if section else ""


def _git(tree: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(tree), *arguments], check=True, capture_output=True, text=True
    ).stdout
