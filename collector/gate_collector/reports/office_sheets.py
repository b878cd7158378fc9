"""The tables of duties, staff, supplies and used masks of a report. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gate_agent.words import word
from gate_collector.reports.content import DueRound, MergedReport
from gate_collector.reports.office import HallStock, OfficeDay
from gate_collector.web.workbook import Line, Section

Local = Callable[[str | None], str]


def office_sections(report: MergedReport, office: OfficeDay, local: Local) -> Iterator[Section]:
    """Yield them, in the order of the printed report."""
    yield (
        word("report_file.people_and_rest"),
        (word("report_file.item"), word("report_file.content")),
        _figures(report, office),
    )
    yield (
        word("term.rounds"),
        _words("column.door", "report_file.area", "column.kind", "report_file.done",
               "report_file.needed", "paper.lacking"),
        [
            (door.called, area.area, word(f"round.{area.kind}"), area.done, len(area.dues),
             len(area.missed(report.made)))
            for door in report.doors
            for area in door.areas or ()
        ],
    )  # fmt: skip
    yield (
        word("report_file.each_round"),
        _words("column.door", "report_file.area", "column.kind", "report_file.due",
               "entry.done_at", "entry.done_by", "entry.method", "paper.late_min",
               "report_file.entered"),
        [
            (door.called, area.area, word(f"round.{area.kind}"), local(due.due)[:-3],
             local(due.at)[:-3], due.by, word(f"disinfectant.{due.method}") if due.method else "",
             due.late_min, word(_how(due)))
            for door in report.doors
            for area in door.areas or ()
            for due in area.dues
        ],
    )  # fmt: skip
    doors = [door.called for door in report.doors]
    yield (
        word("term.supplies"),
        (word("term.supplies"), *doors,
         *_words("paper.office_store", "paper.total", "report_file.used", "supply_move.received",
                 "supply_move.issued", "term.low_stock")),
        [
            (item.item, *(_stock(one.stock) for one in item.doors), _stock(item.office),
             _stock(item.total), _used(item), item.received, item.issued,
             word("report_file.yes" if item.low else "report_file.no"))
            for item in office.supplies
        ],
    )  # fmt: skip
    yield (
        word("supply_move.issued"),
        _words("term.supplies", "entry.quantity", "entry.to", "column.by"),
        [(one.item, one.quantity, one.to, one.by) for one in office.issued],
    )
    yield (
        word("entry.masks"),
        _words("report_file.bags", "entry.place", "entry.handed_to", "column.by"),
        [(one.bags, one.place, one.handed_to, one.by) for one in office.masks or ()],
    )


def _figures(report: MergedReport, office: OfficeDay) -> list[Line]:
    staff = office.staff
    return [
        (word("paper.green"), _known(report.green)),
        (word("report_file.staff_roster"), _known(staff.roster)),
        (word("report_file.staff_measured"), staff.measured),
        (word("report_file.staff_unseen"), _known(staff.unseen)),
        (word("entry.absent"), _known(staff.absent)),
        (word("report_file.staff_held"), staff.held),
        (word("entry.with_symptoms"), _known(staff.with_symptoms)),
        (word("entry.counselled"), office.counselled),
        (word("report_file.bags"), _known(office.bags)),
        (word("round.masks_sealed"), office.masks_sealed),
        *(
            (word(f"report_file.{key}"), report.lacking.get(key, (0, 0))[0])
            for key in ("unjudged", "unfollowed", "unended")
        ),
    ]


def _known(figure: int | None) -> int | str:
    """Return a figure; what nobody counted is no zero."""
    return word("paper.not_counted") if figure is None else figure


def _used(item: HallStock) -> int | str:
    if item.used is None:
        return word("paper.not_counted")
    return word("paper.at_least", n=item.used) if item.is_used_more else item.used


def _stock(figure: int | None) -> int | str:
    return word("term.never_counted") if figure is None else figure


def _words(*keys: str) -> tuple[str, ...]:
    return tuple(map(word, keys))


def _how(due: DueRound) -> str:
    """Return the word for whether somebody else than the door told of a round."""
    if due.is_scanned:
        return "entry.by_code"
    return "report_file.yes" if due.is_entered else "report_file.no"
