"""Rosters, appointments and rotas from spreadsheets: every bad line is named, no number is kept."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from collector.hall_of_doors import ZONE
from gate_agent.contract.appointments import DayQuota, QuotaPolicy
from gate_agent.contract.identity import person_ref
from gate_agent.contract.leading_group import PostRank
from gate_agent.emulation.people import synthetic_card
from gate_collector.policies import sheets
from gate_collector.policies.book import PolicyFault

_KEY = bytes(range(32))
_ONE, _TWO = (synthetic_card(n).number for n in (1, 2))


def test_a_roster_is_hashed_with_the_sites_key() -> None:
    content = f"姓名,证件号码,值班\n甲,{_ONE},是\n乙,{_TWO},否\n".encode()

    entries = sheets.roster(content, _KEY).entries

    assert [(entry.person_ref, entry.on_duty) for entry in entries] == [
        (person_ref(_ONE, _KEY), True),
        (person_ref(_TWO, _KEY), False),
    ]


def test_a_sheet_saved_by_a_chinese_spreadsheet_is_read_too() -> None:
    content = f"证件号码\n{_ONE}\n".encode("gb18030")

    assert len(sheets.roster(content, _KEY).entries) == 1


def test_every_bad_line_is_named_and_no_number_is_told() -> None:
    wrong = _ONE[:-1] + ("0" if _ONE[-1] != "0" else "1")
    content = f"证件号码,值班\n{wrong},是\n{_TWO},也许\n123,否\n{_TWO},是\n".encode()

    with pytest.raises(PolicyFault) as refused:
        sheets.roster(content, _KEY)

    assert [fault.split("：")[0] for fault in refused.value.faults] == [
        "第 2 行 line 2",
        "第 3 行 line 3",
        "第 4 行 line 4",
    ]
    assert "MOD 11-2" in refused.value.faults[0]
    assert not any(number in str(refused.value) for number in (wrong, _TWO, _ONE))


def test_a_line_that_comes_twice_is_named() -> None:
    with pytest.raises(PolicyFault, match="第 3 行 line 3：与第 2 行重复"):
        sheets.roster(f"证件号码\n{_ONE}\n{_ONE}\n".encode(), _KEY)


def test_a_workbook_of_appointments_is_read() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["证件号码", "开始", "结束", "绿色通道"])
    sheet.append([_ONE, datetime(2026, 12, 1, 8, 30), datetime(2026, 12, 1, 9), None])  # noqa: DTZ001 as a cell has it
    sheet.append([_TWO, None, None, "是"])
    out = io.BytesIO()
    book.save(out)

    booked, green = sheets.appointments(out.getvalue(), _KEY, ZONE).entries

    assert booked.valid_from == datetime(2026, 12, 1, 8, 30, tzinfo=ZONE)
    assert (green.green_channel, green.valid_from) == (True, None)


@pytest.mark.parametrize(
    "line",
    [f"{_ONE},,", f"{_ONE},2026-12-01 09:00,2026-12-01 08:00", f"{_ONE},tomorrow,2026-12-01 08:00"],
)
def test_an_appointment_without_sound_times_is_refused(line: str) -> None:
    with pytest.raises(PolicyFault, match="第 2 行"):
        sheets.appointments(f"证件号码,开始,结束\n{line}\n".encode(), _KEY, ZONE)


def test_a_day_takes_no_more_than_its_quota() -> None:
    content = (
        f"证件号码,开始,结束\n{_ONE},2026-12-01 08:30,2026-12-01 09:00\n"
        f"{_TWO},2026-12-01 09:30,2026-12-01 10:00\n"
    )
    booked = sheets.appointments(content.encode(), _KEY, ZONE).entries
    day = date(2026, 12, 1)

    sheets.check_quota(booked, QuotaPolicy(per_day=2), ZONE)
    with pytest.raises(PolicyFault, match="2026-12-01：预约 2 人，限额 1 人"):
        sheets.check_quota(booked, QuotaPolicy(per_day=9, days=(DayQuota(day=day, most=1),)), ZONE)


def test_a_rota_names_leader_telephone_and_hours() -> None:
    content = (
        "带班领导,值班电话,开始,结束\n李主任,010-5550 0101,2026-12-01 08:00,2026-12-01 20:00\n"
    )

    (entry,) = sheets.rota(content.encode(), ZONE).entries

    assert (entry.leader, entry.valid_until.hour) == ("李主任", 20)
    with pytest.raises(PolicyFault, match="领导和电话"):
        sheets.rota(content.replace("010-5550 0101", "mobile").encode(), ZONE)


def test_a_leading_group_says_when_each_post_is_told() -> None:
    content = (
        "岗位,称呼,电话,级别,组别\n组长,王局长,010-5550 0110,,领导小组\n"
        "常务副组长,张副主任,13800138000,,\n综合协调组组长,孙科长,010-5550 0114,,综合协调组\n"
        "办公室主任,周主任,010-5550 0112,办公室,\n信息员,赵工,8001,maintainer,\n"
    )

    entries = sheets.posts(content.encode()).entries

    assert [entry.rank for entry in entries] == [
        PostRank.HEAD, PostRank.DEPUTY, PostRank.MEMBER, PostRank.OFFICE, PostRank.MAINTAINER,
    ]  # fmt: skip
    assert (entries[0].group, entries[1].phone) == ("领导小组", "13800138000")


@pytest.mark.parametrize(
    ("line", "why"),
    [("组长,王局长,10123456,班长,", "级别须是：办公室、副组长、组长、运维、组员"),
     ("组长,,10123456,,", "须有岗位、称呼和电话"), ("组长,王局长,mobile,,", "须有岗位、称呼和电话"),
     ("组长,王局长,10123456,,\n组长,王局长,10123457,,", "第 3 行 line 3：与第 2 行重复")],
)  # fmt: skip
def test_a_post_that_cannot_be_told_is_named_by_its_line(line: str, why: str) -> None:
    with pytest.raises(PolicyFault, match=why) as refused:
        sheets.posts(f"岗位,称呼,电话,级别,组别\n{line}\n".encode())

    assert "王局长" not in str(refused.value)


@pytest.mark.parametrize(
    "content", [b"", b"PK broken", "姓名\n甲\n".encode(), "证件号码\n".encode()]
)
def test_what_is_no_sheet_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(PolicyFault, match="expected"):
        sheets.roster(content, _KEY)
