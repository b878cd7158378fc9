"""What an alarm says in detail (告警细节), in the reader's words. Pure.

The book keeps one English line for whoever runs the programs, and the interface gives it. A page
says what has a word in it: states, doubts, kinds of device and of event; what only an engineer
reads (an epoch, a field, a command) stands apart, as code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gate_agent.words import WORDS, Lang, word
from gate_collector.alarms.book import Alarm, AlarmKind
from gate_collector.web.spans import span

_CODED = ("epoch", "other", "rest")  # groups of a form that no word says
_FORMS: Mapping[str, Mapping[str, re.Pattern[str]]] = {
    kind: {name: re.compile(form) for name, form in forms.items()}
    for kind, forms in {
        AlarmKind.LOST: {"seen": r"the broker lost its connection, seen (?P<at>\S+)"},
        AlarmKind.SILENT: {"seen": r"no heartbeat since (?P<at>\S+)"},
        AlarmKind.DEAF: {"deaf": r"no connection to the broker since (?P<at>\S+)"},
        AlarmKind.LATE: {"waits": r"an event waits for its receipt longer than (?P<s>[\d.]+) s"},
        AlarmKind.CERTIFICATE: {
            "ends": r"a certificate ends within (?P<days>\d+) days \((?P<day>\S+)\): (?P<rest>.+)",
            "ended": r"a certificate ended \((?P<day>\S+)\): (?P<rest>.+)",
        },
        AlarmKind.GAP: {"gap": r"event (?P<n>\d+) of epoch (?P<epoch>\w+) does not come"},
        AlarmKind.DEVICE: {"devices": r"(?P<devices>\w+ \w+(?:, \w+ \w+)*)"},
        AlarmKind.TRUST: {
            "unread": "unread",
            "doubts": r"(?P<trust>trusted|doubtful|not_trusted)(?P<doubts>(?:, \w+)*)",
        },
        AlarmKind.MISMATCH: {
            "link": r"event (?P<n>\d+) of epoch (?P<epoch>\w+) has another link here: .+",
            "aside": r"event (?P<n>\d+) of epoch (?P<epoch>\w+): (?P<why>.+)",
        },
        AlarmKind.TWINS: {
            "twins": r"epoch (?P<epoch>\w+) speaks again after epoch (?P<other>\w+): .+"
        },
        AlarmKind.RIVAL: {
            "rival": r"(?P<rest>process \d+ on \S+), since (?P<at>\S+)",
            "rival_unnamed": "a process that left no word",
        },
        AlarmKind.REWOUND: {
            "rewound": r"expected event (?P<n>\d+) or later of epoch (?P<epoch>\w+), "
            r"got (?P<m>\d+): .+"
        },
        AlarmKind.PLANTED: {"planted": r"(?P<rest>\S.*)"},
        AlarmKind.UNAPPLIED: {
            "follows": r"expected version (?P<n>\d+) to be followed, "
            r"got version (?P<m>\d+), (?P<mode>\w+)",
            "follows_none": r"expected version (?P<n>\d+) to be followed, got none",
        },
        AlarmKind.UNREAD: {
            "event": r"(?P<type>\S+): not read: (?P<rest>.+)",
            "alert": r"event (?P<n>\d+) of epoch (?P<epoch>\w+) cannot be told: (?P<rest>\w+)",
        },
        "report": {"report": r"the daily report of (?P<day>\S+) is missing"},
    }.items()
}


@dataclass(frozen=True, slots=True)
class Said:
    """A detail to read, and what of it is for an engineer alone; either may be empty."""

    text: str
    code: str


def said(alarm: Alarm, lang: Lang, local: Callable[[str], str]) -> Said:
    """Return the detail of an alarm; `local` shows a time of the contract on the hall's clock.

    A detail of no known form (of an earlier version, or of a fault) is code as it stands.
    """
    for name, form in _FORMS.get(alarm.kind, {}).items():
        if (match := form.fullmatch(alarm.detail)) is not None:
            parts = match.groupdict()
            code = " · ".join(parts.pop(one) for one in _CODED if one in parts)
            if "type" in parts and f"event_type.{parts['type']}" not in WORDS:
                name, code = "event_unknown", f"{parts['type']} · {code}"  # noqa: PLW2901
            values = {part: _in_words(part, value, lang, local) for part, value in parts.items()}
            return Said(word(f"alarm_detail.{name}", lang, **values), code)
    return Said("", alarm.detail)


def _in_words(part: str, value: str, lang: Lang, local: Callable[[str], str]) -> str:
    match part:
        case "at":
            return local(value)
        case "s":
            return span(float(value), lang)
        case "trust":
            return word(f"trust.{value}", lang)
        case "mode":
            return word(f"hall_mode.{value}", lang)
        case "type":
            return word(f"event_type.{value}", lang)
        case "why":
            return word(f"set_aside.{value}", lang)
        case "doubts":
            doubts = value.split(", ")[1:]
            return "".join(f" · {word(f'doubt.{doubt}', lang)}" for doubt in doubts)
        case "devices":
            pairs = (pair.split() for pair in value.split(", "))
            return " · ".join(
                f"{word(f'device_kind.{name}', lang)} {word(f'device_state.{state}', lang)}"
                for name, state in pairs
            )
        case _:
            return value
