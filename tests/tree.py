"""The project's own files, for tests that look at the tree itself."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
_MADE = {
    ".git", ".venv", ".run", "build", "dist", "out", "__pycache__",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache",
}  # fmt: skip
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def files(*suffixes: str) -> Iterator[Path]:
    """Yield what belongs to the project, of these suffixes or of all; nothing that was made."""
    pending = [ROOT]
    while pending:
        for path in sorted(pending.pop().iterdir()):
            if path.name in _MADE or path.name.endswith(".egg-info"):
                continue
            if path.is_dir():
                pending.append(path)
            elif path.is_file() and (not suffixes or path.suffix in suffixes):
                yield path


def text(path: str) -> str:
    """Return the text of a file named from the project's root."""
    return (ROOT / path).read_text(encoding="utf-8")


def links(document: str) -> list[str]:
    """Return the targets of the links and pictures in a Markdown text, code left out."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", document, flags=re.DOTALL)
    return _LINK.findall(prose)


def tool(name: str) -> ModuleType:
    """Return `tools/<name>.py` as a module: tools are scripts and on nobody's path."""
    path = ROOT / "tools" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"tools_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
