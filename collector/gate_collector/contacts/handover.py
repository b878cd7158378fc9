"""The list of close contacts for the district's office (密切接触者名单), sealed or not at all."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gate_agent.contract.moment import on_clock, parse_utc
from gate_agent.contract.records import ContactState
from gate_agent.words import word
from gate_collector.centre import Centre
from gate_collector.contacts.sealed import SealedList, seal
from gate_collector.contacts.trace import Case, Near
from gate_collector.roles.reveal import reveal
from gate_collector.store.doors import DoorNames
from gate_collector.web.workbook import Line, workbook

HEAD = tuple(map(word, (
    "handover.number", "handover.relation", "column.name", "column.card_number", "handover.phone",
    "handover.companions", "column.kind", "column.door", "column.at", "handover.apart_min",
    "contacts.source", "column.state", "contacts.judge", "handover.reference",
)))  # fmt: skip
_HIDDEN = word("handover.hidden")
_GONE = word("handover.gone")  # staff are not registered; or past retention


class Which(StrEnum):
    """Which contacts the office is told of."""

    CONFIRMED = "confirmed"  # 已确认、已移送
    ALL = "all"  # 除已排除外


_WANTED = {
    Which.CONFIRMED: {ContactState.CONFIRMED, ContactState.TRANSFERRED},
    Which.ALL: set(ContactState) - {ContactState.DISMISSED},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """A sealed list, and what is recorded of it."""

    sealed: SealedList
    name: str
    rows: int


def wanted(case: Case, which: Which) -> list[Near]:
    """Return the contacts of a case that are handed over."""
    return [near for near in case.contacts if near.state in _WANTED[which]]


def hand_over(
    centre: Centre, case: Case, contacts: list[Near], *, by: str, private: bytes | None
) -> HandOver:
    """Return the list, the held person first; names only with the key that opens registrations."""
    names = centre.door_names()
    rows = [_held(centre, case, names, private)] if case.person_ref else []
    rows += [_contact(centre, near, names, private) for near in contacts]
    lines: list[Line] = [(number, *row) for number, row in enumerate(rows, 1)]
    opened = _local(centre, case.opened)
    title, door = word("handover.title"), names[case.gate]
    name = word("handover.file", door=door, at=opened[:16].translate(_PLAIN))
    state, now = word(f"hold_state.{case.outcome or case.state}"), _local(centre, centre.now)
    listed_rows = [
        word("handover.unit", unit=centre.unit, hall=centre.name),
        word("handover.hold", door=door, at=opened, state=state),
        word("handover.rows", n=len(rows), at=now, by=by),
    ]
    if private is None:
        listed_rows.append(word("handover.no_names"))
    content = {
        "title": title,
        "lines": listed_rows,
        "head": list(HEAD),
        "rows": [[str(cell) for cell in line] for line in lines],
        "name": name,
        "xlsx": _b64(workbook([(word("handover.told"), (title,), [(line,) for line in listed_rows]),
                               (word("handover.list"), HEAD, lines)])),
    }  # fmt: skip
    headline = word("handover.headline", hall=centre.name, at=now[:16])
    return HandOver(sealed=seal(content, headline), name=name, rows=len(rows))


_PLAIN = str.maketrans({"-": "", ":": "", " ": "-"})


def _held(centre: Centre, case: Case, names: DoorNames, private: bytes | None) -> Line:
    ref, state = case.person_ref or "", word(f"hold_state.{case.outcome or case.state}")
    where = names[case.gate], _local(centre, case.opened)[5:]
    return (
        word("term.hold"),
        *_person(centre, ref, private),
        "",
        *where,
        "0",
        "",
        state,
        "",
        ref[:8],
    )


def _contact(centre: Centre, near: Near, names: DoorNames, private: bytes | None) -> Line:
    reasons = (("contacts.listed", near.listed), ("contacts.inside", near.inside))
    source = [word(key) for key, it_is in reasons if it_is] or [word("contacts.passed")]
    return (
        word("handover.contact"),
        *_person(centre, near.person_ref, private),
        word(f"category.{near.category}"),
        names[near.gate],
        _local(centre, near.passed)[5:],
        f"{near.apart_s / 60:+.1f}",
        word("paper.list").join(source),
        word(f"contact_state.{near.state}"),
        f"{near.by} {near.reason}".strip(),
        near.person_ref[:8],
    )


def _person(centre: Centre, ref: str, private: bytes | None) -> tuple[str, str, str, str]:
    """Return name, number, phone and companions, from the newest registration that tells each."""
    if private is None:
        return _HIDDEN, _HIDDEN, _HIDDEN, _HIDDEN
    registrations = reveal(centre.engine, ref, private)
    if not registrations:
        return _GONE, _GONE, _GONE, _GONE
    name, number, phone = (
        next((text for one in registrations if (text := getattr(one, field))), "")
        for field in ("name", "number", "phone")
    )
    adult = registrations[0].came_with
    if adult is not None and not number:  # a child without a document: found through the adult
        name = word("handover.companion_of", name=adult.name, own=name)
        number = adult.number or ""
    companions = (f"{who.name} {who.number or ''}".strip() for who in registrations[0].companions)
    return name, number, phone, word("paper.semicolon").join(companions)


def _local(centre: Centre, utc: str | datetime) -> str:
    moment = parse_utc(utc) if isinstance(utc, str) else utc
    return f"{on_clock(moment, centre.zone):%Y-%m-%d %H:%M:%S}"


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
