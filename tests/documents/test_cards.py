"""The guard's card is one page in the screen's own words; the drill's times are the policy's."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from chromium import SHELL
from gate_agent.contract.policy import Policy
from gate_agent.words import WORDS
from tree import ROOT, links, text

CARD = "docs/guard-card.zh-CN.html"
DRILL = "docs/drill.zh-CN.md"
INDEX = "docs/README.md"
_WORD = re.compile(r'<(?:b|span)[^>]* data-word="([a-z_.]+)">([^<]*)</')
_AT = {"acknowledge_s": "报警响起到“我已到场”", "recheck_s": "到场到录入复测",
       "decide_s": "录入复测到确认", "report_s": "确认到上报", "transfer_s": "上报到移送",
       "close_s": "移送到结案"}  # fmt: skip


def test_the_cards_words_are_those_of_the_screen() -> None:
    words = _WORD.findall(text(CARD))

    assert len(words) > 20
    assert {key: said for key, said in words if WORDS.word(key) != said} == {}


def test_the_card_is_one_page_of_a4(tmp_path: Path) -> None:
    pdf = tmp_path / "card.pdf"
    subprocess.run(
        [
            SHELL, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
            f"--user-data-dir={tmp_path}/profile", f"--print-to-pdf={pdf}", ROOT / CARD,
        ],
        check=True,
        capture_output=True,
        timeout=100,
    )  # fmt: skip

    content = pdf.read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 1
    (box,) = set(re.findall(rb"/MediaBox\s*\[([^\]]+)\]", content))
    assert [round(float(edge)) for edge in box.split()] == [0, 0, 595, 842]


def test_the_card_names_nobody_and_asks_nobody() -> None:
    card = text(CARD)

    assert not re.search(r"https?:|src=|@import|\d{7,}", card)


@pytest.mark.parametrize("limit", _AT)
def test_the_times_of_the_drill_are_the_policys(limit: str) -> None:
    seconds = getattr(Policy().hold, limit)
    units = ((3600, "小时"), (60, "分钟"), (1, "秒"))
    size, unit = next(it for it in units if seconds % it[0] == 0)

    (row,) = [line for line in text(DRILL).splitlines() if line.startswith(f"| {_AT[limit]} |")]
    assert row.split("|")[2].strip() == f"{seconds // size} {unit}"


def test_the_buttons_of_the_drill_are_on_the_screen() -> None:
    quoted = set(re.findall(r"点“([^”]+)”", text(DRILL)))
    known = {WORDS.word(key) for key in WORDS}

    assert len(quoted) > 8
    assert quoted <= known


def test_every_document_of_the_folder_is_in_the_index() -> None:
    named = {(ROOT / "docs" / link).resolve() for link in links(text(INDEX)) if "#" not in link}
    there = {
        path.resolve()
        for pattern in ("*.md", "*.html", "*/README.md", "measuring/*.md")
        for path in (ROOT / "docs").glob(pattern)
    }

    assert there - named - {(ROOT / INDEX).resolve()} == set()
