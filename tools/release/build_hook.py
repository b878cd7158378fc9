"""What a build puts into the packages beside the sources: its version, and the board's files.

Hatchling starts it (pyproject.toml). An editable install gets neither: a working tree asks git.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHARE = "share/gate-agent"
_DOCUMENTS = ("*.md", "*.html", "decisions/*.md", "events/**/*", "measuring/*.md")


class ReleaseHook(BuildHookInterface[Any]):
    """Adds files to a wheel and to an sdist; reproducible, since it reads the tree alone."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name what is included; an sdist has its version already."""
        if version == "editable":
            return
        root = Path(self.root)
        built = root / "gate_agent" / "built.txt"
        if not built.is_file():
            built = Path(tempfile.mkdtemp(prefix="gate-built-")) / "built.txt"
            built.write_text(f"{self.metadata.version}\n", encoding="ascii")
        build_data["force_include"][str(built)] = "gate_agent/built.txt"
        if self.target_name == "wheel":
            build_data["shared_data"] |= board_files(root)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 as hatchling calls it
        """Remove the file that was made for it."""
        for name in build_data.get("force_include", {}):
            made = Path(name)
            if made.parent.name.startswith("gate-built-"):
                made.unlink(missing_ok=True)
                made.parent.rmdir()


def board_files(root: Path) -> dict[str, str]:
    """Return what a board finds in its `share` folder, by where it stands in the tree."""
    files = {
        path: f"{SHARE}/{path.relative_to(root / 'config')}" for path in _below(root / "config")
    }
    files |= {path: f"{SHARE}/{path.relative_to(root)}" for path in _below(root / "systemd")}
    for pattern in _DOCUMENTS:
        for path in (root / "docs").glob(pattern):
            if path.is_file():
                files[path] = f"{SHARE}/{path.relative_to(root)}"
    for name in ("README.md", "CHANGELOG.md", "LICENSE"):
        files[root / name] = f"{SHARE}/{name}"
    return {str(path): target for path, target in sorted(files.items())}


def _below(folder: Path) -> list[Path]:
    return [
        path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
