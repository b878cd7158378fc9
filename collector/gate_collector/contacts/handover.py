"""The list of close contacts for the district's office (密切接触者名单), sealed or not at all."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gate_agent.contract.moment import on_clock, parse_utc
from gate_agent.contract.records import ContactState
from gate_agent.words import joined, word
from gate_collector.centre import Centre
from gate_collector.contacts.sealed import SealedList, seal
from gate_collector.contacts.trace import Case, Near
from gate_collector.contacts.wording import reasons
from gate_collector.roles.reveal import reveal
from gate_collector.store.doors import DoorNames
from gate_collector.web.workbook import Line, workbook

HEAD = tuple(map(word, (
    "handover.number", "contacts.closeness", "column.name", "column.card_number", "handover.phone",
    "handover.companions", "column.kind", "column.door", "column.at", "contacts.last",
    "contacts.end", "column.state", "contacts.judge", "handover.reference",
)))  # fmt: skip
PATIENT = tuple(map(word, (
    "column.name", "column.card_number", "handover.phone", "handover.companions", "column.door",
    "contacts.held_at", "column.state", "handover.reference",
)))  # fmt: skip
PATIENT_SHEET = (word("report_file.item"), word("report_file.content"))
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
    """Return the list, the held person apart; names only with the key that opens registrations."""
    names, days = centre.door_names(), centre.policy().contacts.observe_days
    rows = [_contact(centre, near, names, days, private) for near in contacts]
    lines: list[Line] = [(number, *row) for number, row in enumerate(rows, 1)]
    patient: list[Line] = list(zip(PATIENT, _held(centre, case, names, private), strict=True))
    opened = _local(centre, case.opened)
    title, door = word("handover.title"), names[case.gate]
    name = word("handover.file", door=door, at=opened[:16].translate(_PLAIN))
    state, now = word(f"hold_state.{case.outcome or case.state}"), _local(centre, centre.now)
    listed_rows = [
        word("handover.unit", unit=centre.unit, hall=centre.name),
        word("handover.hold", door=door, at=opened, state=state),
        word("handover.rows", n=len(rows), at=now[:16], by=by),
    ]
    if private is None:
        listed_rows.append(word("handover.no_names"))
    content = {
        "title": title,
        "lines": listed_rows,
        "patient": {"title": word("handover.patient"), "rows": [list(one) for one in patient]},
        "list": word("term.close_contacts"),
        "head": list(HEAD),
        "rows": [[str(cell) for cell in line] for line in lines],
        "name": name,
        "xlsx": _b64(workbook([(word("handover.told"), (title,), [(line,) for line in listed_rows]),
                               (word("handover.patient"), PATIENT_SHEET, patient),
                               (word("handover.list"), HEAD, lines)])),
    }  # fmt: skip
    headline = word("handover.headline", hall=centre.name, at=now[:16])
    return HandOver(sealed=seal(content, headline), name=name, rows=len(rows) + 1)


_PLAIN = str.maketrans({"-": "", ":": "", " ": "-"})


def _held(centre: Centre, case: Case, names: DoorNames, private: bytes | None) -> tuple[str, ...]:
    ref, state = case.person_ref, word(f"hold_state.{case.outcome or case.state}")
    person = _person(centre, ref, private) if ref else (word("handover.unknown"), "", "", "")
    return *person, names[case.gate], _local(centre, case.opened), state, (ref or "")[:8]


def _contact(
    centre: Centre, near: Near, names: DoorNames, days: int, private: bytes | None
) -> Line:
    last = on_clock(near.last_contact, centre.zone).date()
    return (
        joined(reasons(near, "zh")),
        *_person(centre, near.person_ref, private),
        word(f"category.{near.category}"),
        names[near.gate],
        _local(centre, near.passed)[5:],
        last.isoformat(),
        (last + timedelta(days=days)).isoformat(),
        word(f"contact_state.{near.state}"),
        f"{near.by} {near.reason('zh')}".strip(),
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
