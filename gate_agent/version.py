"""Which version this is (版本): a number, and the commit where that is not the one that was tagged.

A build writes it into the package; a working tree asks git, once for a process and all that it
starts; without git it is the number alone.
`NUMBER` names schemas in files (decision 0019), `program_version` what runs (decision 0040).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

NUMBER = "0.4.0"
BUILT = Path(__file__).with_name("built.txt")
_ASKED = "GATE_AGENT_ASKED"  # what git said, and of which tree: for the processes we start
_ANSWERS_WITHIN_S = 10
_DIGITS = 9  # of a commit: the same in every clone


@cache
def program_version() -> str:
    """Return `0.4.0`, `0.4.0.post3+g1a2b3c4d5` after its tag, `0.4.0.dev99+g…` before it.

    `.dirty` at the end: with changes that no commit has.
    """
    if BUILT.is_file():
        return BUILT.read_text(encoding="ascii").strip()
    tree = BUILT.parent.parent
    where, _, said = os.environ.get(_ASKED, "").rpartition("=")
    if where != str(tree):
        said = version_of(tree, NUMBER)
        os.environ[_ASKED] = f"{tree}={said}"
    return said


def version_of(tree: Path, number: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return what git says of `tree`; `number+unknown` where nobody can say."""
    if not ((tree / ".git").exists() and (tree / "pyproject.toml").is_file()):
        return f"{number}+unknown"  # another's repository around us says nothing of us
    since = _git(tree, environment, "describe", "--tags", "--match", f"v{number}", *_LONG)
    if since is not None:
        count, commit, *dirty = since.removeprefix(f"v{number}-").split("-")
        if count == "0":
            return f"{number}+{'.'.join((commit, *dirty))}" if dirty else number
        return f"{number}.post{count}+{'.'.join((commit, *dirty))}"
    here = _git(tree, environment, "describe", "--always", "--exclude", "*", *_SHORT)
    count = _git(tree, environment, "rev-list", "--count", "HEAD") or ""
    if here is None or not count:
        return f"{number}+unknown"
    return f"{number}.dev{count}+g{here.replace('-', '.')}"


_SHORT = ("--dirty", f"--abbrev={_DIGITS}")
_LONG = ("--long", *_SHORT)


def _git(tree: Path, environment: Mapping[str, str], *arguments: str) -> str | None:
    import subprocess  # noqa: PLC0415 an installed program never asks

    clean = {key: value for key, value in environment.items() if not key.startswith("GIT_")}
    try:
        said = subprocess.run(
            ["git", "--no-optional-locks", "-C", str(tree), *arguments],
            capture_output=True,
            text=True,
            check=True,
            timeout=_ANSWERS_WITHIN_S,
            env=clean | {"LC_ALL": "C"},
        )
    except (OSError, subprocess.SubprocessError):  # no git, no commit, not ours to read
        return None
    return said.stdout.strip() or None
