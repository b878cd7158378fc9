"""This version in one hall with the first one, whose own code runs beside: each pair, both ways."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from collector.recorded_gates import BEGAN, GATE, SITE, Gate
from collector.running_centre import Centre
from gate_agent.contract.messages import GateState, PersonSeen, Receipt
from gate_agent.contract.moment import ClockQuality
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.contract.policy_document import encode_policy, read_policy
from gate_agent.contract.records import DeviceState
from gate_agent.contract.thermometer import ThermometerState, Trust
from gate_agent.gate.policies import PolicyKeeper, mode_applied
from gate_agent.testing import FakeClock
from gate_collector.ingest.arrival import ArrivedMessage
from gate_collector.policies.acknowledged import Applied, acknowledgements
from gate_collector.policies.book import PolicyBook
from project.record_samples import SAMPLES
from versions.older import OlderCode

URGENT = f"gate/v1/{SITE}/{GATE}/event/urgent"
TIME = "2026-11-24T02:00:00.000Z"


def issued(centre: Centre, mode: HallMode) -> bytes:
    """Return the document that this version's centre publishes."""
    told: list[bytes] = []

    def publish(_topic: str, document: bytes) -> bool:
        told.append(document)
        return True

    book = PolicyBook(centre.engine, site=SITE, clock=centre.clock, first=Policy(), publish=publish)
    book.issue(lambda _: {"hall_mode": mode.value}, by="王科长", why="升级", at_once=True)
    return told[-1]


@pytest.mark.parametrize("mode", HallMode)
def test_an_older_door_follows_this_centre_and_its_acknowledgement_is_understood(
    first: OlderCode, centre: Centre, mode: HallMode
) -> None:
    document = issued(centre, mode)

    told = first.ask("policy", document=document.decode())

    assert told["mode"] == mode
    centre.take(ArrivedMessage(URGENT, told["acknowledges"].encode()))
    with centre.engine.connect() as connection:
        (answer,) = acknowledgements(connection, 1)
    assert (answer.state, answer.hall_mode) == (Applied.SAME, mode)


def test_an_older_door_reads_a_policy_in_which_only_older_settings_are_set(
    first: OlderCode,
) -> None:
    told = first.ask("policy", document=encode_policy(Policy(version=1)).decode())

    assert told.get("mode") == HallMode.OPEN, (
        "a setting that came later is published only where it is set: mark it Later() "
        f"(docs/contract-versions.md); the older door says: {told}"
    )


def test_an_older_door_refuses_what_is_set_of_a_later_setting(first: OlderCode) -> None:
    later = json.loads(encode_policy(Policy(version=1))) | {"hall_mode": "emergency", "later": 1}

    assert "later" in first.ask("policy", document=json.dumps(later))["refused"]


def test_an_older_door_reads_what_else_comes_to_it(first: OlderCode) -> None:
    receipt = Receipt(epoch="a" * 32, upto=42, link="b" * 64, ranges=((45, 47),), time=TIME)
    state = GateState(
        state="online", epoch="a" * 32, sequence=47, link="b" * 64, pending=5,
        oldest_pending_s=0.5, clock=ClockQuality.SYNCED, devices={"camera": DeviceState.OK},
        version="0.1.0", time=TIME, thermometer=ThermometerState(trust=Trust.TRUSTED),
    )  # fmt: skip
    seen = PersonSeen(person_ref="c" * 64, gate="central-2f", time=TIME)

    told = first.ask(
        "others",
        receipts=[receipt.encode().decode()],
        states=[state.encode().decode()],
        seen=[seen.encode().decode()],
    )

    assert told == ["42", "online", "central-2f"]


@pytest.mark.parametrize("mode", HallMode)
def test_this_door_follows_an_older_centre_and_is_acknowledged(
    first: OlderCode, tmp_path: Path, mode: HallMode
) -> None:
    store = f"sqlite:///{tmp_path / 'older.sqlite'}"
    document = first.ask("issue", store=store, mode=mode).encode()
    keeper = PolicyKeeper(file=None, beside=tmp_path)

    assert keeper.offer(document)
    applied = keeper.due(FakeClock().utc)

    assert applied is not None
    assert (applied.policy.hall_mode, applied.unread, applied.unknown) == (mode, (), ())
    body = Gate(GATE).append(mode_applied(applied)).body
    told = first.ask("take", store=store, messages=[[URGENT, body.decode()]])
    assert told["acknowledged"] == {GATE: "same"}


def test_an_older_centre_takes_every_event_and_state_of_this_door(
    first: OlderCode, tmp_path: Path
) -> None:
    gate = Gate(GATE)
    events = [gate.append(record) for record in SAMPLES]
    messages = [[event.message.topic, event.body.decode()] for event in events]
    state = gate.says(at=BEGAN, thermometer=ThermometerState(trust=Trust.DOUBTFUL))
    messages.append([state.topic, state.payload.decode()])

    told = first.ask("take", store=f"sqlite:///{tmp_path / 'older.sqlite'}", messages=messages)

    assert told["refused"] == []
    assert told["receipts"] == {GATE: len(events)}
    assert not set(told["alarms"]) & {"refused", "mismatch", "rewound"}


def test_an_older_door_takes_an_emergency_whatever_later_settings_are_set(
    first: OlderCode, centre: Centre
) -> None:
    published: list[bytes] = []

    def publish(_topic: str, document: bytes) -> bool:
        published.append(document)
        return True

    later = {"contact_line_centi_c": 3700, "cleared_for_s": 60, "tell_leaders": "flagged"}
    book = PolicyBook(centre.engine, site=SITE, clock=centre.clock, first=Policy(), publish=publish)
    book.issue(lambda _: {"hold": later}, by="王科长", why="规定")
    book.issue(lambda _: {"hall_mode": "emergency"}, by="王科长", why="升级", at_once=True)
    told = first.ask("policy", document=published[-1].decode())

    assert told.get("mode") == HallMode.EMERGENCY, f"the older door says: {told}"
    centre.take(ArrivedMessage(URGENT, told["acknowledges"].encode()))
    with centre.engine.connect() as connection:
        (answer,) = acknowledgements(connection, 2)
    assert (answer.state, answer.version) == (Applied.SAME, 2)
    assert book.document(2) == published[-1].decode()
    book.issue(lambda _: {"hall_mode": "open"}, by="王科长", why="解除", at_once=True)
    assert read_policy(published[-1]).policy.hold.model_dump(include=set(later)) == later
