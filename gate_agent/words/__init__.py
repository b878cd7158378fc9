"""Every word that a person reads (用语), on screens, in alerts, on paper: one table, words.toml.

A key names a thing, not a place: `hold_state.flagged` reads the same at the door, at the centre,
in an alert and on paper. The pages get the same table as a script.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Any, Literal, get_args

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)
Texts = Mapping[Lang, str]
TABLE = Path(__file__).with_name("words.toml")


class WordsError(Exception):
    """The table contradicts itself; it says where."""


class Words:
    """A table of words that is complete: every key has both languages, with the same blanks.

    It is read at the first word: nothing waits for it at a start.
    """

    def __init__(self, read: Callable[[], str]) -> None:
        """Keep where the table comes from, as TOML, which refuses a key that stands twice."""
        self._read = read

    @cached_property
    def _entries(self) -> dict[str, tuple[Texts, tuple[str, ...]]]:
        entries = {key: (entry, used) for key, entry, used in _walk(tomllib.loads(self._read()))}
        checked = {key: _checked(key, it) for key, (it, _) in entries.items() if not _is_text(it)}
        for key, (other, _) in entries.items():
            if _is_text(other):
                if other not in checked:
                    raise WordsError(f"{key}: expected a key with words, got {other!r}")
                checked[key] = checked[other]
        return {key: (checked[key], used) for key, (_, used) in entries.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def word(self, key: str, lang: Lang = "zh", **values: object) -> str:
        """Return the text of `key` with its {blanks} filled.

        A key that nobody gave a word, such as a code of a newer version, reads as that code.
        """
        if key not in self._entries:
            return key.partition(".")[2] or key
        text = self._entries[key][0][lang]
        return text.format_map(values) if values else text

    def texts(self, key: str, **values: object) -> Texts:
        """Return a text in each language; a blank may be filled by such a text in turn."""
        return {
            lang: self.word(key, lang, **{
                name: value[lang] if isinstance(value, Mapping) else value
                for name, value in values.items()
            })
            for lang in LANGS
        }  # fmt: skip

    def both(self, key: str, between: str = " ", **values: object) -> str:
        """Return a text in both languages, English first: for a terminal or a log."""
        return between.join(self.word(key, lang, **values) for lang in ("en", "zh"))

    def used(self, key: str) -> tuple[str, ...]:
        """Return where `key` is read: door, visitor, centre, alert, paper, terminal."""
        return self._entries[key][1]

    def of(self, places: frozenset[str]) -> Mapping[Lang, Mapping[str, str]]:
        """Return what is read in `places`, as {language: {key: text}}."""
        return {
            lang: {key: texts[lang] for key, (texts, used) in self._entries.items()
                   if not places.isdisjoint(used)}
            for lang in LANGS
        }  # fmt: skip


def _walk(
    tree: Mapping[str, Any], path: str = "", used: tuple[str, ...] = ()
) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    used = tuple(tree.get("_used", used))
    for name, node in tree.items():
        key = f"{path}.{name}" if path else name
        if name == "_used":
            continue
        if _is_text(node) or _is_text(node.get("zh")):
            yield key, node, used
        else:
            yield from _walk(node, key, used)


def _is_text(entry: object) -> bool:
    return isinstance(entry, str)


def _checked(key: str, entry: Mapping[str, Any]) -> Texts:
    if set(entry) != set(LANGS) or not all(isinstance(text, str) for text in entry.values()):
        raise WordsError(f"{key}: expected a text in each of {LANGS}, got {sorted(entry)}")
    blanks = {frozenset(name for _, name, _, _ in Formatter().parse(entry[lang]) if name)
              for lang in LANGS}  # fmt: skip
    if len(blanks) > 1:
        raise WordsError(f"{key}: expected the same blanks in each language, got {list(blanks)}")
    return {lang: entry[lang] for lang in LANGS}


WORDS = Words(lambda: TABLE.read_text(encoding="utf-8"))
word, texts, both = WORDS.word, WORDS.texts, WORDS.both


def joined(names: Iterable[str], lang: Lang = "zh") -> str:
    """Return names in a row, with what stands between them in that language."""
    return word("between.names", lang).join(names)
