"""A repository of a test's own, which git answers for."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


class Repository:
    """A tree with one commit; its dates and its author are always the same."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self("init", "-q", "-b", "main")
        (folder / "pyproject.toml").write_text("[project]\n", encoding="ascii")
        self.commit("first")

    def __call__(self, *arguments: str) -> str:
        """Run git here; return what it says."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        author = {
            f"GIT_{who}_{what}": value
            for who in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "a"), ("EMAIL", "a@example"), ("DATE", "1700000000 +0000"))
        }
        return subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=clean | author | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    def commit(self, subject: str) -> str:
        """Commit everything that is there; return the first digits of its name."""
        self("add", "--all")
        self("commit", "-q", "--allow-empty", "-m", subject)
        return self("rev-parse", "--short=9", "HEAD")
