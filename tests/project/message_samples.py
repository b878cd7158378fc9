"""One of every message of the event contract, as it is published: examples, and what tests read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from gate_agent.contract.anchor import ChainEnd, DayAnchor
from gate_agent.contract.door_figures import DoorFigures
from gate_agent.contract.door_told import ClearedTold, DoorTold, HoldTold
from gate_agent.contract.found_orders import FoundOrder, FoundOrders, HallPlace
from gate_agent.contract.messages import (
    CollectorPresence,
    GateState,
    Header,
    PersonSeen,
    Receipt,
    encode_body,
)
from gate_agent.contract.moment import ClockQuality, Moment
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.contract.policy_parts import PolicyHead, Rest
from gate_agent.contract.records import Category, DeviceState, Record
from gate_agent.contract.thermometer import ThermometerState, Trust
from project.record_samples import REF, SAMPLES, UTC_TEXT

EPOCH = "0f" * 16
MESSAGES: dict[str, BaseModel] = {
    "receipt": Receipt(
        epoch=EPOCH, upto=42, link=REF, ranges=((45, 47),), missing=((43, 44),), time=UTC_TEXT
    ),
    "state": GateState(
        state="online",
        epoch=EPOCH,
        sequence=47,
        link=REF,
        pending=5,
        oldest_pending_s=0.5,
        clock=ClockQuality.SYNCED,
        devices={"thermometer": DeviceState.OK, "id_reader": DeviceState.LOST},
        version="0.4.0",
        time=UTC_TEXT,
        name="一层西侧出入口",
        thermometer=ThermometerState(
            trust=Trust.TRUSTED, profile="spot-forehead", level_centi_c=3365, people=30
        ),
    ),
    "policy": Policy(version=3, hall_mode=HallMode.APPOINTMENT),
    "policy_head": PolicyHead(version=3, hall_mode=HallMode.OPEN, rest=Rest(sha256=REF, parts=12)),
    "anchor": DayAnchor(
        day="2026-11-23",
        made=UTC_TEXT,
        ends=(ChainEnd(gate="west-1f", epoch=EPOCH, sequence=1200, link=REF),),
    ),
    "orders": FoundOrders(
        gate="west-1f",
        orders=(
            FoundOrder(
                order_id="ab" * 16,
                place=HallPlace.WAITING,
                person_ref=REF,
                category=Category.VISITOR,
                by="王主任",
                made=UTC_TEXT,
                expires="2026-11-23T06:42:31.482Z",
            ),
        ),
    ),
    "seen": PersonSeen(person_ref=REF, gate="central-2f", time=UTC_TEXT),
    "door": DoorTold(
        gate="west-1f",
        name="一层西侧出入口",
        time=UTC_TEXT,
        holds=(HoldTold(hold_id="7f3a-2", state="flagged", opened=UTC_TEXT, surface_centi_c=3815),),
        cleared=(
            ClearedTold(person_ref=REF, contact_centi_c=3650, threshold_centi_c=3730, at=UTC_TEXT),
        ),
    ),
    "figures": DoorFigures(
        gate="west-1f",
        time=UTC_TEXT,
        hall_mode=HallMode.OPEN,
        clock=ClockQuality.SYNCED,
        writable=True,
        devices={"thermometer": DeviceState.OK, "id_reader": DeviceState.OK},
        thermometer=Trust.TRUSTED,
        holds_open=1,
        holds_overdue=0,
        admitted=212,
        denied=3,
        held=2,
        inside=41,
    ),
    "collector": CollectorPresence(id=EPOCH, process=812, host="centre-1", since=UTC_TEXT),
}
PART = f"{REF}x"  # as it begins: the digest, and the first byte that zlib writes


def event_of(record: Record) -> dict[str, Any]:
    """Return an event with this record, as its door publishes it."""
    moment = Moment(utc=datetime(2026, 11, 23, 6, 12, 31, tzinfo=UTC), boot_ns=10**16)
    header = Header(
        site="hall-01",
        gate="west-1f",
        epoch=EPOCH,
        sequence=42,
        prev_link=bytes(32),
        occurred=moment,
        recorded=moment,
        boot_id="cd" * 16,
        clock=ClockQuality.SYNCED,
    )
    body = json.loads(encode_body(header, record))
    assert isinstance(body, dict)
    return body


def examples_of(name: str) -> Iterator[dict[str, Any]]:
    """Yield the examples of a message or an event type, as AsyncAPI has them."""
    if name in MESSAGES:
        yield {"name": name, "payload": MESSAGES[name].model_dump(mode="json")}
    elif name == "policy_part":
        yield {"name": name, "payload": PART}
    for number, record in enumerate([one for one in SAMPLES if name == one.TYPE], start=1):
        yield {"name": f"{name}-{number}", "payload": event_of(record)}
