"""Reads rosters (花名册), appointments (预约) and rotas (值班表) from CSV or XLSX.

A number is hashed as soon as it is read; every bad line is named, by its number and its fault
and never by its content, and then nothing of the sheet is taken.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from gate_agent.contract.identity import NumberFault, check_any_card, normalise_number, person_ref
from gate_agent.contract.policy import Appointment, QuotaPolicy, RosterEntry, RotaEntry
from gate_collector.policies.book import PolicyFault

_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "number": ("number", "证件号码", "身份证号", "身份证号码"),
    "on_duty": ("on_duty", "值班", "封闭期可入"),
    "valid_from": ("valid_from", "开始", "开始时间"),
    "valid_until": ("valid_until", "结束", "结束时间"),
    "green_channel": ("green_channel", "绿色通道"),
    "leader": ("leader", "带班领导", "领导"),
    "phone": ("phone", "值班电话", "电话"),
}
_YES, _NO = {"1", "yes", "true", "y", "是", "✓"}, {"0", "no", "false", "n", "否", ""}
_TIMES = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d")
_MOST_FAULTS = 200
Cells = dict[str, Any]


class _LineError(ValueError):
    pass


def roster(content: bytes, site_key: bytes) -> tuple[RosterEntry, ...]:
    """Return the staff in a sheet: 证件号码, and 值班 (是 by default). Raises PolicyFault."""

    def entry(cells: Cells) -> RosterEntry:
        return RosterEntry(
            person_ref=_ref(cells, site_key), on_duty=_flag(cells, "on_duty", absent=True)
        )

    return tuple(_each(content, ("number",), entry, unique=lambda made: made.person_ref))


def appointments(content: bytes, site_key: bytes, zone: ZoneInfo) -> tuple[Appointment, ...]:
    """Return the booked visitors: 证件号码, 开始, 结束, 绿色通道. Raises PolicyFault."""

    def entry(cells: Cells) -> Appointment:
        green = _flag(cells, "green_channel", absent=False)
        begins, ends = _time(cells, "valid_from", zone), _time(cells, "valid_until", zone)
        if not green and (begins is None or ends is None):
            raise _LineError("预约须有开始和结束时间 expected both times")
        if begins is not None and ends is not None and ends <= begins:
            raise _LineError("结束须晚于开始 expected an end after the beginning")
        return Appointment(
            person_ref=_ref(cells, site_key),
            valid_from=begins,
            valid_until=ends,
            green_channel=green,
        )

    return tuple(
        _each(content, ("number",), entry, unique=lambda made: (made.person_ref, made.valid_from))
    )


def rota(content: bytes, zone: ZoneInfo) -> tuple[RotaEntry, ...]:
    """Return the duty leaders: 带班领导, 值班电话, 开始, 结束. Raises PolicyFault."""

    def entry(cells: Cells) -> RotaEntry:
        begins, ends = _time(cells, "valid_from", zone), _time(cells, "valid_until", zone)
        if begins is None or ends is None or ends <= begins:
            raise _LineError("须有开始和更晚的结束时间 expected a beginning and a later end")
        leader, phone = str(cells.get("leader") or ""), str(cells.get("phone") or "")
        try:
            return RotaEntry(leader=leader, phone=phone, valid_from=begins, valid_until=ends)
        except ValueError:
            raise _LineError("须有领导和电话 expected a leader and a telephone") from None

    needed = ("leader", "phone", "valid_from", "valid_until")
    return tuple(_each(content, needed, entry, unique=lambda made: made.valid_from))


def check_quota(booked: tuple[Appointment, ...], quotas: QuotaPolicy, zone: ZoneInfo) -> None:
    """Raise PolicyFault for each day that has more appointments than it takes."""
    days = Counter(entry.valid_from.astimezone(zone).date() for entry in booked if entry.valid_from)
    faults = [
        f"{day}：预约 {count} 人，限额 {most} 人 {count} booked, at most {most}"
        for day, count in sorted(days.items())
        if (most := quotas.of(day)) is not None and count > most
    ]
    if faults:
        raise PolicyFault(faults)


def _each(content: bytes, needed: tuple[str, ...], entry: Any, *, unique: Any) -> Iterator[Any]:
    made, faults = [], []
    seen: dict[Any, int] = {}
    for number, cells in _lines(content, needed):
        try:
            one = entry(cells)
        except _LineError as fault:
            faults.append(f"第 {number} 行 line {number}：{fault}")
            continue
        first = seen.setdefault(unique(one), number)
        if first == number:
            made.append(one)
        else:
            faults.append(
                f"第 {number} 行 line {number}：与第 {first} 行重复 the same as line {first}"
            )
    if not made and not faults:
        faults = ["没有数据行 expected at least one line, got none"]
    if faults:
        more = len(faults) - _MOST_FAULTS
        rest = [f"另有 {more} 行有误 and {more} more lines"] if more > 0 else []
        raise PolicyFault(faults[:_MOST_FAULTS] + rest)
    yield from made


def _lines(content: bytes, needed: tuple[str, ...]) -> Iterator[tuple[int, Cells]]:
    """Yield (line number, cells by our names) of a CSV in UTF-8 or GB 18030, or of a workbook."""
    rows = _workbook(content) if content.startswith(b"PK") else _csv(content)
    headings = [str(cell or "").strip() for cell in next(rows, [])]
    places = {
        name: headings.index(found)
        for name, known in _HEADINGS.items()
        for found in known
        if found in headings
    }
    missing = [_HEADINGS[name][1] for name in needed if name not in places]
    if missing:
        raise PolicyFault([f"第 1 行 line 1：缺少列 expected the columns {'、'.join(missing)}"])
    for number, row in enumerate(rows, start=2):
        if any(cell not in (None, "") for cell in row):
            yield number, {name: row[place] for name, place in places.items() if place < len(row)}


def _csv(content: bytes) -> Iterator[list[Any]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    return iter(csv.reader(io.StringIO(text)))


def _workbook(content: bytes) -> Iterator[list[Any]]:
    from openpyxl import load_workbook  # noqa: PLC0415 slow to import, and seldom wanted

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise PolicyFault(["expected an XLSX workbook or CSV, got neither"]) from None
    sheet = book.worksheets[0]
    return (list(row) for row in sheet.iter_rows(values_only=True))


def _ref(cells: Cells, site_key: bytes) -> str:
    number = normalise_number(str(cells.get("number") or ""))
    try:
        check_any_card(number)
    except NumberFault as exc:
        raise _LineError(f"证件号码有误 {exc}") from None
    return person_ref(number, site_key)


def _flag(cells: Cells, name: str, *, absent: bool) -> bool:
    value = cells.get(name)
    if value is None or value == "":
        return absent
    text = str(value).strip().lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise _LineError(f"{_HEADINGS[name][1]}须为是或否 expected yes or no")


def _time(cells: Cells, name: str, zone: ZoneInfo) -> datetime | None:
    value = cells.get(name)
    if isinstance(value, datetime):
        return value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime.combine(value, time(), tzinfo=zone)
    text = str(value or "").strip()
    if not text:
        return None
    for form in _TIMES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone)
        except ValueError:
            continue
    raise _LineError(f"{_HEADINGS[name][1]}须如 2026-12-01 08:30 expected such a time")
