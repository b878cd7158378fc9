"""People read what a door is called; its id is there for who looks for it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook

from collector.days import DAY, LED, quiet_day
from collector.hall_of_doors import Hall, hall, ref
from collector.handed import a_case
from collector.served_centre import app_of, centre_of, serving
from gate_collector.reports.versions import make_due, read

_NAME = "一层西侧出入口"


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Hall]:
    with hall(tmp_path) as opened:
        a_case(opened)
        quiet_day(opened)
        opened.west.heartbeat(name=_NAME)
        opened.settle()
        make_due(centre_of(opened, lambda: LED))
        yield opened


@pytest.fixture
def client(one: Hall) -> Iterator[httpx.Client]:
    with serving(app_of(centre_of(one, lambda: LED))) as opened:
        yield opened


@pytest.mark.parametrize("path", ["/contacts", "/contacts/west-1f/hold-1", "/policy", "/ledger"])
def test_a_page_names_the_door_and_has_the_id_as_a_tooltip(client: httpx.Client, path: str) -> None:
    page = client.get(path).text

    if path != "/ledger":  # nothing is late, lost or missing of this door
        assert f'<span title="west-1f">{_NAME}</span>' in page
    assert ">west-1f<" not in page


def test_a_door_that_told_no_name_is_called_by_its_id(client: httpx.Client) -> None:
    assert "<td>central-2f</td>" in client.get("/policy").text


def test_the_printed_sheet_and_its_files_name_the_door(one: Hall, client: httpx.Client) -> None:
    sheet = client.get(f"/reports/{DAY}").text
    book = load_workbook(io.BytesIO(client.get(f"/reports/{DAY}/report.xlsx").content))

    assert f'title="west-1f">{_NAME}</td>' in sheet
    assert ">west-1f<" not in sheet
    total = [row[0] for row in book["通行"].values if row[1] == "合计"]
    assert total == ["central-2f", _NAME]
    report = read(centre_of(one), date.fromisoformat(DAY)).report
    assert [door.name for door in report.doors] == ["", _NAME]


def test_the_interface_tells_names_beside_ids(client: httpx.Client) -> None:
    now = {gate["gate"]: gate["name"] for gate in client.get("/api/v1/now").json()["gates"]}
    charts = client.get("/api/v1/charts").json()
    found = client.post("/api/v1/search", json={"who": ref("visitor")}).json()["passages"]

    assert now == {"west-1f": _NAME, "central-2f": "central-2f"}
    assert dict(zip(charts["gates"], charts["names"], strict=True))["west-1f"] == _NAME
    assert {row["gate"]: row["name"] for row in found} == {"west-1f": _NAME}
