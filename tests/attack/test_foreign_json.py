"""Whatever stands in JSON that others made: it is refused or read, and stops nothing else."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from children import wait_until
from collector.duty import on_duty
from collector.hall_of_doors import SITE
from collector.served_centre import centre_of
from gate_agent.contract.json_text import DEEPEST, ODD_NUMBER, ForeignJsonError, read_json
from gate_agent.contract.messages import GateState, Receipt, link_after
from gate_agent.contract.records import RECORDS, HoldOverdue, HoldState
from gate_agent.host.supervision import Parts
from gate_collector.alarms.book import AlarmKind, standing
from gate_collector.ingest.arrival import ArrivedMessage
from gate_collector.reports.versions import make_due
from gate_collector.retention.retention import Retention, directly
from gate_collector.schedule import Schedule
from gate_collector.store.schema import NOTABLE

_ROOT = Path(__file__).parents[2]
_OURS = {  # what reads JSON of its own, and why
    "gate_agent/contract/json_text.py",  # the one
    "gate_agent/config/lines.py",  # a key in a line of TOML
    "gate_agent/cli/roster.py",  # a file that the operator names
    "gate_agent/store/calendar.py",  # as above
    "gate_agent/store/people.py",  # what this door sealed
    "gate_agent/store/seal.py",  # as above
    "gate_agent/store/staff.py",  # as above
    "gate_agent/gate/sealing.py",  # as above
    "gate_agent/demo/robot.py",  # plays a guard in the demo
}
_NONE = [
    b"", b"{", b'"', b"nul", b"\xff\xfe{}", "{}".encode("utf-16"), "{}".encode("utf-32"),
    b"[" * 200_000, b'{"a":' * 100_000, b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1),
    b'{"a":1,"a":1}', b'[{"b":[{"a":1,"a":2}]}]', b'{"a":1,"\\u0061":2}',
    b'"\\ud800"', b'{"\\udfff":1}', b'["\\uD83D\\u0041"]', b"9" * 10_000, b"\xef\xbb\xbf{}",
]  # fmt: skip
_ODD = ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", str(2**63), str(-(2**63) - 1), "9" * 400]


@pytest.mark.parametrize("document", _NONE)
def test_what_readers_would_not_read_alike_is_refused(document: bytes) -> None:
    for odd_numbers in ("refuse", "mark"):
        with pytest.raises(ForeignJsonError):
            read_json(document, odd_numbers=odd_numbers)


@pytest.mark.parametrize("number", _ODD)
@pytest.mark.parametrize("around", ["{}", "[{}]", '{{"a":{}}}', '{{"a":[[1,{}]]}}'])
def test_a_number_that_no_store_holds_is_refused_or_marked(number: str, around: str) -> None:
    document = around.format(number)
    with pytest.raises(ForeignJsonError):
        read_json(document)
    assert repr(ODD_NUMBER) in repr(read_json(document, odd_numbers="mark"))


def test_what_is_sound_is_read() -> None:
    values: tuple[object, ...] = (
        {"a": [1, -2.5, None, True, "张𠮷"]},
        2**63 - 1,
        -(2**63),
        "\\ud800",
        [[]] * 99,
    )
    for value in values:
        assert read_json(json.dumps(value)) == value
    with pytest.raises(ForeignJsonError):
        read_json(b"[1, 2, 3]", most_bytes=8)


def test_nobody_else_reads_json() -> None:
    found = {
        str(path.relative_to(_ROOT))
        for part in ("gate_agent", "collector/gate_collector", "drivers/gate_drivers")
        for path in sorted((_ROOT / part).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in ("loads", "load")
        and ast.unparse(node.value) == "json"
    }
    assert found == _OURS


def _unbounded(schema: Any, path: str, known: dict[str, Any]) -> Iterator[str]:
    """Yield the numbers in a JSON schema that may be of any size."""
    if "$ref" in schema:
        yield from _unbounded(known[schema["$ref"].rpartition("/")[2]], path, known)
    if schema.get("type") in ("integer", "number"):
        ends = {name.removeprefix("exclusive").lower() for name in schema}
        if not {"minimum", "maximum"} <= ends:
            yield path
    inner = [*schema.get("anyOf", ()), *schema.get("prefixItems", ())]
    inner += [schema[name] for name in ("items", "additionalProperties") if name in schema]
    for one in inner:
        if isinstance(one, dict):
            yield from _unbounded(one, path, known)
    for name, one in schema.get("properties", {}).items():
        yield from _unbounded(one, f"{path}.{name}", known)


@pytest.mark.parametrize("model", [*RECORDS, GateState, Receipt])
def test_every_number_in_a_message_is_bounded(model: Any) -> None:
    schema = model.model_json_schema()
    assert list(_unbounded(schema, model.__name__, schema.get("$defs", {}))) == []


def test_no_number_and_no_depth_stops_an_alert_a_report_or_an_erasure(store: str) -> None:
    record = HoldOverdue(hold_id="hold-1", state=HoldState.FLAGGED, due_s=15.0, escalation=1)
    with on_duty(store) as duty:
        hall, parts = duty.hall, Parts(duty.hall.clock)
        centre = centre_of(hall)
        retention = Retention(write=directly(hall.engine), clock=hall.clock, days=30, spool=None)
        clerk = Schedule("clerk", {
            "alerts": duty.alerter.round, "reports": lambda: make_due(centre),
            "asked": retention.asked, "retention": retention.due,
        }, every_s=5, parts=parts)  # fmt: skip
        for number in (*_ODD, "1e300", "-1", str(2**62), '"x"', "null", "[]"):
            for field in ("due_s", "escalation"):
                before = hall.west.link
                body = json.loads(hall.west.body(record))
                body["data"][field] = "?"
                sent = json.dumps(body).replace('"?"', number).encode()
                hall.west.link = link_after(before, sha256(sent).digest())
                hall.west.send(sent)
        topic = f"gate/v1/{SITE}/west-1f/event/urgent"
        for odd in _NONE:
            hall.ingest.offer(ArrivedMessage(topic, odd))
        hall.settle()
        with hall.engine.begin() as connection:  # as an older version kept it
            connection.execute(NOTABLE.insert().values(
                gate="west-1f", epoch="f" * 32, sequence=1, type=HoldOverdue.TYPE,
                severity="urgent", subject="hold-9", time="2026-11-24T02:00:00.000Z", drill=False,
                data='{"hold_id":"hold-9","state":"flagged","due_s":null,"escalation":1}',
            ))  # fmt: skip
        hall.central.hold("hold-2")
        hall.settle()
        clerk.round()
        assert ("hold", "open") in duty.states()
        wait_until(lambda: any("central-2f" in it[1] for it in duty.leader.messages), "the hold")
        hall.clock.advance(40 * 86400)  # what is kept so long is due to be removed
        clerk.round()
        assert parts.told == ""
        with hall.engine.connect() as connection:
            stood = {(alarm.kind, alarm.gate) for alarm in standing(connection)}
        assert {(AlarmKind.UNREAD, "west-1f"), (AlarmKind.REFUSED, "west-1f")} <= stood
