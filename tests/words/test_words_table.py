"""One table, complete: a word for whatever is shown, in both languages, and none unused."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from enum import StrEnum

import pytest

import gate_agent
import gate_collector
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import BY_TYPE
from gate_agent.words import WORDS, Words, WordsError
from words.word_uses import uses

PLACES = {"door", "visitor", "centre", "alert", "paper", "terminal"}
WHERE = {  # who reads what a file shows; a file of both programs is not among them
    "gate_agent/web/static/guard/": {"door"},
    "gate_agent/web/static/visitor/": {"visitor"},
    "collector/gate_collector/static/": {"centre"},
}
NAMED_ANEW = {
    ("gate_collector", "Role"): "centre_role",
    ("gate_collector", "ReportVerdict"): "evidence",
}
MORE = {  # what is no member, and yet comes where one is shown
    "alarm_kind": {"report"},  # a room's own kind: reports.versions.MISSING
}
AMONG = {"unread": "reason"}  # whose members are told among another section's
NOT_SHOWN = {
    "absence": "the event alone is shown, not why nobody looks",
    "bundle_kind": "whom a file of keys is for: its name is told",
    "column_kind": "how the cells of a list are read",
    "entered_at": "where a setting of the policy is typed",
    "kiosk_page": "what is typed after --kiosk",
    "line_sort": "a line of a case has the word of what it tells",
    "input_kind": "how a field of the policy's page is drawn",
    "named_by": "which sheet named somebody: no screen tells it",
    "note_kind": "each has a button of its own, with its own words",
    "outcome": "the decision is shown, and its reason",
    "proof": "of the baseline's own reckoning",
    "shift_change": "in the event's body alone",
    "source": "of the baseline's own reckoning",
    "staff_change": "in the event's body alone",
    "store_state": "in the event's body alone",
    "unsigned": "in the configuration file alone",
}


def enumerations() -> dict[str, type[StrEnum]]:
    """Return every enumeration of the two programs, by the section of its words."""
    found: dict[str, type[StrEnum]] = {}
    for package in (gate_agent, gate_collector):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith("__main__") or ".revisions." in module.name:
                continue  # a program, and what Alembic alone can import
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, type) and issubclass(value, StrEnum) and list(value):
                    found[_section(value)] = value
    return found


def _section(of: type[StrEnum]) -> str:
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", of.__name__).lower()
    return NAMED_ANEW.get((of.__module__.partition(".")[0], of.__name__), name)


def names(section: str) -> set[str]:
    return {key.partition(".")[2] for key in WORDS if key.startswith(f"{section}.")}


def test_each_member_of_an_enumeration_has_one_word_and_nothing_else_is_in_its_section() -> None:
    known = enumerations()
    missing = {
        section: sorted({str(member) for member in of} ^ names(section) - MORE.get(section, set()))
        for section, of in known.items()
        if section not in NOT_SHOWN and section not in AMONG
    }
    among = {section: {str(member) for member in known[section]} - names(whole)
             for section, whole in AMONG.items()}  # fmt: skip

    assert {section: lacking for section, lacking in among.items() if lacking} == {}
    assert {section: members for section, members in missing.items() if members} == {}
    assert set(NOT_SHOWN) <= set(known)


def test_each_event_type_has_its_word() -> None:
    assert names("event_type") == set(BY_TYPE)


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


def test_no_key_is_unused() -> None:
    used = {key for use in uses() for key in use.keys}
    choices = {name for name, of in enumerations().items() if of.__module__ == Policy.__module__}
    asked = {key for key in WORDS if key.partition(".")[0] in choices}  # by the policy's page

    assert set(WORDS) - used - asked == set()


def test_each_key_that_a_source_names_is_there() -> None:
    named = {
        (use.path, use.text)
        for use in uses()
        if use.asked and not use.keys
    }  # fmt: skip

    assert named == set()


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
