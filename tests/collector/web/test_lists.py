"""Lists: what is filtered, ordered, paged and taken as a file is one thing, on both databases."""

from __future__ import annotations

import ast
import csv
import io
import re
from collections.abc import Iterator
from datetime import time, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import create_engine, select

from collector.hall_of_doors import TEN, ZONE, Hall, hall
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import Category
from gate_agent.words import LANGS, WORDS
from gate_collector.policies.book import FILE
from gate_collector.policies.lists import VERSIONS
from gate_collector.roles.lists import LOOKS
from gate_collector.store.schema_office import LOOK
from gate_collector.web.asked import ListQuery
from gate_collector.web.columns import Cells
from gate_collector.web.pages import HERE as PACKAGE
from gate_collector.web.spans import spoken

_ROWS = 213
_KEY_AND_LANG = 2  # that `word` is called with
_COUNT = re.compile(r"第 (\d+)–(\d+) 条，共 (\d+) 条")


def _looks(count: int) -> list[dict[str, str]]:
    return [
        {
            "at": format_utc(TEN - timedelta(hours=number)),
            "who": f"{number % 7}",
            "role": ("office", "leader", "auditor")[number % 3],
            "what": ("search", "reveal")[number % 2],
            "subject": f"case {number}",
            "why": "=1+1" if number == 1 else "核对",
        }
        for number in range(count)
    ]


@pytest.fixture
def one(store: str) -> Iterator[Hall]:
    with hall(store) as opened:
        with opened.engine.begin() as connection:
            connection.execute(LOOK.insert(), _looks(_ROWS))
        yield opened


def _links(page: str, text: str) -> str:
    found = re.search(rf'<a [^>]*href="([^"]*)"[^>]*>{text}</a>', page)
    assert found is not None, text
    return found.group(1).replace("&amp;", "&").partition("#")[0]


def test_a_long_list_is_paged_and_its_links_keep_what_else_was_asked(one: Hall) -> None:
    with serving(app_of(centre_of(one))) as client:
        asked = "lang=en&looks.role=leader&looks.sort=at"
        first = client.get(f"/looks?{asked}")
        second = client.get(f"/looks{_links(first.text, 'Next')}")
        plain = client.get("/looks").text

    assert _COUNT.search(plain).groups() == ("1", "50", "213")  # type: ignore[union-attr]
    assert "1–50 of 71" in first.text
    assert "51–71 of 71" in second.text
    assert set(parse_qsl(second.request.url.query.decode())) == {
        *parse_qsl(asked), ("looks.page", "2"),
    }  # fmt: skip
    assert len(plain) < 60_000


def test_a_file_holds_exactly_what_is_filtered_and_no_formula(one: Hall) -> None:
    since = (TEN - timedelta(hours=30)).astimezone(ZONE).date()
    asked = f"looks.what=reveal&looks.from={since}&looks.sort=at"
    with serving(app_of(centre_of(one))) as client:
        page = client.get(f"/looks?{asked}").text
        as_csv = client.get(f"/looks?{asked}&file=looks.csv")
        as_xlsx = client.get(f"/looks?{asked}&file=looks.xlsx")
        none = client.get("/looks?file=accounts.csv")

    wanted = [
        row for row in reversed(_looks(_ROWS))
        if row["what"] == "reveal" and row["at"] >= ListQuery({}, ZONE).begins(since)
    ]  # fmt: skip
    lines = list(csv.reader(io.StringIO(as_csv.content.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(as_xlsx.content)).active
    rows = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]  # type: ignore[union-attr]
    assert rows == lines
    assert [line[4] for line in lines[1:]] == [row["subject"] for row in wanted]
    assert _COUNT.search(page).group(3) == str(len(wanted))  # type: ignore[union-attr]
    assert "'=1+1" in {line[5] for line in lines}
    assert as_csv.headers["content-disposition"].endswith('.csv"')
    assert none.status_code == 404


_ASKED = st.dictionaries(
    st.sampled_from(
        [f"looks.{what}" for what in ("role", "what", "from", "to", "sort", "page", "x")]
    ),
    st.sampled_from(
        ["office", "leader", "reveal", "search", "2026-11-20", "2026-11-24", "0001-01-01",
         "9999-12-31", "at", "-at", "role", "-what", "why", "who", "2", "99", "-1", "x", "²"]
    ),
)  # fmt: skip


@given(asked=_ASKED)
def test_a_list_that_was_reckoned_is_the_same_as_in_the_database(asked: dict[str, str]) -> None:
    rows = [SimpleNamespace(id=number, **row) for number, row in enumerate(_looks(120))]
    reckoned = LOOKS.shown(rows, ListQuery(asked, ZONE))

    with _MEMORY.connect() as connection:
        stored = LOOKS.read(connection, select(LOOK), ListQuery(asked, ZONE))

    by = reckoned.order.removeprefix("-")
    assert (reckoned.total, reckoned.order) == (stored.total, stored.order)
    assert [getattr(row, by) for row in reckoned.rows] == [getattr(row, by) for row in stored.rows]


def _declared(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the lists that a module declares, and the functions that they name."""
    lists = [
        node for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Listing"
    ]  # fmt: skip
    names = {node.id for one in lists for node in ast.walk(one) if isinstance(node, ast.Name)}
    yield from lists
    yield from (
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in names
    )


def test_no_list_speaks_one_language_to_all() -> None:
    """A column that says more than codes says it in its reader's language: `Column.says`."""
    declared = [
        (path.name, node)
        for path in PACKAGE.rglob("*.py")
        if "Listing(" in (source := path.read_text(encoding="utf-8"))
        for node in _declared(ast.parse(source))
    ]
    calls = [
        (name, call)
        for name, node in declared
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "word"
    ]

    assert len(declared) > len(calls) > 0
    assert [f"{name}:{call.lineno}" for name, call in calls if len(call.args) < _KEY_AND_LANG] == []


def test_who_made_a_version_is_said_in_the_readers_language() -> None:
    issued = SimpleNamespace(by=FILE), SimpleNamespace(by="王科长")
    (by,) = (column for column in VERSIONS.columns if column.name == "by")
    cells = {lang: Cells(lang, dict, ZONE, TEN) for lang in LANGS}

    said = {lang: [cells[lang].shown(by, row) for row in issued] for lang in LANGS}

    assert said == {"zh": ["配置文件", "王科长"], "en": ["file", "王科长"]}
    assert [cells["en"].plain(by, row) for row in issued] == said["en"]


def test_every_kind_of_look_can_be_filtered() -> None:
    (what,) = (column for column in LOOKS.columns if column.name == "what")
    named = {key.partition(".")[2] for key in WORDS if key.startswith("looked.")}

    assert set(what.choices or ()) == named


def _memory() -> Any:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        LOOK.create(connection)
        connection.execute(LOOK.insert(), _looks(120))
    return engine


_MEMORY = _memory()


def test_the_list_behind_a_bar_is_as_long_as_the_bar_is_high(store: str) -> None:
    with hall(store) as one:
        begin = TEN - timedelta(hours=16, minutes=30)  # 17:30, when the day began
        for minutes in (0, 1, 29, 30, 600, 959, 990, 991):  # 17:30 itself is of the day before
            one.west.passage(at=begin + timedelta(minutes=minutes))
        one.central.passage(at=begin + timedelta(minutes=31), category=Category.STAFF)
        one.central.hold("hold-1", at=TEN)
        one.west.passage(at=TEN, drill=True)
        one.west.passage(at=TEN - timedelta(days=2))
        one.settle()
        policy = Policy(daily_report_at=time(17, 30))
        with serving(app_of(centre_of(one, lambda: policy))) as client:
            charts = client.get("/api/v1/charts").json()
            for bar in (*charts["day"], *charts["week"]):
                asked = {"day": bar["day"]} | ({} if bar["hour"] is None else {"hour": bar["hour"]})
                counts = [
                    _counted(client.get("/passages", params=asked | {"passages.gate": gate}).text)
                    for gate in charts["gates"]
                ]
                held = client.get("/passages", params=asked | {"passages.decision": "hold"}).text
                assert (counts, _counted(held)) == (bar["counts"], bar["holds"]), bar

    assert sum(sum(bar["counts"]) for bar in charts["day"]) == 9


def _counted(page: str) -> int:
    found = _COUNT.search(page)
    return int(found.group(3)) if found else 0


@pytest.mark.parametrize(
    ("hours", "zh", "en"),
    [
        (0, "今天 10:00", "today 10:00"), (-10, "今天 00:00", "today 00:00"),
        (-10.01, "昨天 23:59", "yesterday 23:59"), (-34.01, "11-22 23:59", "11-22 23:59"),
        (14, "明天 00:00", "tomorrow 00:00"), (24 * 60, "2027-01-23 10:00", "2027-01-23 10:00"),
    ],
)  # fmt: skip
def test_a_time_is_told_as_people_say_it(hours: float, zh: str, en: str) -> None:
    at = format_utc(TEN + timedelta(hours=hours))

    assert (spoken(at, TEN, ZONE, "zh"), spoken(at, TEN, ZONE, "en")) == (zh, en)


def test_a_day_that_no_calendar_goes_beyond_ends_the_list_of_no_row() -> None:
    asked = ListQuery({"a.to": "9999-12-31", "a.from": "x", "a.page": "9" * 30}, ZoneInfo("UTC"))

    day = asked.day("a", "to")
    assert day is not None
    assert asked.ends(day) > "2999"
    assert (asked.day("a", "from"), asked.number("a", "page")) == (None, 1)
