"""A real daemon with sign-on: its one-time code, a shift, a name that is revealed and recorded."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx

from children import Child, free_port, program, wait_until
from doorfiles import write_door
from gate_agent.contract.access_records import PersonRevealed, ShiftChanged, StaffChanged
from gate_agent.contract.identity import person_ref
from gate_agent.contract.messages import parse_body
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import (
    Category,
    Decision,
    Outcome,
    PassageDecided,
    Record,
    Temperature,
)
from gate_agent.store.journal import Draft
from gate_agent.store.reader import JournalReader
from security.registered import KEYS, NAME, NUMBER, Gate, gate
from security.signing import PIN, Browser

_CODE = re.compile(r"one-time code 一次性代码 ([0-9]{8})")


def _passed(found: Gate) -> None:
    """Let the registered person's passage be decided."""
    now = found.clock.now()
    record = PassageDecided(
        passage_id="p-0",
        category=Category.VISITOR,
        person_ref=person_ref(NUMBER, KEYS.site),
        decision=Decision.ADMIT,
        reasons=(),
        temperature=Temperature(outcome=Outcome.NORMAL, surface_centi_c=3480),
        started=format_utc(now.utc),
        decided=format_utc(now.utc),
        registered=True,
        hall_mode=HallMode.OPEN,
    )
    found.journal.append([Draft(record=record, at=now)])
    wait_until(lambda: found.journal.head.sequence == 2, "a commit")


def _recorded(path: Path) -> list[Record]:
    with JournalReader(path) as reader:
        events = reader.after(0, 1000)
    found = [parse_body(event.body).record() for event in events if event.body is not None]
    return [record for record in found if record is not None]


def _of(records: list[Record], kind: type[Record]) -> list[Any]:
    return [record for record in records if isinstance(record, kind)]


def test_from_the_one_time_code_to_a_revealed_name_all_is_recorded(tmp_path: Path) -> None:
    for name, key in (("site.key", KEYS.site), ("store.key", KEYS.store)):
        (tmp_path / name).write_text(key.hex(), encoding="ascii")
        (tmp_path / name).chmod(0o600)
    (tmp_path / "collector.pub").write_text(KEYS.collector_public.hex(), encoding="ascii")
    with gate(tmp_path) as found:
        found.register(0)
        _passed(found)
    port, path = free_port(), tmp_path / "west-1f.sqlite"
    config = write_door(
        tmp_path, {"journal": {"path": path.name}, "web": {"port": port, "sign_on": True}}
    )

    with (
        Child(tmp_path / "log", program("gate-agent"), "run", "--config", config) as daemon,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        daemon.start()
        wait_until(lambda: "is up" in daemon.said or not daemon.runs, "a daemon that is up")
        told = _CODE.search(daemon.said)
        assert told is not None, daemon.said
        browser = Browser(client)
        body = {"one_time_code": told[1], "name": "李管", "pin": PIN}
        assert browser.post("/api/v1/setup", body).json()["code"] == "s01"
        assert browser.sign_on("s01").status_code == 200
        shown = browser.post("/api/v1/passages/p-0/reveal", {"reason": "发热上报"})
        assert shown.json() == {"name": NAME, "number": NUMBER, "phone": "+8613912345678"}
        assert browser.post("/api/v1/passages/p-9/reveal", {"reason": "x"}).status_code == 404
        assert browser.post("/api/v1/session/end", {}).status_code == 200
        assert daemon.stop() == 0, daemon.said

    records = _recorded(path)
    assert [(r.change, r.by, r.on_duty) for r in _of(records, ShiftChanged)] == [
        ("started", "s01", ("s01",)),
        ("ended", "s01", ()),
    ]
    assert [(r.change, r.code, r.by) for r in _of(records, StaffChanged)] == [
        ("added", "s01", "setup")
    ]
    (revealed,) = _of(records, PersonRevealed)
    assert (revealed.passage_id, revealed.by, revealed.reason) == ("p-0", "s01", revealed.reason)
    assert revealed.reason.startswith("sealed:")
    for secret in (NAME, NUMBER, "李管", PIN):
        assert secret not in daemon.said
