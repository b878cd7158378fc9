"""What every earlier version sent is read by this one, whole, and means what it meant."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from collector.running_centre import Centre
from gate_agent.contract.anchor import DayAnchor
from gate_agent.contract.door_told import DoorTold
from gate_agent.contract.found_orders import FoundOrders
from gate_agent.contract.messages import (
    LINK_0,
    Envelope,
    GateState,
    PersonSeen,
    Receipt,
    Topics,
    link_after,
    parse_record,
)
from gate_agent.contract.policy import HallMode
from gate_agent.contract.policy_document import digest, encode_policy, read_policy
from gate_agent.contract.policy_parts import Assembly, read_urgent
from gate_agent.contract.records import BY_TYPE
from gate_agent.contract.wire import parse_message
from gate_agent.gate.policies import PolicyKeeper
from gate_collector.ingest.arrival import ArrivedMessage
from gate_collector.store.schema import GATE, QUARANTINE
from versions.older import recorded
from versions.released import FIRST, KEPT

EVENT_TYPES = {"f8c5a59": 34, "6d374ae": 40, "69d6e72": 44}  # how many each version had
_OF: dict[str, type[BaseModel]] = {
    "states": GateState, "receipts": Receipt, "seen": PersonSeen, "doors": DoorTold,
    "orders": FoundOrders, "anchors": DayAnchor,
}  # fmt: skip
_SINCE = {"doors": "6d374ae", "anchors": "6d374ae", "orders": "69d6e72"}
pytestmark = pytest.mark.parametrize("version", KEPT)


def _says(now: Any, then: Any) -> bool:
    """Whether all of it stands there still, at any depth; there may be more by now."""
    if isinstance(then, dict):
        return now.keys() >= then.keys() and all(_says(now[key], then[key]) for key in then)
    if isinstance(then, list):
        return len(now) == len(then) and all(map(_says, now, then))
    return bool(now == then)


def test_every_event_is_read_and_the_chain_holds(version: str) -> None:
    link = LINK_0
    for number, body in enumerate(recorded(version, "events"), start=1):
        told = parse_message(Envelope, body)
        record = parse_record(told.value)

        assert told.unread == ()
        assert record is not None
        assert record.unread == ()
        assert (told.value.number, told.value.prevlink) == (number, link.hex())
        assert _says(record.value.model_dump(mode="json"), json.loads(body)["data"])
        link = link_after(link, sha256(body).digest())


def test_every_kind_of_event_of_its_time_was_recorded(version: str) -> None:
    types = {json.loads(body)["type"] for body in recorded(version, "events")}

    assert types <= BY_TYPE.keys()
    assert len(types) == EVENT_TYPES[version]


@pytest.mark.parametrize("kind", _OF)
def test_every_other_message_is_read(version: str, kind: str) -> None:
    payloads = recorded(version, kind)

    versions = list(KEPT)
    assert bool(payloads) is (versions.index(version) >= versions.index(_SINCE.get(kind, FIRST)))
    for payload in payloads:
        told = parse_message(_OF[kind], payload)

        assert told.unread == ()
        assert _says(told.value.model_dump(mode="json"), json.loads(payload))


def test_every_policy_is_read_and_acknowledged_by_the_digest_of_its_bytes(version: str) -> None:
    found = [read_policy(document) for document in recorded(version, "policies")]

    assert {one.policy.hall_mode for one in found} == set(HallMode)
    assert [one.unread for one in found] == [()] * len(found)
    for document, one in zip(recorded(version, "policies"), found, strict=True):
        assert one.sha256 == sha256(document).hexdigest()
        assert digest(encode_policy(one.policy)) == one.sha256, "a door of that version says so too"


def _put_together(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield each policy of which this was sent: whole, or a head and the parts after it."""
    rest_of = iter(lines)
    for line in rest_of:
        document, rest = read_urgent(line)
        if rest is None:
            yield line
            continue
        parts = Assembly(rest)
        while parts.wanted is not None:
            assert parts.take(bytes.fromhex(next(rest_of).decode()))
        assert digest(parts.whole()) == document.sha256
        yield parts.whole()


def test_a_policy_comes_together_of_its_parts_as_they_were_sent(version: str) -> None:
    whole = list(_put_together(recorded(version, "urgent")))

    assert whole == (recorded(version, "policies") if version != FIRST else [])


def test_a_centre_takes_all_a_door_of_that_version_says(version: str, centre: Centre) -> None:
    topics = Topics(site="hall-01", gate="west-1f")
    events = recorded(version, "events")
    states = [ArrivedMessage(topics.state, payload) for payload in recorded(version, "states")]

    centre.take(
        *(ArrivedMessage(f"{topics.state[:-6]}/event/routine", body) for body in events), *states
    )

    assert centre.receipt.upto == len(events)
    assert centre.rows(QUARANTINE) == []
    assert not {kind for kind, _ in centre.standing()} & {"unread", "refused", "mismatch"}
    assert [row.state for row in centre.rows(GATE)] == ["lost"]


def test_a_door_goes_on_with_the_policy_that_it_kept(version: str, tmp_path: Path) -> None:
    *_, emergency = sorted(recorded(version, "policies"), key=lambda one: b'"emergency"' in one)
    (tmp_path / "policy.json").write_bytes(emergency)

    keeper = PolicyKeeper(file=None, beside=tmp_path)

    assert keeper.current == read_policy(emergency)
    assert keeper.current.policy.hall_mode is HallMode.EMERGENCY
    assert keeper.is_read
