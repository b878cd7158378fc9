"""What the program writes into the store is kept in no language, and read in the reader's."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from gate_agent.words import WORDS, Lang
from gate_collector.kept_words import in_words, marked
from tree import ROOT

ODD = ["北门⟧", "A&B=1", "西门?n=2", "100%、+ 门", "⟦inside.named?n=9⟧"]
CHINESE_ALONE = {  # files that ask for words and name no language, and why they need not
    "alerts/telling.py": "a message to a telephone, of which nobody knows who reads it",
    "cases/district.py": "what the offices are called that somebody may have told",
    "centre.py": "what a hall is called on paper until it says so itself",
    "config.py": "as above",
    "contacts/handover.py": "the list for the district's office is a Chinese document",
    "papers/kept.py": "a case's number, 西1F-20261130-01, is its name",
    "reports/office_sheets.py": "the files of the daily report are Chinese documents",
    "reports/sheets.py": "as above",
}


@pytest.mark.parametrize(
    ("lang", "text"),
    [("zh", "王科长: 核对 · 已显示 3 人"), ("en", "王科长: 核对 · 3 people named")],
)
def test_what_is_kept_is_said_in_the_readers_language(lang: Lang, text: str) -> None:
    kept = f"王科长: 核对 · {marked('inside.named', n=3)}"

    assert in_words(kept, lang) == text


def test_names_in_a_row_come_back_as_they_were_whatever_signs_they_hold() -> None:
    kept = marked("paper.late_reports", doors=ODD)

    assert in_words(kept, "zh") == f"迟到的出入口日报：{'、'.join(ODD)}"
    assert in_words(kept, "en") == f"late reports: {', '.join(ODD)}"


@pytest.mark.parametrize(
    "own", ["", "补记 100%", "⟦", "⟦x⟧", "⟦no.word?n=1⟧", "⟦inside.named?m=3⟧", "⟦inside.named⟧"]
)
def test_a_text_of_somebodys_own_stays_as_they_wrote_it(own: str) -> None:
    assert in_words(own, "zh") == in_words(own, "en") == own


def test_no_word_is_said_in_one_language_alone_but_where_it_is_said_why() -> None:
    silent: dict[str, list[str]] = defaultdict(list)
    folder = ROOT / "collector" / "gate_collector"
    for path in sorted(folder.rglob("*.py")):
        silent[str(path.relative_to(folder))] += _without_language(path)

    assert {name for name, keys in silent.items() if keys} == set(CHINESE_ALONE)


def _without_language(path: Path) -> list[str]:
    """Return the calls for a word that name no language."""
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [ast.unparse(node) for node in tree if isinstance(node, ast.Call) and _is_silent(node)]


def _is_silent(call: ast.Call) -> bool:
    if any(named.arg == "lang" for named in call.keywords):
        return False
    if any(isinstance(one, ast.Name) and one.id == "word" for one in call.args):
        return True  # map(word, keys)
    return isinstance(call.func, ast.Name) and call.func.id == "word" and len(call.args) == 1


def test_such_a_call_is_found(tmp_path: Path) -> None:
    source = tmp_path / "a.py"
    key = next(iter(WORDS))
    asked = f"word({key!r}, n=1); map(word, keys); word({key!r}, lang); word({key!r}, 'en')\n"
    source.write_text(asked, encoding="utf-8")

    assert _without_language(source) == [f"word({key!r}, n=1)", "map(word, keys)"]
