"""What is still missing of a day without a report (今日尚缺), each with what mends it. Pure.

What nobody can do before the doors have reported is no gap: it comes by itself at the cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from gate_agent.contract.moment import on_clock, parse_utc
from gate_agent.contract.records import HoldState
from gate_agent.words import Lang, word
from gate_collector.reports.content import DoorDay, MergedReport, ReportVerdict

_BY_THE_DOORS = ("reported", "in_time", "contiguous", "agrees", "coverage")
_PLACES = {  # where it is seen what is the matter, of what no form mends
    "reported": "/", "in_time": "/", "coverage": "/", "thermometers": "/",
    "contiguous": "/ledger", "unforged": "/ledger", "agrees": "/ledger", "punctual": "/ledger",
    "rota": "/policy#duties",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """One link: to another page, or to a form of this one with what is known filled in."""

    text: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingItem:
    """What is missing, in words, and the links that mend it."""

    key: str
    text: str
    links: tuple[Mend, ...]


def gaps(
    report: MergedReport, zone: ZoneInfo, lang: Lang, case_path: Callable[[str, str], str]
) -> list[MissingItem]:
    """Return what is missing by now, in the order of the printed report."""
    is_over = report.made > report.until
    missing = []
    for check in report.checks:
        if check.verdict is ReportVerdict.PROVED:
            continue
        if not is_over and check.key in _BY_THE_DOORS and not _is_wrong(report, check.key):
            continue
        links = tuple(_links(check.key, report, zone, lang, case_path))
        missing.append(
            MissingItem(key=check.key, text=check.zh if lang == "zh" else check.en, links=links)
        )
    return missing


def form_at(kind: str, fill: Mapping[str, str]) -> str:
    """Return where on the page a clerk's form is, opened with this filled in."""
    return "&".join(filter(None, (f"#entry-{kind}", urlencode(fill))))


def _is_wrong(report: MergedReport, key: str) -> bool:
    """Whether a check that waits for the doors' reports can already be told to fail."""
    return key == "contiguous" and any(door.missing_events for door in report.doors)


def _links(
    key: str,
    report: MergedReport,
    zone: ZoneInfo,
    lang: Lang,
    case_path: Callable[[str, str], str],
) -> Iterator[Mend]:
    def at(utc: str) -> str:
        return f"{on_clock(parse_utc(utc), zone):%m-%d %H:%M}"

    office = report.office
    match key:
        case "holds" | "district":
            for line in report.told_holds:
                is_open = line.state != HoldState.CLOSED.value or line.overdue
                if line.district.gaps if key == "district" else is_open:
                    text = f"{report.called(line.gate)} {at(line.opened)}"
                    yield Mend(text=text, href=case_path(line.gate, line.hold_id))
        case "contacts":
            for one in report.contacts_open:
                said = {"door": report.called(one.gate), "at": at(one.opened)}
                if one.count:
                    text = word("preview.contacts_of", lang, n=one.count, **said)
                    yield Mend(text=text, href=f"/contacts/{one.gate}/{one.hold_id}")
                if one.unfollowed or one.unended:
                    n = max(one.unfollowed, one.unended)
                    text = word("preview.follow_of", lang, n=n, **said)
                    yield Mend(text=text, href="/contacts/due")
        case "counselled":
            for held in office.uncounselled if office else ():
                text = f"{report.called(held.gate)} {at(held.opened)}"
                yield Mend(text=text, href=form_at("counselled", {"hold_id": held.hold_id}))
        case "rounds":
            for door in report.doors:
                yield from _rounds(door, report.made, at, lang)
        case "supplies":
            for item in office.supplies if office else ():
                for door in (one for one in report.doors if one.called in item.uncounted):
                    fill = {"item": item.item, "move": "counted", "gate": door.gate}
                    text = f"{door.called} {item.item}"
                    yield Mend(text=text, href=form_at("supplies", fill))
        case "masks" | "staff":
            yield Mend(text=word("preview.enter", lang), href=form_at(key, {}))
        case _:
            yield Mend(text=word("preview.look", lang), href=_PLACES.get(key, "/"))


def _rounds(door: DoorDay, now: str, at: Callable[[str], str], lang: Lang) -> Iterator[Mend]:
    """Yield a link for each due time that was missed: one round may serve all areas at once."""
    areas = door.areas or ()
    missed = sorted({due.due for area in areas for due in area.missed(now)})
    for due in missed:
        lacking = [area for area in areas if any(one.due == due for one in area.missed(now))]
        fill = {"gate": door.gate, "area": "", "scope": "both"}
        text = word("preview.round_of", lang, door=door.called, at=at(due))
        if len(lacking) == 1:
            fill |= {"area": lacking[0].area, "scope": lacking[0].kind.value}
            kind = word(f"round.{lacking[0].kind}", lang)
            text += f" {lacking[0].area}{'' if lang == 'zh' else ' '}{kind}"
        yield Mend(text=text, href=form_at("round", fill))
