"""One table, complete: each word in both languages, and where it is read."""

from __future__ import annotations

import json
import re

import pytest

from gate_agent.words import WORDS, Words, WordsError
from words.word_uses import uses

PLACES = {"door", "visitor", "centre", "alert", "paper"}
WHERE = {  # who reads what a file shows; a file of both programs is not among them
    "gate_agent/web/static/guard/": {"door"},
    "gate_agent/web/static/visitor/": {"visitor"},
}


def test_what_a_file_shows_is_served_to_who_reads_it() -> None:
    unserved = {
        (use.path, key)
        for use in uses()
        for prefix, places in WHERE.items()
        if use.path.startswith(prefix)
        for key in use.keys
        if places.isdisjoint(WORDS.used(key))
    }

    assert unserved == set()


def test_each_key_says_where_it_is_read() -> None:
    nowhere = {key for key in WORDS if not WORDS.used(key) or set(WORDS.used(key)) - PLACES}

    assert nowhere == set()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[a]\nb = { zh = "一" }', "a.b: expected a text in each"),
        ('[a]\nb = { zh = "一", en = "one", fr = "un" }', "a.b: expected a text in each"),
        ('[a]\nb = { zh = "{n} 件", en = "pieces" }', "a.b: expected the same blanks"),
        ('[a]\nb = "a.c"', "a.b: expected a key with words"),
    ],
)
def test_a_word_without_its_other_language_is_refused(text: str, fault: str) -> None:
    with pytest.raises(WordsError, match=re.escape(fault)):
        list(Words(lambda: text))


def test_a_key_that_stands_twice_is_refused() -> None:
    twice = '[a]\nb = { zh = "一", en = "one" }\nb = { zh = "二", en = "two" }'

    with pytest.raises(ValueError, match="overwrite"):
        list(Words(lambda: twice))


def test_blanks_are_filled_and_an_unknown_code_reads_as_itself() -> None:
    words = Words(lambda: '[a]\n_used = ["door"]\nb = { zh = "{n} 件", en = "{n} pieces" }')

    assert words.word("a.b", n=3) == "3 件"
    assert words.word("a.b", "en", n=3) == "3 pieces"
    assert words.word("event_type.gate.new.v2") == "gate.new.v2"
    assert json.loads(json.dumps(words.of(frozenset({"door"})))) == {
        "zh": {"a.b": "{n} 件"}, "en": {"a.b": "{n} pieces"},
    }  # fmt: skip
    assert words.of(frozenset({"centre"})) == {"zh": {}, "en": {}}
