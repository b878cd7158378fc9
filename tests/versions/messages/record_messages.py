"""Records what a version says, by that version's own code: one message a line, as it is sent.

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

from project.record_samples import SAMPLES

REF, TIME = "ab" * 32, "2026-11-23T06:12:31.482Z"


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
        "version": "0.1.0", "time": TIME, "certificate_until": TIME,
        "thermometer": {
            "trust": "doubtful", "doubts": ("shifted", "elsewhere"), "profile": "spot-forehead/3",
            "level_centi_c": 3375, "people": 40,
        },
    }  # fmt: skip
    bare = told | {"certificate_until": None, "thermometer": None, "devices": {}}
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
    """Return policies as the centre publishes them: of each mode, bare, and with all there is."""
    whole = json.loads(Path("config/policy.example.json").read_text(encoding="utf-8"))
    made = [
        policy.Policy(version=number, hall_mode=mode)
        for number, mode in enumerate(policy.HallMode, start=1)
    ]
    made.append(
        policy.Policy.model_validate_json(json.dumps(whole | {"version": 9, "valid_from": TIME}))
    )
    with suppress(ModuleNotFoundError):
        return [_module("policy_document").encode_policy(one) for one in made]
    return [one.model_dump_json().encode() for one in made]


def main() -> None:
    """Write a file of each kind of message."""
    out = Path(sys.argv[1])
    out.mkdir()
    seen = [messages.Seen(person_ref=REF, gate="central-2f", time=TIME).encode()]
    for name, lines in (
        ("events", events()), ("states", states()), ("receipts", receipts()),
        ("policies", policies()), ("seen", seen),
    ):  # fmt: skip
        (out / f"{name}.jsonl").write_bytes(b"\n".join(lines) + b"\n")


if __name__ == "__main__":
    main()
