"""The files pages load: a program's own, and those that the pages of both programs share."""

from __future__ import annotations

from pathlib import Path

from starlette.staticfiles import StaticFiles


def static_files(own: Path) -> StaticFiles:
    """Serve the files in `own`, and below `shared/` what door and centre both load."""
    return StaticFiles(directory=own, packages=[("gate_agent.http", "static")])
