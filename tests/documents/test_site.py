"""Every command that the documents give for a site runs as it stands there, one after another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.commands import command
from documents.typed import blocks
from tree import text

DOCUMENTS = ("docs/operations.en.md", "docs/operations.zh-CN.md", "docs/faq.zh-CN.md")
_FIRST = [block for block in blocks(DOCUMENTS[0]) if "--bundle west-1f" in block]
_SPAN = re.compile(r"`(gate-agent provision --out hall[^`]*)`")


def _run(folder: Path, line: str) -> None:
    words = line.replace("\\\n", " ").split()
    said = command(words[0], *words[1:], folder=folder)
    assert (said.code, said.err) == (0, ""), line


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_commands_of_a_site_run_in_the_order_they_stand_in(
    document: str, tmp_path: Path
) -> None:
    (first,) = _FIRST
    later = _SPAN.findall(text(document))

    _run(tmp_path, first)
    assert len(later) >= 2
    for line in later:
        _run(tmp_path, line)

    hall = tmp_path / "hall"
    assert (hall / "reader-acme/reader-acme.crt").exists()
    for name in ("west-1f", "collector"):
        put = command(
            "gate-agent", "keys", "install", hall / f"{name}.bundle", "--to", tmp_path / name
        )
        assert (put.code, put.err) == (0, "")


def test_both_manuals_give_the_same_commands() -> None:
    english, chinese = (_SPAN.findall(text(manual)) for manual in DOCUMENTS[:2])

    assert english == chinese
    assert blocks(DOCUMENTS[0]) == blocks(DOCUMENTS[1])
