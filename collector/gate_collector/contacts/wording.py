"""A case's contacts in words (接触程度、随访): the same on the page, in its files and on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from gate_agent.contract.moment import on_clock, parse_utc
from gate_agent.words import Lang, joined, word
from gate_collector.contacts.closeness import SAME_MINUTE_S, Closeness
from gate_collector.contacts.follow import FollowDay, FollowUp
from gate_collector.contacts.trace import Case, Near
from gate_collector.web.workbook import Line, Section

_HEADINGS = (
    "handover.number", "contacts.closeness", "contacts.door", "column.at", "column.kind",
    "column.state", "column.by", "column.reason", "contacts.last", "contacts.end",
    "contacts.asked_days", "contacts.owed_days",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The contacts of one closeness, with how many of them are what."""

    closeness: Closeness
    people: tuple[tuple[int, Near], ...]  # with the place of each in the order
    states: Mapping[str, int]
    is_open: bool  # unfolded at first


_FEW = 12  # a group that needs no folding


def groups(case: Case) -> list[Group]:
    """Return the contacts by closeness, in their order; what is long and less close is folded."""
    made = []
    for closeness in Closeness:
        people = tuple(
            (number, near)
            for number, near in enumerate(case.contacts, 1)
            if near.closeness is closeness
        )
        states: dict[str, int] = {}
        for _, near in people:
            states[near.state.value] = states.get(near.state.value, 0) + 1
        if people:
            close = closeness in (Closeness.COMPANION, Closeness.SAME_MINUTE)
            made.append(
                Group(
                    closeness=closeness, people=people, states=states,
                    is_open=close or len(people) <= _FEW,
                )
            )  # fmt: skip
    return made


def reasons(near: Near, lang: Lang) -> list[str]:
    """Return why somebody is a contact, the closest reason first."""
    said = []
    if near.closeness is Closeness.COMPANION:
        said.append(word("closeness.companion", lang))
    if near.closeness is Closeness.SAME_MINUTE or (
        near.closeness is Closeness.COMPANION and abs(near.apart_s) <= SAME_MINUTE_S
    ):
        said.append(word("closeness.same_minute", lang))
    if near.together is not None:
        minutes = max(1, round(near.together.seconds / 60))
        key = "contacts.together" if near.together.is_seen else "contacts.together_unseen"
        said.append(word(key, lang, n=minutes))
    if near.closeness is Closeness.PASSED:
        minutes = max(1, round(abs(near.apart_s) / 60))
        key = "contacts.passed_before" if near.apart_s < 0 else "contacts.passed_after"
        said.append(word(key, lang, n=minutes))
    if near.listed:
        said.append(word("closeness.listed", lang))
    return said


def table(
    case: Case, followed: Mapping[str, FollowUp], names: Mapping[str, str], zone: tzinfo, lang: Lang
) -> Section:
    """Return the contacts as a table, without anybody's name, as the page has them."""

    def line(number: int, near: Near) -> Line:
        follow = followed.get(near.person_ref)
        days = [one for one in follow.days if one.entry] if follow else []
        return (
            number,
            joined(reasons(near, lang), lang),
            names[near.gate],
            f"{on_clock(parse_utc(near.passed), zone):%Y-%m-%d %H:%M:%S}",
            word(f"category.{near.category}", lang),
            word(f"contact_state.{near.state}", lang),
            near.by,
            near.reason(lang),
            follow.last.isoformat() if follow else "",
            follow.end.isoformat() if follow else "",
            joined((told(one, lang) for one in days), lang),
            joined((f"{day:%m-%d}" for day in (follow.owed if follow else ())), lang),
        )

    headings = tuple(word(key, lang) for key in _HEADINGS)
    lines = [line(number, near) for number, near in enumerate(case.contacts, 1)]
    return word("term.close_contacts", lang), headings, lines


def told(day: FollowDay, lang: Lang) -> str:
    """Return what was found out on a day: 第 2 天 居家 无异常."""
    if day.entry is None:
        return word("contacts.day_n", lang, n=day.number)
    parts = (
        word("contacts.day_n", lang, n=day.number),
        word(f"follow_place.{day.entry.place}", lang),
        word(f"follow_health.{day.entry.health}", lang),
        day.entry.note,
    )
    return " ".join(part for part in parts if part)
