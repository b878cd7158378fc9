"""Words that the program adds to what the store keeps (程序写入的用语), in no language. Pure.

What somebody wrote stays as they wrote it. What the program says beside it is kept as a mark, such
as `⟦inside.named?n=3⟧`, and said in the language of whoever reads it, be it years later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qs, urlencode

from gate_agent.words import WORDS, Lang, joined, word

_MARK = re.compile(r"⟦(?P<key>[a-z_]+\.[a-z_.]+)(?:\?(?P<values>[^⟦⟧]*))?⟧")


def marked(key: str, **values: str | int | Iterable[str]) -> str:
    """Return a word of the table as it is kept; several texts for one blank are told in a row."""
    filled = urlencode(values, doseq=True)
    return f"⟦{key}?{filled}⟧" if filled else f"⟦{key}⟧"


def in_words(text: str, lang: Lang) -> str:
    """Return what is kept as it reads; what only looks like a mark is somebody's own text."""
    return _MARK.sub(lambda mark: _said(mark, lang), text)


def _said(mark: re.Match[str], lang: Lang) -> str:
    key, values = mark["key"], parse_qs(mark["values"] or "", keep_blank_values=True)
    if key not in WORDS:
        return mark[0]
    try:
        filled = {name: joined(each, lang) for name, each in values.items()}
        return word(key, lang).format_map(filled)
    except (KeyError, ValueError):  # a blank that nothing fills
        return mark[0]
