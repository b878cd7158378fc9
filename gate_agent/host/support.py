"""What a door or the centre tells who helps it (支持包): versions, settings, figures; nobody.

Nothing is taken out of a text: what is taken in is a number, a word of a list, or a text that
stands in this program. All else is told by its kind and length.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sqlite3
import subprocess
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from pydantic import BaseModel

from gate_agent.contract.json_text import ForeignJsonError, read_json
from gate_agent.contract.moment import format_utc
from gate_agent.host.kernel_clock import ask_kernel
from gate_agent.host.log_lines import LOGGER, SENTENCE, VALUES, nobodys

Tree = dict[str, Any]
_LINES = 500
_JOURNALCTL_S, _ASK_S = 30, 10
_NAMES_OF_OURS = {"gate.id", "gate.site", "gate.timezone", "collector.site", "collector.timezone"}
_METRIC = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([-+.0-9eNaIinf]+)")
_LABEL = re.compile(r'([a-zA-Z0-9_]+)="((?:[^"\\]|\\.)*)"')
_RTC = Path("/sys/class/rtc/rtc0")


def write_bundle(path: Path, parts: Mapping[str, object]) -> None:
    """Write a bundle: a JSON file for each part, readable by its owner alone."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with (
        os.fdopen(descriptor, "wb") as out,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle,
    ):
        for name, part in parts.items():
            text = json.dumps(part, ensure_ascii=False, indent=1, default=nobodys)
            bundle.writestr(f"{name}.json", text)


def about(program: str, version: str, now: datetime) -> Tree:
    """Return what runs where."""
    system = platform.uname()
    return {
        "program": program,
        "version": version,
        "made": format_utc(now),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "kernel": system.release,
        "machine": system.machine,
        "debian": platform.freedesktop_os_release().get("VERSION_ID", ""),
        "packages": {one.name: one.version for one in distributions() if one.name},
    }


def settings(config: BaseModel) -> Tree:
    """Return a configuration by the types of its values: no text of a site's, no key, no place."""
    return {name: _setting(name, getattr(config, name)) for name in type(config).model_fields}


def _setting(path: str, value: object) -> object:
    if isinstance(value, BaseModel):
        return {
            name: _setting(f"{path}.{name}", getattr(value, name))
            for name in type(value).model_fields
        }
    if isinstance(value, Path):
        return file_facts(value)
    if isinstance(value, Mapping):
        return [nobodys(one) for one in value.values()]
    if isinstance(value, tuple | list):
        return [_setting(path, one) for one in value]
    if isinstance(value, str) and path in _NAMES_OF_OURS:
        return value
    return address(value) if isinstance(value, str) else nobodys(value)


def address(text: str) -> object:
    """Return how something is reached, and not where; of any other text its length."""
    scheme, colon, _ = text.partition("://")
    return f"{nobodys(scheme)}://…" if colon else nobodys(text)


def file_facts(path: Path) -> Tree:
    """Return how a file is there, and not what it is called."""
    try:
        seen = path.stat()
    except OSError as exc:
        return {"there": False, "why": nobodys(exc)}
    return {
        "there": True,
        "mode": f"{seen.st_mode & 0o7777:04o}",
        "owner_is_ours": seen.st_uid == os.geteuid(),
        "bytes": seen.st_size,
    }


def log_lines(unit: str) -> list[Tree]:
    """Return the last lines of a unit's log: their sentences, and values that are nobody's."""
    command = ["journalctl", "--unit", unit, "--lines", str(_LINES), "--output", "json"]
    try:
        ran = subprocess.run(command, capture_output=True, timeout=_JOURNALCTL_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as exc:
        return [{"unread": nobodys(exc)}]
    return [line for text in ran.stdout.splitlines() if (line := _line(text)) is not None]


def _line(text: bytes) -> Tree | None:
    try:
        tree = read_json(text)
    except ForeignJsonError:
        return None
    if not isinstance(tree, dict):
        return None
    at, level = tree.get("__REALTIME_TIMESTAMP"), tree.get("PRIORITY")
    shown: Tree = {
        "at": at if _is_number(at) else None,
        "level": level if _is_number(level) else None,
    }
    sentence, logger = tree.get(SENTENCE), tree.get(LOGGER)
    if not (isinstance(sentence, str) and isinstance(logger, str)):
        return shown | {"of": "another program, or an earlier version"}
    try:
        values = read_json(str(tree.get(VALUES, "[]")).encode())
    except ForeignJsonError:
        values = []
    given = [nobodys(one) for one in values] if isinstance(values, list) else []
    return shown | {"logger": nobodys(logger), "says": sentence, "values": given}


def _is_number(text: object) -> bool:
    return isinstance(text, str) and text.isdecimal()


def figures(url: str, headers: Mapping[str, str] | None = None) -> list[Tree] | Tree:
    """Return what a running daemon counts; why not, where it does not answer."""
    try:
        with urlopen(Request(url, headers=dict(headers or {})), timeout=_ASK_S) as answer:  # noqa: S310 our own
            text = answer.read().decode(errors="replace")
    except (URLError, OSError, ValueError) as exc:
        return {"unread": nobodys(exc)}
    matched = [_METRIC.fullmatch(line) for line in text.splitlines() if line[:1] != "#"]
    return [
        {
            "name": one[1],
            "labels": {name: nobodys(value) for name, value in _LABEL.findall(one[2] or "")},
            "value": one[3],
        }
        for one in matched
        if one is not None
    ]


def clock_facts(now: datetime) -> Tree:
    """Return what keeps the time here: the kernel's word, and a clock with a battery (RTC)."""
    kernel = ask_kernel()
    return {
        "kernel": None
        if kernel is None
        else {"synced": kernel.synced, "error_us": kernel.error_us},
        "rtc_apart_s": rtc_apart_s(now),
    }


def rtc_apart_s(now: datetime, rtc: Path = _RTC) -> float | None:
    """Return how far the board's battery clock is from ours; None where there is none."""
    try:
        return round(float((rtc / "since_epoch").read_text()) - now.timestamp(), 1)
    except (OSError, ValueError):
        return None


def types_of(bodies: Iterable[bytes | None]) -> list[Tree]:
    """Return of events when they were, of which type, and how sure the time; never their data."""
    shown: list[Tree] = []
    for body in bodies:
        tree = {} if body is None else read_json(body)
        names: Sequence[str] = ("sequence", "type", "time", "recordedtime", "clock", "severity")
        shown.append({name: tree.get(name) for name in names} if tree else {"redacted": True})
    return shown
