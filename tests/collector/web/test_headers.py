"""Every heading of a table says something: an empty one is read aloud as nothing."""

from __future__ import annotations

import re
from pathlib import Path

import gate_collector

_TEMPLATES = Path(gate_collector.__file__).parent / "templates"


def test_no_table_has_an_empty_heading() -> None:
    empty = [
        path.name
        for path in _TEMPLATES.glob("*.html")
        if re.search(r"<th[^>]*>\s*</th>", path.read_text(encoding="utf-8"))
    ]

    assert empty == []
