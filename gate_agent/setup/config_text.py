"""Changes values in a TOML file's own text: remarks, order and everything else stay as they are."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

Value = str | bool | int | None  # None: the line goes
Changes = Mapping[str, Mapping[str, Value]]
_HEADER = re.compile(r"\s*\[+\s*([^\]]+?)\s*\]+\s*(#.*)?$")
_LINE = re.compile(
    r"(\s*[A-Za-z0-9_-]+\s*=\s*)(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^#\"'\[{]*?)(\s*#.*)?$"
)


def with_values(text: str, changes: Changes) -> str:
    """Return `text` with these values in these sections, and nothing else changed.

    Raises ValueError where that cannot be done in a line: a section written in another way.
    """
    lines = text.removesuffix("\n").split("\n") if text else []
    wanted = tomllib.loads(text)
    for section, values in changes.items():
        for key, value in values.items():
            if wanted.get(section, {}).get(key) == value:
                continue
            _put(lines, section, key, value)
            wanted.setdefault(section, {})[key] = value
            if value is None:
                del wanted[section][key]
    changed = "\n".join(lines) + "\n"
    try:
        is_so = tomllib.loads(changed) == wanted
    except tomllib.TOMLDecodeError:
        is_so = False
    if not is_so:
        raise ValueError("expected sections as [name], with a line for each value")
    return changed


def tree_of(text: str) -> dict[str, dict[str, Any]]:
    """Return the sections of a TOML text; none of one that is no TOML."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
    return {name: section for name, section in tree.items() if isinstance(section, dict)}


def _put(lines: list[str], section: str, key: str, value: Value) -> None:
    shown = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    written = f"{key} = {shown}"
    begin = next((at for at, line in enumerate(lines) if _names(line) == section), None)
    if begin is None:
        lines += ["", f"[{section}]", written]
        return
    after = (at for at in range(begin + 1, len(lines)) if _names(lines[at]))
    end = next(after, len(lines))
    for at in range(begin + 1, end):
        if lines[at].partition("=")[0].strip() == key and (match := _LINE.match(lines[at])):
            there = f"{match[1]}{shown}{match[3] or ''}"
            lines[at : at + 1] = [] if value is None else [there]
            return
    last = max(at for at in range(begin, end) if lines[at].strip())
    lines.insert(last + 1, written)


def _names(line: str) -> str:
    match = _HEADER.match(line)
    return match[1] if match else ""
