"""Files that are made, not written by hand: what every generator in this folder ends with."""  # noqa: INP001 scripts, not a package

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What `made` returns (name → text) belongs into `folder`, alone there if it is `whole`."""

    folder: Path
    made: Callable[[], Mapping[str, str]]
    whole: bool = False

    def stale(self, folder: Path | None = None) -> list[str]:
        """Return what differs: changed, missing, or left over in a folder that is wholly ours."""
        folder, wanted = folder or self.folder, self.made()
        there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        changed = {name for name, text in wanted.items() if _text(folder / name) != text}
        return sorted(changed | (there - wanted.keys() if self.whole else set()))

    def write(self, folder: Path | None = None) -> None:
        """Make what is stale anew, and remove what is left over."""
        folder, wanted = folder or self.folder, self.made()
        for name in self.stale(folder):
            target = folder / name
            if name not in wanted:
                target.unlink()
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(wanted[name], encoding="utf-8")

    def main(self) -> int:
        """Write the files, or tell with `--check` which are stale."""
        parser = argparse.ArgumentParser()
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when stale")
        parser.add_argument("--folder", type=Path, default=self.folder)
        arguments = parser.parse_args()
        if not arguments.check:
            self.write(arguments.folder)
            return 0
        differs = self.stale(arguments.folder)
        for name in differs:
            sys.stderr.write(f"stale: {arguments.folder / name}; run: make docs\n")
        return 1 if differs else 0


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
