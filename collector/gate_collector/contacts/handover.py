"""The list of close contacts for the district's office (密切接触者名单), sealed or not at all."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gate_agent.contract.moment import parse_utc
from gate_agent.contract.records import ContactState
from gate_collector.centre import Centre
from gate_collector.contacts.sealed import Sealed, seal
from gate_collector.contacts.trace import Case, Near
from gate_collector.reports.sheets import Line, workbook
from gate_collector.roles.reveal import reveal
from gate_collector.web.words import word

HEAD = ("序号", "关系", "姓名", "证件号码", "手机", "同行人", "类别", "出入口", "时间",
        "相差（分）", "来源", "状态", "处理", "标识")  # fmt: skip
_HIDDEN = "未揭示"
_GONE = "无登记"  # staff are not registered; or past retention


class Which(StrEnum):
    """Which contacts the office is told of."""

    CONFIRMED = "confirmed"  # 已确认、已移送
    ALL = "all"  # 除已排除外


_WANTED = {
    Which.CONFIRMED: {ContactState.CONFIRMED, ContactState.TRANSFERRED},
    Which.ALL: set(ContactState) - {ContactState.DISMISSED},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """A sealed list, and what is recorded of it."""

    sealed: Sealed
    name: str
    rows: int


def wanted(case: Case, which: Which) -> list[Near]:
    """Return the contacts of a case that are handed over."""
    return [near for near in case.contacts if near.state in _WANTED[which]]


def hand_over(
    centre: Centre, case: Case, contacts: list[Near], *, by: str, private: bytes | None
) -> HandOver:
    """Return the list, the held person first; names only with the key that opens registrations."""
    rows = [_held(centre, case, private)] if case.person_ref else []
    rows += [_contact(centre, near, private) for near in contacts]
    lines: list[Line] = [(number, *row) for number, row in enumerate(rows, 1)]
    opened = _local(centre, case.opened)
    name = f"密切接触者-{case.gate}-{opened[:16].translate(_PLAIN)}"
    told = [
        f"报送单位：{centre.unit}（{centre.name}）",
        f"暂留：{case.gate}，{opened}，{word(case.outcome or case.state, 'zh')}",
        f"名单 {len(rows)} 人（含暂留人员），{_local(centre, centre.now)} 由 {by} 导出",
    ]
    if private is None:
        told.append("本名单不含姓名、证件号码和手机")
    content = {
        "title": "密切接触者名单",
        "lines": told,
        "head": list(HEAD),
        "rows": [[str(cell) for cell in line] for line in lines],
        "name": name,
        "xlsx": _b64(workbook([("说明", ("密切接触者名单",), [(line,) for line in told]),
                               ("名单", HEAD, lines)])),
    }  # fmt: skip
    headline = f"{centre.name} · {_local(centre, centre.now)[:16]} 导出 · 需口令打开"
    return HandOver(sealed=seal(content, headline), name=name, rows=len(rows))


_PLAIN = str.maketrans({"-": "", ":": "", " ": "-"})


def _held(centre: Centre, case: Case, private: bytes | None) -> Line:
    ref, state = case.person_ref or "", word(case.outcome or case.state, "zh")
    where = case.gate, _local(centre, case.opened)[5:]
    return ("暂留", *_person(centre, ref, private), "", *where, "0", "", state, "", ref[:8])


def _contact(centre: Centre, near: Near, private: bytes | None) -> Line:
    found = (("闸口提出", near.listed), ("同时在厅", near.inside))
    return (
        "密接",
        *_person(centre, near.person_ref, private),
        word(near.category, "zh"),
        near.gate,
        _local(centre, near.passed)[5:],
        f"{near.apart_s / 60:+.1f}",
        "、".join(text for text, it_is in found if it_is) or "同时段通过",
        word(f"contact.{near.state}", "zh"),
        f"{near.by} {near.reason}".strip(),
        near.person_ref[:8],
    )


def _person(centre: Centre, ref: str, private: bytes | None) -> tuple[str, str, str, str]:
    """Return name, number, phone and companions, from the newest registration that tells each."""
    if private is None:
        return _HIDDEN, _HIDDEN, _HIDDEN, _HIDDEN
    found = reveal(centre.engine, ref, private)
    if not found:
        return _GONE, _GONE, _GONE, _GONE
    name, number, phone = (
        next((text for one in found if (text := getattr(one, field))), "")
        for field in ("name", "number", "phone")
    )
    companions = (f"{who.name} {who.number or ''}".strip() for who in found[0].companions)
    return name, number, phone, "；".join(companions)


def _local(centre: Centre, utc: str | datetime) -> str:
    moment = parse_utc(utc) if isinstance(utc, str) else utc
    return f"{moment.astimezone(centre.zone):%Y-%m-%d %H:%M:%S}"


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
