"""Records what a version says, by that version's own code: one message a line, as it is sent.

A part of a policy, which is no text, stands there as hex.

Run once for a version, from a worktree of its commit:

    PYTHONPATH=tests:. .venv/bin/python …/tests/versions/messages/record_messages.py …/messages/NAME

What is recorded is never recorded again: it is what is out there.
"""
# mypy: ignore-errors

from __future__ import annotations

import json
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from gate_agent import __version__
from project.record_samples import SAMPLES

REF, TIME = "ab" * 32, "2026-11-23T06:12:31.482Z"
TILL = "2026-11-24T06:12:31.482Z"
PERIOD = {"valid_from": TIME, "valid_until": TILL}
# Every setting that came after the first version; a version takes those that it knows.
LATER: dict[str, Any] = {
    "hold": {"contact_line_centi_c": 3700, "cleared_for_s": 60, "tell_leaders": "flagged"},
    "contacts": {"observe_days": 21},
    "quotas": {"per_window": 40},
    "duties": {"apart_s": 900, "only_at": [{"area": "自助终端", "door": "west-1f"}]},
    "cancelled": [PERIOD | {"person_ref": REF, "code_sha256": REF, "reason": "epidemic"}],
    "opening": [{"days": ["monday", "sunday"], "opens": "08:30", "closes": "16:30"}],
    "windows": [{"name": "综合窗口", "purposes": ["社保"], "open": True, "online": True}],
    "bulletins": [
        PERIOD | {"zh": "提示", "en": "A word", "source": "区疾控中心", "author": "王科长"}
    ],
    "clinics": [
        {
            "name": "区医院", "address": "中心路 1 号", "phone": "010-5550 0120", "way": "西门",
            "hours": "全天", "en": "District hospital",
        }
    ],
    "posts": [
        {
            "post": "副组长", "name": "张局长", "phone": "010-5550 0111", "rank": "deputy",
            "group": "领导小组",
        }
    ],
    "rest_hours": {"begins": "22:00", "ends": "06:30"},
}  # fmt: skip
ROSTER = 200  # people: a policy of which the rest comes in parts


def _module(name: str) -> ModuleType:
    """Return a module of the contract, wherever it lies in this version."""
    for place in ("contract.", "domain.", ""):
        with suppress(ModuleNotFoundError):
            return import_module(f"gate_agent.{place}{name}")
    raise ModuleNotFoundError(name)


messages, moment, policy = _module("messages"), _module("moment"), _module("policy")


def events() -> list[bytes]:
    """Return one event of each kind, as a journal numbers and links them."""
    found, link = [], messages.LINK_0
    for number, record in enumerate(SAMPLES, start=1):
        utc = datetime(2026, 11, 23, 6, 12, 31, tzinfo=UTC) + timedelta(seconds=number)
        at = moment.Moment(utc=utc, boot_ns=10**16 + number * 10**9)
        header = messages.Header(
            site="hall-01",
            gate="west-1f",
            epoch="0f" * 16,
            sequence=number,
            prev_link=link,
            occurred=at,
            recorded=at,
            boot_id="cd" * 16,
            clock=list(moment.ClockQuality)[number % len(moment.ClockQuality)],
        )
        found.append(messages.encode_body(header, record, drill=number % 7 == 0))
        link = messages.link_after(link, sha256(found[-1]).digest())
    return found


def states() -> list[bytes]:
    """Return what a door says of itself: up, stopped, lost."""
    told = dict.fromkeys(("epoch",), "0f" * 16) | {
        "sequence": 47, "link": REF, "pending": 5, "oldest_pending_s": 0.5, "clock": "synced",
        "devices": {"thermometer": "ok", "id_reader": "stale", "camera": "lost"},
        "version": __version__, "time": TIME, "certificate_until": TIME,
        "thermometer": {
            "trust": "doubtful", "doubts": ("shifted", "elsewhere"), "profile": "spot-forehead/3",
            "level_centi_c": 3375, "people": 40,
        },
    }  # fmt: skip
    if "name" in messages.GateState.model_fields:
        told |= {"name": "一层西侧出入口"}
    bare = told | {"certificate_until": None, "thermometer": None, "devices": {}, "name": None}
    return [
        messages.GateState(state="online", **told).encode(),
        messages.GateState(state="stopped", **bare).encode(),
        messages.GateState(state="lost", **bare).encode(),
    ]


def receipts() -> list[bytes]:
    """Return receipts: of nothing, of all, of what has gaps."""
    of = {"epoch": "0f" * 16, "time": TIME}
    gaps = {"ranges": ((45, 47), (50, 50)), "missing": ((43, 44), (48, 49))}
    return [
        messages.Receipt(upto=0, link=messages.LINK_0.hex(), **of).encode(),
        messages.Receipt(upto=42, link=REF, **of).encode(),
        messages.Receipt(upto=42, link=REF, **gaps, **of).encode(),
    ]


def policies() -> list[bytes]:
    """Return policies as the centre publishes them: of each mode, bare, with all there is, long."""
    made = [
        policy.Policy(version=number, hall_mode=mode)
        for number, mode in enumerate(policy.HallMode, start=1)
    ]
    example = json.loads(Path("config/policy.example.json").read_text(encoding="utf-8"))
    whole = example | {"version": 9, "valid_from": TIME}
    every = _over(whole, _known(LATER, policy.Policy()))
    roster = [{"person_ref": sha256(bytes([n])).hexdigest()} for n in range(ROSTER)]
    made += [
        policy.Policy.model_validate_json(json.dumps(tree))
        for tree in (whole, every | {"version": 10}, every | {"version": 11, "roster": roster})
    ]
    with suppress(ModuleNotFoundError):
        return [_module("policy_document").encode_policy(one) for one in made]
    return [one.model_dump_json().encode() for one in made]


def _known(settings: dict[str, Any], part: BaseModel) -> dict[str, Any]:
    """Return what this version knows of these settings."""
    inner = {name: getattr(part, name) for name in settings.keys() & type(part).model_fields}
    return {
        name: _known(settings[name], one) if isinstance(one, BaseModel) else settings[name]
        for name, one in inner.items()
    }


def _over(tree: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Return a tree with more settings in it."""
    parts = {
        name: _over(tree[name], one) if isinstance(one, dict) and name in tree else one
        for name, one in more.items()
    }
    return tree | parts


def urgent() -> list[bytes]:
    """Return what of each policy comes first, and its parts after it, as hex."""
    try:
        parts = _module("policy_parts")
    except ModuleNotFoundError:
        return []
    sent = [parts.sent_form(document, parts.MOST_AT_ONCE) for document in policies()]
    return [line for one in sent for line in (one.urgent, *(p.hex().encode() for p in one.parts))]


def doors() -> list[bytes]:
    """Return what a door tells the others: nothing, and one of each."""
    try:
        door = _module("door_told")
    except ModuleNotFoundError:
        return []
    person = {"person_ref": REF, "at": TIME}
    stands = door.DoorTold(
        gate="central-2f", name="二层中庭出入口", time=TIME,
        holds=(door.HoldTold(
            hold_id="7f3a-2", person_ref=REF, state="flagged", opened=TIME, overdue=1,
            surface_centi_c=3815, contact_centi_c=3720,
        ),),
        cleared=(door.ClearedTold(contact_centi_c=3660, threshold_centi_c=3730, **person),),
        rechecks=(door.RecheckTold(reason="unusable", **person),),
        answers=(door.AnswerTold(gate="west-1f", hold_id="7f3a-9"),),
    )  # fmt: skip
    return [door.DoorTold(gate="central-2f", time=TIME).encode(), stands.encode()]


def orders() -> list[bytes]:
    """Return what the centre asks of a door."""
    try:
        order = _module("found_orders")
    except ModuleNotFoundError:
        return []
    asked = {"order_id": "ef" * 16, "by": "王主任", "made": TIME, "expires": TILL}
    known = order.FoundOrder(
        place=order.HallPlace.WAITING, person_ref=REF, category="visitor", **asked
    )
    every = order.FoundOrders(gate="west-1f", orders=(order.FoundOrder(**asked), known))
    return [order.FoundOrders(gate="west-1f", orders=()).encode(), every.encode()]


def anchors() -> list[bytes]:
    """Return the anchor of a day."""
    try:
        anchor = _module("anchor")
    except ModuleNotFoundError:
        return []
    end = anchor.ChainEnd(gate="west-1f", epoch="0f" * 16, sequence=47, link=REF)
    return [anchor.DayAnchor(day="2026-11-23", made=TIME, ends=(end,)).encode()]


def main() -> None:
    """Write a file of each kind of message that this version has."""
    out = Path(sys.argv[1])
    out.mkdir()
    person = getattr(messages, "PersonSeen", None) or messages.Seen
    seen = [person(person_ref=REF, gate="central-2f", time=TIME).encode()]
    for name, lines in (
        ("events", events()), ("states", states()), ("receipts", receipts()),
        ("policies", policies()), ("seen", seen), ("urgent", urgent()), ("doors", doors()),
        ("orders", orders()), ("anchors", anchors()),
    ):  # fmt: skip
        if lines:
            (out / f"{name}.jsonl").write_bytes(b"\n".join(lines) + b"\n")


if __name__ == "__main__":
    main()
