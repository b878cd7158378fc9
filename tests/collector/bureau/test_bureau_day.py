"""The bureau's day is merged by figures: nothing unknown hides in a sum, each version is kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import update

from collector.bureau.standing import StandingHall, bureau_centre, standing
from collector.days import DAY, quiet_day, to
from gate_agent.words import word
from gate_collector.bureau.asking import HallAsker
from gate_collector.bureau.book import BureauBook, NoBureauDay, NothingToMerge, newest_day
from gate_collector.bureau.day import FIGURES, BureauDay, HallDayState
from gate_collector.bureau.sheets import as_csv, as_xlsx
from gate_collector.kept_words import in_words
from gate_collector.reports.content import MergedReport
from gate_collector.reports.versions import correct, make_due, read
from gate_collector.store.schema_office import MERGED

_ON = date.fromisoformat(DAY)
_NAMES = (
    "区政务服务中心", "𠮷野䶮城西分中心", "阿卜杜热合曼乡便民服务中心（东区）第一政务服务大厅",
    "城东分中心",
    "城南分中心", "城北分中心", "开发区分中心", "高新区分中心", "临港分中心", "机场分中心",
)  # fmt: skip


@contextmanager
def _bureau(folder: Path, *names: str) -> Iterator[tuple[BureauBook, list[StandingHall]]]:
    with standing(folder, *names) as halls, bureau_centre(folder, halls[0].one) as centre:
        yield BureauBook(centre, HallAsker(halls, centre.clock)), halls


def _report(hall: StandingHall) -> MergedReport:
    """Let a quiet day pass at both doors, and the hall make its report."""
    quiet_day(hall.one)
    (report,) = [one for one in make_due(hall.centre) if one.day == DAY]
    return report


def test_a_bureau_of_ten_is_the_sum_of_its_halls_and_keeps_their_digests(tmp_path: Path) -> None:
    with _bureau(tmp_path, *_NAMES) as (book, halls):
        own = [_report(hall) for hall in halls]

        (made,) = book.make_due()
        kept = book.read(_ON)
        again = book.make_due()
        digests = [read(hall.centre, _ON).sha256 for hall in halls]

    assert (made.version, made.by, again) == (1, "clock", [])
    assert kept.sha256 == sha256(made.model_dump_json().encode()).hexdigest()
    assert [hall.name for hall in made.halls] == list(_NAMES)
    assert [hall.sha256 for hall in made.halls] == digests
    assert [hall.version for hall in made.halls] == [1] * len(_NAMES)
    assert (
        made.total("passages")
        == sum(door.total() for report in own for door in report.doors)
        == 4 * len(_NAMES)
    )
    assert made.total("doors_reported") == 2 * len(_NAMES)
    assert made.total("bags") is None  # nobody entered it anywhere
    assert not made.complete
    assert made.incomplete == made.halls
    assert made.unknown == ()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_print_and_files_agree_to_the_figure(tmp_path: Path, lang: str) -> None:
    with _bureau(tmp_path, *_NAMES[:3]) as (book, halls):
        for hall in halls[:2]:
            _report(hall)
        made = book.merge(_ON, by="局办公室")
        zone = halls[0].centre.zone
        lines = list(csv.reader(io.StringIO(as_csv(made, zone, lang).decode("utf-8-sig"))))  # type: ignore[arg-type]
        sheets = openpyxl.load_workbook(io.BytesIO(as_xlsx(made, zone, lang)))  # type: ignore[arg-type]

    titles = word("bureau.figures", lang), word("bureau.by_hall", lang)  # type: ignore[arg-type]
    figures = [tuple(row) for row in sheets[titles[0]].iter_rows(values_only=True)]
    begin = lines.index([f"【{titles[0]}】"]) + 1
    as_text = [tuple(str(cell) for cell in row) for row in figures]
    assert [tuple(row) for row in lines[begin : begin + len(figures)]] == as_text
    unknown = word("bureau.not_known", lang)  # type: ignore[arg-type]
    for key, row in zip(FIGURES, figures[1:], strict=True):
        total = made.total(key)
        assert row[1] == (unknown if total is None else total)
        assert row[4] == unknown  # the hall without a report
        assert total is None


def test_a_hall_without_a_report_is_named_and_in_no_sum(tmp_path: Path) -> None:
    with _bureau(tmp_path, *_NAMES[:3]) as (book, halls):
        for hall in halls[1:]:
            hall.one.west.passage()
            to(hall.one, 8.5)
        _report(halls[0])
        waits = book.make_due()
        halls[1].is_up, halls[1].failing = False, "locked"
        to(halls[0].one, 20.1)  # six in the morning

        (made,) = book.make_due()
        none_newer = book.make_due()
        halls[1].is_up = True
        assert [one.day for one in make_due(halls[1].centre)] == [DAY]
        (second,) = book.make_due()

    assert waits == []
    assert [hall.state for hall in made.halls] == [
        HallDayState.REPORTED, HallDayState.UNREAD, HallDayState.MISSING,
    ]  # fmt: skip
    assert [hall.name for hall in made.unknown] == list(_NAMES[1:3])
    assert made.total("passages") is None
    assert made.halls[0].figure("passages") == 4
    assert not made.complete
    assert none_newer == []
    assert second.version == 2
    assert in_words(second.why, "zh") == f"补到的大厅日报：{_NAMES[1]}"
    assert in_words(second.why, "en") == f"halls that reported late: {_NAMES[1]}"
    assert [hall.name for hall in second.unknown] == [_NAMES[2]]


def test_a_corrected_hall_makes_the_bureaus_outdated_until_it_is_merged_again(
    tmp_path: Path,
) -> None:
    with _bureau(tmp_path, *_NAMES[:2]) as (book, halls):
        for hall in halls:
            _report(hall)
        (made,) = book.make_due()
        before = book.outdated(made)
        correct(halls[1].centre, _ON, by="王科长", why="补记")
        by_itself, since = book.make_due(), book.outdated(made)
        halls[0].fault = OSError("away")
        away = book.outdated(made)
        second = book.merge(_ON, by="局办公室", why="大厅更正")
        with pytest.raises(NothingToMerge):
            book.merge(_ON, by="局办公室")
        first = book.read(_ON, 1)

    assert (before.halls, before.unread) == ((), ())
    assert (by_itself, since.halls) == ([], (_NAMES[1],))
    assert (away.halls, away.unread) == ((_NAMES[1],), (_NAMES[0],))
    assert [hall.version for hall in second.halls] == [1, 2]
    assert second.halls[0] == made.halls[0]  # as the version before it has it
    assert first.report == made
    assert first.newest == 2


def test_a_hall_whose_report_was_touched_is_no_report(tmp_path: Path) -> None:
    with _bureau(tmp_path, *_NAMES[:2]) as (book, halls):
        for hall in halls:
            _report(hall)
        with halls[1].one.engine.begin() as connection:
            changed = MERGED.c.document.op("||")(" ")
            connection.execute(update(MERGED).values(document=changed))

        (made,) = book.make_due()
        again = book.make_due()

    assert [hall.state for hall in made.halls] == [HallDayState.REPORTED, HallDayState.TOUCHED]
    assert made.total("passages") is None
    assert again == []


def test_a_hall_that_hangs_keeps_the_bureau_waiting_no_longer_than_its_time(
    tmp_path: Path,
) -> None:
    with _bureau(tmp_path, *_NAMES[:2]) as (book, halls):
        with pytest.raises(NoBureauDay):
            book.read(_ON)
        with pytest.raises(NothingToMerge):
            book.merge(_ON, by="局办公室")
        assert newest_day(halls[0].centre, _ON).state is HallDayState.MISSING
        assert newest_day(halls[0].centre, _ON + timedelta(days=1)).figures == {}


def test_an_older_document_is_read_and_what_it_has_not_is_not_known() -> None:
    older = BureauDay.model_validate_json(
        '{"name":"局","unit":"办","day":"2026-11-24","version":1,"made":"2026-11-24T12:00:00.000Z",'
        '"by":"clock","halls":[{"site":"hall-01","name":"一","state":"reported","complete":true,'
        '"figures":{"passages":3}}]}'
    )

    assert older.total("passages") == 3
    assert older.total("undated") is None
