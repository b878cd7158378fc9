"""A sheet is taken whole or refused: what a spreadsheet hides, cuts or leaves open is named."""

from __future__ import annotations

import base64
import io
import random
import zipfile
from datetime import datetime
from pathlib import Path
from time import process_time
from typing import Any

import httpx
import pytest

from collector.hall_of_doors import ZONE, hall
from collector.policies.excel_files import Cell, Day, Digits, ExcelSheet, Formula, workbook
from collector.served_centre import app_of, book_of, centre_of, serving
from gate_agent.contract.identity import mask_number, person_ref
from gate_agent.contract.policy import Policy
from gate_agent.emulation.people import synthetic_card
from gate_collector.policies import sheets
from gate_collector.policies.book import PolicyFault

_KEY = bytes(range(32))
_NUMBERS = [synthetic_card(n).number for n in range(1, 40)]
_ONE, _TWO, _THREE = _NUMBERS[:3]
_LINES = "".join(f"{number},是\n" for number in _NUMBERS)
_ROSTER = f"证件号码,值班\n{_LINES}"


def _rows(*numbers: Cell) -> list[list[Cell]]:
    return [["证件号码", "值班"], *([number, "是"] for number in numbers)]


def _refs(content: bytes) -> list[str]:
    return [entry.person_ref for entry in sheets.roster(content, _KEY).entries]


def _refused(content: bytes) -> str:
    with pytest.raises(PolicyFault) as fault:
        sheets.roster(content, _KEY)
    told = "\n".join(fault.value.faults)
    assert not any(number in told for number in _NUMBERS)
    return told


def _ends_in_000() -> str:
    """Return a number that is right and ends in 000, as one in a thousand does."""
    for day in range(1, 29):
        for body in (f"110101199001{day:02d}{order}00" for order in range(1, 10)):
            weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
            total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
            if "10X98765432"[total % 11] == "0":
                return f"{body}0"
    raise AssertionError("expected one such number, got none")


# ------------------------------------------------------------------------------- workbooks


def test_a_workbook_as_excel_saves_it_is_taken_whole() -> None:
    wanted = [person_ref(number, _KEY) for number in _NUMBERS]

    assert _refs(workbook(ExcelSheet(_rows(*_NUMBERS)), ExcelSheet(), ExcelSheet())) == wanted


@pytest.mark.parametrize("claimed", ["A1", "A1:B2", "A1:A40", "A1:XFD1048576"])
def test_a_dimension_that_lies_cuts_nothing(claimed: str) -> None:
    assert len(_refs(workbook(ExcelSheet(_rows(*_NUMBERS), dimension=claimed)))) == len(_NUMBERS)


def test_a_second_sheet_with_content_is_refused_also_a_hidden_one() -> None:
    first = ExcelSheet(_rows(_ONE))
    for state in ("", "hidden", "veryHidden"):
        told = _refused(workbook(first, ExcelSheet(_rows(_TWO), state=state)))
        assert "有 2 张工作表有内容" in told


def test_the_one_sheet_with_content_is_taken_wherever_it_stands() -> None:
    assert len(_refs(workbook(ExcelSheet(), ExcelSheet(_rows(_ONE, _TWO))))) == 2


def test_hidden_rows_are_named() -> None:
    told = _refused(workbook(ExcelSheet(_rows(*_NUMBERS), hidden_rows=(3, 7))))

    assert [line.split("：")[0] for line in told.splitlines()] == [
        "第 3 行 line 3", "第 7 行 line 7",
    ]  # fmt: skip


def test_a_hidden_column_that_would_count_is_refused_and_another_is_not() -> None:
    rows: list[list[Cell]] = [["证件号码", "科室", "值班"], [_ONE, "甲", "否"]]

    assert "值班列被隐藏" in _refused(workbook(ExcelSheet(rows, hidden_columns=(3,))))
    assert len(_refs(workbook(ExcelSheet(rows, hidden_columns=(2,))))) == 1


def test_merged_cells_are_named() -> None:
    title: list[list[Cell]] = [["花名册", None], *_rows(_ONE)]

    assert "A1:B1" in _refused(workbook(ExcelSheet(title, merged=("A1:B1",))))
    assert "B2:B3" in _refused(workbook(ExcelSheet(_rows(_ONE, _TWO), merged=("B2:B3",))))


def test_a_number_that_excel_cut_is_named_also_where_its_check_digit_fits() -> None:
    whole = _ends_in_000()
    told = _refused(workbook(ExcelSheet(_rows(_ONE, float(whole), Digits(whole)))))

    assert [line.split("：")[0] for line in told.splitlines()] == [
        "第 3 行 line 3", "第 4 行 line 4",
    ]  # fmt: skip
    assert told.count("末几位被电子表格改为 0") == 2


def test_a_number_that_ends_in_000_by_right_is_taken_as_text_with_a_space() -> None:
    whole = _ends_in_000()
    spaced = f"{whole[:6]} {whole[6:]}"

    assert "加一个空格" in _refused(f"证件号码\n{whole}\n".encode())
    assert _refs(f"证件号码\n{spaced}\n".encode()) == [person_ref(whole, _KEY)]


@pytest.mark.parametrize("formula", [Formula("VLOOKUP(A2,B:C,2,0)"), Formula("B2", _TWO)])
def test_a_formula_is_no_number(formula: Formula) -> None:
    rows = _rows(_ONE, formula)

    assert "第 3 行 line 3：证件号码是公式" in _refused(workbook(ExcelSheet(rows)))


def test_a_row_that_is_nothing_but_a_formula_without_a_result_is_not_passed_over() -> None:
    rows: list[list[Cell]] = [["证件号码"], [_ONE], [Formula("B3")], [_TWO]]

    assert "第 3 行 line 3：公式没有结果" in _refused(workbook(ExcelSheet(rows)))


def test_content_beside_the_columns_is_refused() -> None:
    rows: list[list[Cell]] = [*_rows(_ONE), [_TWO, "是", "看这里"]]

    assert "第 3 行 line 3：没有列名的列" in _refused(workbook(ExcelSheet(rows)))


def test_a_telephone_without_its_first_zero_is_refused() -> None:
    def shift(phone: Cell) -> bytes:
        return workbook(
            ExcelSheet(
                [["带班领导", "值班电话", "开始", "结束"],
                 ["李主任", phone, Day(46357.333333333336), Day(46357.833333333336)]]
            )
        )  # fmt: skip

    begins = datetime(2026, 12, 1, 8, tzinfo=ZONE)
    for phone in ("010-5550 0101", 120, 55500101, 13800138000, 4001234567):
        (entry,) = sheets.rota(shift(phone), ZONE).entries
        assert (entry.phone, entry.valid_from) == (str(phone), begins)
    for cut in (1055500101, 75512345678):
        with pytest.raises(PolicyFault, match="开头的 0"):
            sheets.rota(shift(cut), ZONE)


def _with_part(name: str, text: str) -> bytes:
    whole = zipfile.ZipFile(io.BytesIO(workbook(ExcelSheet(_rows(_ONE)))))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in whole.namelist():
            archive.writestr(part, text if part == name else whole.read(part))
    return out.getvalue()


@pytest.mark.parametrize("name", ["xl/sharedStrings.xml", "xl/styles.xml"])
def test_texts_and_styles_without_end_are_refused_before_they_cost_time(name: str) -> None:
    content = _with_part(name, f"<sst>{'<si/>' * 4_000_000}</sst>")
    begun = process_time()

    _refused(content)

    assert process_time() - begun < 5


@pytest.mark.parametrize(
    "extra",
    [
        "<row/>" * 1_500_000,
        '<row r="999999999999"><c r="A999999999999"><v>1</v></c></row>',
        f'<row r="3">{"<c><v>1</v></c>" * 20_000}</row>',
        f'<row r="3"><c r="A3" t="inlineStr"><is><t>{" " * 60_000_000}</t></is></c></row>',
    ],
)
def test_what_unpacks_to_too_much_is_refused_before_it_costs_time(extra: str) -> None:
    content = workbook(ExcelSheet(_rows(_ONE), extra=extra))
    begun = process_time()

    _refused(content)

    took_s = process_time() - begun
    print(f"{len(content)} bytes, refused in {took_s:.2f} s")
    assert took_s < 5


def test_a_province_is_taken() -> None:
    """50,000 of a roster, as the largest that is promised."""
    numbers = (f"E{n:08d}" for n in range(50_000))
    rows: list[list[Cell]] = [["证件号码", "姓名", "值班"]]
    rows += [[number, "某人", "是"] for number in numbers]
    content = workbook(ExcelSheet(rows))
    begun = process_time()

    told = _refused(content)

    print(f"{len(content)} bytes: {process_time() - begun:.2f} s")
    assert told.count("证件号码有误") == 200
    assert "另有 49800 行有误" in told


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
def test_a_damaged_workbook_is_refused_in_words_wherever_it_is_damaged() -> None:
    whole = workbook(ExcelSheet(_rows(*_NUMBERS)))
    chance = random.Random(5)  # noqa: S311 a test
    wanted = {person_ref(number, _KEY) for number in _NUMBERS}
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            taken = _refs(bytes(damaged[: chance.choice([len(damaged), chance.randrange(9999)])]))
        except PolicyFault:
            continue
        assert set(taken) == wanted


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml",
                                  "xl/workbook.xml"])  # fmt: skip
def test_a_workbook_with_a_part_that_is_nonsense_is_refused_in_words(part: str) -> None:
    for nonsense in ("", "<", "<a/>", "<a><b></a>", "\0" * 99):
        _refused(_with_part(part, nonsense))


# ------------------------------------------------------------------------------------ text


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_a_csv_is_taken_whole_however_it_was_saved(code: str, end: str, between: str) -> None:
    content = _ROSTER.replace(",", between).replace("\n", end).encode(code)

    assert len(_refs(content)) == len(_NUMBERS)


@pytest.mark.parametrize("code", ["utf-16-le", "utf-16-be", "utf-32"])
def test_text_in_a_code_that_nothing_names_is_refused(code: str) -> None:
    _refused(_ROSTER.encode(code))


def test_a_quote_that_never_closes_swallows_no_line() -> None:
    lines = _ROSTER.replace("证件号码,值班", "证件号码,值班,备注").replace("是\n", "是,\n")
    lines = lines.replace(f"{_TWO},是,", f'{_TWO},是,"见附件')

    assert "引号未闭合" in _refused(lines.encode())
    closed = lines.replace(f"{_NUMBERS[20]},是,", f'{_NUMBERS[20]},是,完"')
    assert "引号未闭合" in _refused(closed.encode()), "a later quote closes it: 18 people between"


@pytest.mark.parametrize(
    "line", [f"{_THREE}", f"{_THREE},是,多", f",{_THREE},是", f"{_THREE},是,,"]
)
def test_a_line_with_other_columns_than_the_first_is_named(line: str) -> None:
    told = _refused(f"证件号码,值班\n{_ONE},是\n{line}\n{_TWO},是\n".encode())

    assert told.startswith("第 3 行 line 3：应有 2 列")


def test_a_file_that_was_cut_in_its_last_line_is_refused() -> None:
    assert "应有 2 列" in _refused(_ROSTER.encode()[: -len(",是\n".encode())])


def test_a_second_line_of_headings_and_a_second_column_of_numbers_are_named() -> None:
    twice = f"number,on_duty\n证件号码,值班\n{_ONE},是\n"
    assert "第 2 行 line 2：又是列名" in _refused(twice.encode())
    assert "证件号码有 2 列" in _refused(f"证件号码,身份证号\n{_ONE},{_TWO}\n".encode())


def test_an_empty_first_line_is_no_heading() -> None:
    assert "须为列名" in _refused(f"\n证件号码\n{_ONE}\n".encode())


@pytest.mark.parametrize("number", ["1.10101E+17", "1.1e17"])
def test_a_number_as_excel_shows_it_in_a_csv_is_named(number: str) -> None:
    assert "末几位被电子表格改为 0" in _refused(f"证件号码\n{number}\n".encode())


# ------------------------------------------------------------------------------- the answer


def _post(client: httpx.Client, content: bytes, **more: Any) -> httpx.Response:
    body = {"by": "王科长", "why": "更新", "content": base64.b64encode(content).decode(), **more}
    return client.post("/policy/sheets/roster", json=body)


def test_what_a_sheet_changes_is_told_before_it_is_published(tmp_path: Path) -> None:
    before = [{"person_ref": person_ref(n, _KEY), "on_duty": True} for n in _NUMBERS[:10]]
    content = _ROSTER.replace("证件号码,值班", "证件号码,封闭期可入").encode()
    with hall(tmp_path) as one:
        book = book_of(one)
        book.issue(lambda _: {"roster": before}, by="a", why="b")
        with serving(app_of(centre_of(one, book.in_force), book)) as client:
            told = _post(client, content, base=1)
            look = told.json()["look"]
            assert (told.status_code, book.newest().version) == (200, 1)
            other = _post(client, content + f"{synthetic_card(77).number},是\n".encode(),
                          base=1, seen=look["seen"])  # fmt: skip
            assert other.json()["look"]["count"] == len(_NUMBERS) + 1
            assert book.newest().version == 1, "another sheet than the one that was seen"
            done = _post(client, content, base=1, seen=look["seen"])

    seen = look.pop("seen")
    assert len(seen) == 64
    assert look == {
        "count": 39,
        "first": f"2: {mask_number(_NUMBERS[0])}",
        "last": f"40: {mask_number(_NUMBERS[-1])}",
        "ignored": [],
        "added": 29,
        "removed": 0,
        "unchanged": 10,
        "cancelled_since": 0,
        "moved_since": 0,
    }
    assert done.status_code == 201
    assert len(book.newest().roster) == 39


def test_what_would_go_is_told_and_a_newer_version_is_not_overwritten(tmp_path: Path) -> None:
    content = f"科室,证件号码,备注\n张三,{_ONE},x\n".encode()
    with hall(tmp_path) as one:
        book = book_of(one)
        refs = [person_ref(n, _KEY) for n in (_ONE, _TWO, _THREE)]
        book.issue(lambda _: {"roster": [{"person_ref": r} for r in refs]}, by="a", why="b")
        with serving(app_of(centre_of(one, book.in_force), book)) as client:
            look = _post(client, content, base=1).json()["look"]
            beside = _post(client, content, base=1, replace=False).json()["look"]
            book.issue(lambda _: {"hall_mode": "closed"}, by="a", why="b")
            late = _post(client, content, base=1, seen=look["seen"])

    assert (look["added"], look["removed"], look["unchanged"]) == (0, 2, 1)
    assert (beside["added"], beside["removed"], beside["unchanged"]) == (0, 0, 3)
    assert look["ignored"] == ["科室", "备注"]
    assert "张三" not in str(look)
    assert late.status_code == 409
    assert len(Policy.model_validate_json(book.document(2) or "").roster) == 3


def test_a_code_is_hashed_and_one_that_a_spreadsheet_may_have_changed_is_refused() -> None:
    head: list[Cell] = ["证件号码", "绿色通道", "预约码"]
    (entry,) = sheets.appointments(
        workbook(ExcelSheet([head, [_ONE, "是", "7f3k9q2mx4"]])), _KEY, ZONE
    ).entries

    assert entry.code_sha256 is not None
    for code in (12345678, "short", "7F3K-9Q2M"):
        with pytest.raises(PolicyFault, match="预约码须为"):
            sheets.appointments(workbook(ExcelSheet([head, [_ONE, "是", code]])), _KEY, ZONE)
