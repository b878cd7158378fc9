"""Takes rosters (花名册), appointments (预约), rotas (值班表) and posts (领导小组) from sheets.

A number is hashed as soon as it is read; every bad line is named, by its number and its fault
and never by its content, and then nothing of the sheet is taken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any, Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

from gate_agent.contract.appointments import Appointment, QuotaPolicy
from gate_agent.contract.codes import APPOINTMENT_CODE, code_digest
from gate_agent.contract.hall_times import is_within_reach
from gate_agent.contract.identity import (
    NumberFault,
    Secret,
    check_any_card,
    mask_name,
    mask_number,
    normalise_number,
    person_ref,
)
from gate_agent.contract.leading_group import Post, PostRank
from gate_agent.contract.policy import RosterEntry, RotaEntry
from gate_agent.words import LANGS, joined, word
from gate_collector.policies.book import PolicyFault
from gate_collector.policies.sheet_file import MOST_FAULTS, Table, read_table
from gate_collector.policies.sheet_words import at_line, said

_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "number": ("number", "证件号码", "身份证号", "身份证号码"),
    "name": ("name", "姓名"),
    "on_duty": ("on_duty", "值班", "封闭期可入"),
    "valid_from": ("valid_from", "开始", "开始时间"),
    "valid_until": ("valid_until", "结束", "结束时间"),
    "green_channel": ("green_channel", "绿色通道"),
    "code": ("code", "预约码"),
    "leader": ("leader", "带班领导", "领导"),
    "phone": ("phone", "值班电话", "电话"),
    "post": ("post", "岗位", "职务"),
    "holder": ("name", "称呼", "姓名"),
    "rank": ("rank", "级别"),
    "group": ("group", "组别", "小组"),
}
_YES, _NO = {"1", "yes", "true", "y", "是", "✓"}, {"0", "no", "false", "n", "否", ""}
_TIMES = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d")
_CUT = re.compile(r"[0-9]{15}000|[0-9.]+E\+?[0-9]+", re.IGNORECASE)
_LONGEST_NAME = 40
_WHOLE_DIGITS = 15  # a spreadsheet's number keeps no more
_TELEPHONE = re.compile(r"[0-9]{1,8}|1[0-9]{10}|[48]00[0-9]{7}")  # which has no zero to lose
Kind = Literal["roster", "appointments", "rota", "posts"]
NUMBERED = ("roster", "appointments")  # whose people are known by the hash of a number
Entry = TypeVar("Entry", RosterEntry, Appointment, RotaEntry, Post)
Cells = dict[str, Any]


class _LineError(ValueError):
    pass


@dataclass(frozen=True, slots=True)
class Sheet(Generic[Entry]):
    """What a sheet holds, whole; first and last line are told without a name."""

    entries: tuple[Entry, ...]
    first: str
    last: str
    ignored: tuple[str, ...]  # headings of columns that nothing is taken from
    names: Mapping[str, Secret] = field(default_factory=dict)  # by reference, for the centre alone
    codes: Mapping[str, Secret] = field(default_factory=dict)  # by digest, to be printed again


def roster(content: bytes, site_key: bytes) -> Sheet[RosterEntry]:
    """Return the staff in a sheet: 证件号码, 姓名, and 值班 (是 by default). Raises PolicyFault."""
    names: dict[str, Secret] = {}

    def entry(cells: Cells) -> tuple[RosterEntry, str]:
        number = _number(cells)
        on_duty = _flag(cells, "on_duty", absent=True)
        made = RosterEntry(person_ref=person_ref(number, site_key), on_duty=on_duty)
        _keep_name(cells, made.person_ref, names)
        return made, mask_number(number)

    others = ("name", "on_duty")
    sheet = _taken(content, ("number",), others, entry, lambda made: made.person_ref)
    return replace(sheet, names=names)


def appointments(content: bytes, site_key: bytes, zone: ZoneInfo) -> Sheet[Appointment]:
    """Return who is booked: 证件号码, 姓名, 开始, 结束, 绿色通道, 预约码. Raises PolicyFault."""
    names, codes = dict[str, Secret](), dict[str, Secret]()

    def entry(cells: Cells) -> tuple[Appointment, str]:
        green = _flag(cells, "green_channel", absent=False)
        begins, ends = _time(cells, "valid_from", zone), _time(cells, "valid_until", zone)
        if not green and (begins is None or ends is None):
            raise _LineError(said("both_times"))
        if begins is not None and ends is not None and ends <= begins:
            raise _LineError(said("end_after"))
        number, code = _number(cells), _code(cells)
        made = Appointment(
            person_ref=person_ref(number, site_key),
            valid_from=begins,
            valid_until=ends,
            green_channel=green,
            code_sha256=code and code_digest(code),
        )
        _keep_name(cells, made.person_ref, names)
        if code is not None:
            codes[code_digest(code)] = Secret(code)
        return made, f"{mask_number(number)} {_span(begins, ends)}"

    others = ("name", "valid_from", "valid_until", "green_channel", "code")
    sheet = _taken(
        content, ("number",), others, entry, lambda made: (made.person_ref, made.valid_from)
    )
    return replace(sheet, names=names, codes=codes)


def rota(content: bytes, zone: ZoneInfo) -> Sheet[RotaEntry]:
    """Return the duty leaders: 带班领导, 值班电话, 开始, 结束. Raises PolicyFault."""

    def entry(cells: Cells) -> tuple[RotaEntry, str]:
        begins, ends = _time(cells, "valid_from", zone), _time(cells, "valid_until", zone)
        if begins is None or ends is None or ends <= begins:
            raise _LineError(said("later_end"))
        leader, phone = str(cells.get("leader") or "").strip(), _telephone(cells)
        try:
            made = RotaEntry(leader=leader, phone=phone, valid_from=begins, valid_until=ends)
        except ValueError:
            raise _LineError(said("leader")) from None
        return made, f"{mask_name(leader)} {_span(begins, ends)}"

    needed = ("leader", "phone", "valid_from", "valid_until")
    return _taken(content, needed, (), entry, lambda made: made.valid_from)


def posts(content: bytes) -> Sheet[Post]:
    """Return the leading group: 岗位, 称呼, 电话, and 级别, 组别 where they are told.

    Without 级别 a post is told as its own name says. Raises PolicyFault.
    """

    def entry(cells: Cells) -> tuple[Post, str]:
        keys = ("post", "holder", "group")
        post, name, group = (str(cells.get(key) or "").strip() for key in keys)
        phone, rank = _telephone(cells), _rank(cells, post)
        try:
            made = Post(post=post, name=name, phone=phone, rank=rank, group=group)
        except ValueError:
            raise _LineError(said("post")) from None
        return made, f"{post} {mask_name(name)}"

    needed = ("post", "holder", "phone")
    return _taken(content, needed, ("rank", "group"), entry, lambda made: (made.post, made.name))


def check_quota(booked: tuple[Appointment, ...], quotas: QuotaPolicy, zone: ZoneInfo) -> None:
    """Raise PolicyFault for each day and time window with more appointments than it takes."""
    begins = [entry.valid_from.astimezone(zone) for entry in booked if entry.valid_from]
    days = Counter(begin.date() for begin in begins)
    faults = [
        said("quota", day=day, n=count, most=most)
        for day, count in sorted(days.items())
        if (most := quotas.of(day)) is not None and count > most
    ]
    most = quotas.per_window
    faults += [
        said("quota", day=f"{begin:%Y-%m-%d %H:%M}", n=count, most=most)
        for begin, count in sorted(Counter(begins).items())
        if most is not None and count > most
    ]
    if faults:
        raise PolicyFault(faults)


def _taken(
    content: bytes,
    needed: tuple[str, ...],
    others: tuple[str, ...],
    entry: Callable[[Cells], tuple[Entry, str]],
    unique: Callable[[Entry], Any],
) -> Sheet[Entry]:
    table = read_table(content)
    places, faults = _places(table, needed, others)
    made: list[tuple[int, Entry, str]] = []
    seen: dict[Any, int] = {}
    for number, row in [] if faults else table.rows:
        try:
            one, label = entry(_cells(table, number, row, places))
        except _LineError as fault:
            faults.append(at_line(number, str(fault)))
            continue
        first = seen.setdefault(unique(one), number)
        if first == number:
            made.append((number, one, label))
        else:
            faults.append(at_line(number, said("repeated", n=first)))
    if not made and not faults:
        faults = [said("empty")]
    if faults:
        more = len(faults) - MOST_FAULTS
        rest = [said("more", n=more)] if more > 0 else []
        raise PolicyFault(faults[:MOST_FAULTS] + rest)
    first_line, last_line = (f"{number}: {label}" for number, _, label in (made[0], made[-1]))
    used = set(places.values())
    ignored = (name for at, name in enumerate(table.headings) if name and at not in used)
    return Sheet(tuple(one for _, one, _ in made), first_line, last_line, tuple(ignored))


def _places(
    table: Table, needed: tuple[str, ...], others: tuple[str, ...]
) -> tuple[dict[str, int], list[str]]:
    """Return where each of our columns stands, and what is wrong with the headings."""
    places: dict[str, int] = {}
    faults = []
    for name in (*needed, *others):
        known = _HEADINGS[name]
        columns = [at for at, heading in enumerate(table.headings) if heading.lower() in known]
        if len(columns) > 1:
            faults.append(at_line(1, said("twice", column=known[1], n=len(columns))))
        elif columns and columns[0] in table.hidden:
            faults.append(at_line(1, said("hidden_column", column=known[1])))
        elif columns:
            places[name] = columns[0]
    missing = [_HEADINGS[name][1] for name in needed if name not in places]
    if missing and not faults:
        faults = [at_line(1, said("columns", columns=joined(missing)))]
    return places, faults


def _cells(table: Table, number: int, row: list[Any], places: Mapping[str, int]) -> Cells:
    """Return the cells of a row by our names. Raises _LineError for what no column explains."""
    for place, cell in enumerate(row):
        if cell not in (None, "") and not (table.headings[place : place + 1] or [""])[0]:
            raise _LineError(said("no_heading"))
    for name, place in places.items():
        if (number, place) in table.formulas:
            raise _LineError(said("formula", column=_HEADINGS[name][1]))
    cells = {name: row[place] for name, place in places.items() if place < len(row)}
    if cells and all(str(cell).strip().lower() in _HEADINGS[name] for name, cell in cells.items()):
        raise _LineError(said("headings_again"))
    return cells


def _number(cells: Cells) -> str:
    """Return a card's number, whole. Raises _LineError."""
    cell = cells.get("number")
    text = f"{cell:.0f}" if isinstance(cell, float) else str(cell or "")
    is_cut = isinstance(cell, int | float) and len(text) > _WHOLE_DIGITS
    if is_cut or _CUT.fullmatch(text.strip()):
        raise _LineError(said("cut_number"))
    number = normalise_number(text)
    try:
        check_any_card(number)
    except NumberFault as exc:
        raise _LineError(f"{said('number')}: {exc}") from None
    return number


def _code(cells: Cells) -> str | None:
    cell = cells.get("code")
    text = str(cell or "").strip().upper()
    if not text:
        return None
    if not isinstance(cell, str) or not APPOINTMENT_CODE.fullmatch(text):
        raise _LineError(said("code"))
    return text


def _keep_name(cells: Cells, ref: str, names: dict[str, Secret]) -> None:
    """Take a name out of a row, for the centre alone: no policy holds one. Raises _LineError."""
    name = str(cells.get("name") or "").strip()
    if len(name) > _LONGEST_NAME:
        raise _LineError(said("name"))
    if name:
        names[ref] = Secret(name)


def _rank(cells: Cells, post: str) -> PostRank:
    """Return when a post is told: as the sheet says, else as its name does."""
    text = str(cells.get("rank") or "").strip().lower()
    names = {rank: {word(f"post_rank.{rank}", lang).lower() for lang in LANGS} for rank in PostRank}
    for rank, called in names.items():
        if text in {rank.value, *called}:
            return rank
    if text:
        ranks = {lang: joined((word(f"post_rank.{rank}", lang) for rank in PostRank), lang)
                 for lang in LANGS}  # fmt: skip
        raise _LineError(said("rank", ranks=ranks))
    if post.lower() in names[PostRank.HEAD]:  # and not the head (组长) of one group of many
        return PostRank.HEAD
    del names[PostRank.HEAD]
    by_name = (rank for rank, called in names.items() if any(one in post.lower() for one in called))
    return next(by_name, PostRank.MEMBER)


def _telephone(cells: Cells) -> str:
    cell = cells.get("phone")
    text = f"{cell:.0f}" if isinstance(cell, float) else str(cell or "").strip()
    if isinstance(cell, int | float) and not _TELEPHONE.fullmatch(text):
        raise _LineError(said("cut_phone"))
    return text


def _span(begins: datetime | None, ends: datetime | None) -> str:
    return " – ".join(f"{at:%Y-%m-%d %H:%M}" for at in (begins, ends) if at)


def _flag(cells: Cells, name: str, *, absent: bool) -> bool:
    value = cells.get(name)
    if value is None or value == "":
        return absent
    text = str(value).strip().lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise _LineError(said("yes_or_no", column=_HEADINGS[name][1]))


def _time(cells: Cells, name: str, zone: ZoneInfo) -> datetime | None:
    value = cells.get(name)
    if value is None or str(value).strip() == "":
        return None
    moment = _moment(value)
    if moment is None or not is_within_reach(moment):
        raise _LineError(said("time", column=_HEADINGS[name][1]))
    return moment.replace(tzinfo=zone)


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    for form in _TIMES:
        try:
            return datetime.strptime(str(value).strip(), form)  # noqa: DTZ007 the hall's own
        except ValueError:
            continue
    return None
