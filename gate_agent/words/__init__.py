"""Every word that a person reads (用语), on screens, in alerts, on paper: one table, words.toml.

A key names a thing, not a place: `hold_state.flagged` reads the same at the door, at the centre,
in an alert and on paper. The pages get the same table as a script.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from tomllib import loads
from typing import Any, Literal, get_args

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)
TABLE = Path(__file__).with_name("words.toml")


class WordsError(Exception):
    """The table contradicts itself; it says where."""


class Words:
    """A table of words that is complete: every key has both languages, with the same blanks."""

    def __init__(self, text: str) -> None:
        """Read the table from TOML, which refuses a key that stands twice. Raises WordsError."""
        self._texts: dict[str, dict[Lang, str]] = {}
        self._used: dict[str, tuple[str, ...]] = {}
        same: dict[str, str] = {}
        for key, entry, used in _entries(loads(text)):
            self._used[key] = used
            if isinstance(entry, str):
                same[key] = entry
            else:
                self._texts[key] = _checked(key, entry)
        for key, other in same.items():
            if other not in self._texts:
                raise WordsError(f"{key}: expected a key with words, got {other!r}")
            self._texts[key] = self._texts[other]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __contains__(self, key: object) -> bool:
        return key in self._texts

    def word(self, key: str, lang: Lang = "zh", **values: object) -> str:
        """Return the text of `key` with its {blanks} filled.

        A key that nobody gave a word, such as the code of a newer version, reads as its last part.
        """
        texts = self._texts.get(key)
        if texts is None:
            return key.rpartition(".")[2]
        return texts[lang].format_map(values) if values else texts[lang]

    def used(self, key: str) -> tuple[str, ...]:
        """Return where `key` is read: door, visitor, centre, alert, paper."""
        return self._used[key]

    def of(self, *places: str) -> Mapping[Lang, Mapping[str, str]]:
        """Return what is read in `places`, as {language: {key: text}}."""
        keys = [key for key in self._texts if set(self._used[key]) & set(places)]
        return {lang: {key: self._texts[key][lang] for key in keys} for lang in LANGS}


def _entries(
    tree: Mapping[str, Any], path: str = "", used: tuple[str, ...] = ()
) -> Iterator[tuple[str, str | Mapping[str, Any], tuple[str, ...]]]:
    used = tuple(tree.get("_used", used))
    for name, node in tree.items():
        key = f"{path}.{name}" if path else name
        if name == "_used":
            continue
        if isinstance(node, str) or isinstance(node.get("zh"), str):
            yield key, node, used
        else:
            yield from _entries(node, key, used)


def _checked(key: str, entry: Mapping[str, Any]) -> dict[Lang, str]:
    if set(entry) != set(LANGS) or not all(isinstance(text, str) for text in entry.values()):
        raise WordsError(f"{key}: expected a text in each of {LANGS}, got {sorted(entry)}")
    blanks = {lang: {name for _, name, _, _ in Formatter().parse(entry[lang]) if name is not None}
              for lang in LANGS}  # fmt: skip
    if len({frozenset(names) for names in blanks.values()}) > 1:
        raise WordsError(f"{key}: expected the same blanks in each language, got {blanks}")
    return {lang: entry[lang] for lang in LANGS}


WORDS = Words(TABLE.read_text(encoding="utf-8"))
word = WORDS.word
