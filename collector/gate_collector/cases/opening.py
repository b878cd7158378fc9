"""Opens for a paper what the district must know of a hand-over: where to, by what, which number.

A free text of a door is sealed, as it may name somebody. Whoever issues a paper sends it out of the
hall: these three are opened then, recorded before, and stand in the paper unless they hold a
number of a person. Notes and what was told of symptoms stay sealed.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Engine

from gate_agent.contract.free_text import file_reference, without_number
from gate_collector.ledger.district import DistrictReceipt, DistrictRecord
from gate_collector.papers.content import CaseFacts, Detail, TimelineLine
from gate_collector.roles.reveal import open_texts

_SENT = ("to", "vehicle", "office_reference")
_Event = tuple[str, str, int]  # gate, epoch, sequence
_Opened = dict[_Event, dict[str, str]]


def sealed_for_paper(facts: CaseFacts) -> bool:
    """Whether anything that a paper must say is sealed."""
    return any(True for _ in _events(facts))


def opened_for_paper(engine: Engine, facts: CaseFacts, private: bytes, *, since: str) -> CaseFacts:
    """Return the facts with these texts, as far as they can be opened and name nobody."""
    opened: _Opened = {}
    for event in _events(facts):
        texts = open_texts(engine, *event, private, since=since)
        opened[event] = {
            name: text
            for name, (text, *_) in texts.items()
            if name in _SENT and _may_be_sent(name, text)
        }
    return facts.model_copy(
        update={
            "lines": tuple(_line(one, opened) for one in facts.lines),
            "district": _district(facts.district, opened),
            "handed_to": facts.handed_to or _of_hand_over(facts, opened, "to"),
            "vehicle": facts.vehicle or _of_hand_over(facts, opened, "vehicle"),
        }
    )


def _events(facts: CaseFacts) -> Iterable[_Event]:
    for line in facts.lines:
        if any(one.is_sealed and one.name in _SENT for one in line.details):
            yield line.gate, line.epoch, line.sequence


def _may_be_sent(name: str, text: str) -> bool:
    """Whether a text may stand in a paper, which is kept: by the rules of what a clerk writes."""
    try:
        return bool(file_reference(text) if name == "office_reference" else without_number(text))
    except ValueError:
        return False


def _line(line: TimelineLine, opened: _Opened) -> TimelineLine:
    texts = opened.get((line.gate, line.epoch, line.sequence), {})

    def shown(one: Detail) -> Detail:
        is_it = one.is_sealed and one.name in texts
        return Detail(name=one.name, text=texts[one.name]) if is_it else one

    return line.model_copy(update={"details": tuple(map(shown, line.details))}) if texts else line


def _district(receipt: DistrictReceipt, opened: _Opened) -> DistrictReceipt:
    def shown(one: DistrictRecord) -> DistrictRecord:
        texts = opened.get((one.gate, one.epoch, one.sequence), {})
        reference = one.reference or texts.get("office_reference")
        sealed = one.is_sealed and reference is None
        to = one.to or texts.get("to")
        return one.model_copy(update={"reference": reference, "is_sealed": sealed, "to": to})

    return receipt.model_copy(update={"told": tuple(map(shown, receipt.told))})


def _of_hand_over(facts: CaseFacts, opened: _Opened, name: str) -> str | None:
    handed = (one for one in facts.lines if one.word == "hold_state.transferred")
    texts = (opened.get((one.gate, one.epoch, one.sequence), {}) for one in handed)
    return next(texts, {}).get(name)
