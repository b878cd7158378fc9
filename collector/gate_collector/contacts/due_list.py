"""Who is to be asked after today (今日随访), as a list over all cases; nobody's name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from gate_agent.words import Lang, joined, word
from gate_collector.contacts.follow import FollowUp
from gate_collector.contacts.follow_book import CaseFollowUps
from gate_collector.contacts.trace import Case, Near
from gate_collector.contacts.wording import reasons
from gate_collector.web.lists import Column, ColumnKind, Listing, section


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLine:
    """One contact who waits for the office, of one case."""

    number: int  # who is ill first, then the longest overdue, case by case
    case: Case
    held: str  # what people call the case: its door and time
    follow: FollowUp

    @property
    def near(self) -> Near:
        """Who it is."""
        return self.follow.near


def due_lines(cases: Iterable[CaseFollowUps], called: Callable[[Case], str]) -> Iterator[DueLine]:
    """Yield everybody who waits; `called` returns what people call a case."""
    waiting = [(one.case, follow) for one in cases for follow in one.waiting]
    for number, (case, follow) in enumerate(waiting, 1):
        yield DueLine(number=number, case=case, held=called(case), follow=follow)


def _close(row: DueLine, lang: Lang) -> str:
    return joined(reasons(row.near, lang), lang)


def _stands(row: DueLine, lang: Lang) -> str:
    follow = row.follow
    parts = [word(f"follow_health.{follow.newest.health}", lang)] if follow.newest else []
    if follow.overdue:
        days = joined((f"{day:%m-%d}" for day in follow.overdue), lang)
        parts.append(f"{word('contacts.overdue_days', lang)} {days}")
    parts += [word("contacts.due_today", lang)] if follow.is_due else []
    parts += [word("contacts.over", lang)] if follow.is_over else []
    return word("paper.semicolon", lang).join(parts)


DUE = Listing(
    name="due",
    title="contacts.due_title",
    columns=(
        Column("number", "case_page.place", ColumnKind.NUMBER, in_page=False),
        Column("pick", "contacts.pick", value=lambda _row: "", sorts=False, in_file=False),
        Column("held", "contacts.held", filters=True,
               href=lambda row: f"/contacts/{row.case.gate}/{row.case.hold_id}"),
        Column("close", "contacts.closeness", value=lambda row: row.near.closeness, says=_close,
               sorts=False),
        Column("gate", "column.door", ColumnKind.DOOR, value=lambda row: row.near.gate,
               filters=True),
        Column("passed", "column.at", ColumnKind.TIME, value=lambda row: row.near.passed),
        Column("category", "column.kind", ColumnKind.WORD, value=lambda row: row.near.category,
               words=section("category"), filters=True),
        Column("state", "column.state", ColumnKind.WORD, value=lambda row: row.near.state.value,
               words=section("contact_state"), filters=True),
        Column("end", "contacts.observed_until", ColumnKind.DAY, value=lambda row: row.follow.end,
               in_page=False),
        Column("owed", "contacts.follow_up", value=lambda row: len(row.follow.owed), says=_stands),
    ),
    order="number",
    empty="contacts.nobody_due",
    bad=lambda row: bool(row.follow.overdue) or row.follow.is_ill,
)  # fmt: skip
