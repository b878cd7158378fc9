"""Puts wheels into a release's folder, without pip and without a net (PEP 427).

A bundle carries wheels for several versions of Python; those of this one are chosen by their tags.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

from gate_agent.release.errors import ReleaseRefused

_NAME = re.compile(r"([^-]+)-([^-]+)(?:-\d[^-]*)?-([^-]+)-([^-]+)-([^-]+)\.whl")
_SCRIPT = "#!{python}\nimport sys\nfrom {module} import {function}\nsys.exit({function}())\n"
_OURS = {"gate-agent": "gate_agent.cli", "gate-collector": "gate_collector.cli"}


def chosen(wheels: Iterable[Path], python: tuple[int, int] = sys.version_info[:2]) -> list[Path]:
    """Return one wheel of each distribution. Raises ReleaseRefused where none fits this Python."""
    best: dict[str, tuple[int, Path]] = {}
    names = set()
    for wheel in sorted(wheels):
        match = _NAME.fullmatch(wheel.name)
        if match is None:
            raise ReleaseRefused(f"{wheel.name}: expected the name of a wheel")
        name = match[1].lower().replace("_", "-")
        names.add(name)
        rank = max(
            _rank(tag, abi, python) for tag in match[3].split(".") for abi in match[4].split(".")
        )
        if rank and rank > best.get(name, (0, wheel))[0]:
            best[name] = (rank, wheel)
    version = ".".join(map(str, python))
    for name in sorted(names - best.keys()):
        raise ReleaseRefused(f"{name}: expected a wheel for Python {version}, got others")
    return [wheel for _, wheel in best.values()]


def unpack(wheel: Path, *, site: Path, prefix: Path) -> None:
    """Put one wheel's files in place: libraries into `site`, data below `prefix`."""
    with ZipFile(wheel) as archive:
        for entry in archive.infolist():
            if entry.is_dir():
                continue
            target = _target(entry.filename, site, prefix)
            if target is None:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(entry) as source, target.open("wb") as out:
                while part := source.read(1024 * 1024):
                    out.write(part)
            if (entry.external_attr >> 16) & 0o111:
                target.chmod(0o755)


def needed_bytes(wheels: Iterable[Path]) -> int:
    """Return how much room they take when they are in place, compiled."""
    size = 0
    for wheel in wheels:
        with ZipFile(wheel) as archive:
            size += sum(entry.file_size for entry in archive.infolist())
    return size * 2  # bytecode beside the sources, and whole blocks


def write_scripts(folder: Path, python: Path) -> None:
    """Write this project's own two programs; those of dependencies nobody starts."""
    for name, module in _OURS.items():
        script = folder / name
        script.write_text(
            _SCRIPT.format(python=python, module=module, function="main"), encoding="utf-8"
        )
        script.chmod(0o755)


def _rank(tag: str, abi: str, python: tuple[int, int]) -> int:
    """Return how well a wheel fits: 3 made for it, 2 stable interface, 1 pure, 0 not at all."""
    major, minor = python
    if (tag, abi) == (f"cp{major}{minor}",) * 2:
        return 3
    if abi == "abi3" and (match := re.fullmatch(rf"cp{major}(\d+)", tag)):
        return 2 if int(match[1]) <= minor else 0
    if abi == "none" and (match := re.fullmatch(rf"(?:py|cp){major}(\d*)", tag)):
        return 1 if int(match[1] or 0) <= minor else 0
    return 0


def _target(name: str, site: Path, prefix: Path) -> Path | None:
    parts = PurePosixPath(name).parts
    if PurePosixPath(name).is_absolute() or ".." in parts:
        raise ReleaseRefused(f"{name}: expected a name inside the wheel")
    if not parts[0].endswith(".data"):
        return site / name
    if parts[1] in ("purelib", "platlib"):
        return site.joinpath(*parts[2:])
    return prefix.joinpath(*parts[2:]) if parts[1] == "data" else None
