"""A newer door at this centre, and beside this door: all is kept, nothing is read as fine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from hashlib import sha256
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from collector.recorded_gates import BEGAN, GATE, SITE, Gate, hold, passage
from collector.running_centre import Centre
from gate_agent.contract.messages import (
    LINK_0,
    UNKNOWN_BOOT,
    Envelope,
    GateState,
    PersonSeen,
    Receipt,
    Topics,
    link_after,
    parse_receipt,
    parse_seen,
    parse_state,
)
from gate_agent.contract.moment import ClockQuality, format_utc
from gate_agent.contract.policy import Policy
from gate_agent.contract.record import DeviceState
from gate_agent.contract.records import RECORDS, Category, HoldOpened, Outcome, PassageDecided
from gate_agent.contract.thermometer import ThermometerState, Trust
from gate_agent.contract.unknown import UNKNOWN_AS
from gate_agent.gate.other_doors import OtherDoors
from gate_agent.testing import FakeClock
from gate_collector.ingest.arrival import ArrivedMessage, read_event
from gate_collector.store.schema import GATE as GATES
from gate_collector.store.schema import HOLD, PASSAGE, QUARANTINE
from project.record_samples import SAMPLES

TOPICS = Topics(site=SITE, gate=GATE)
URGENT = f"gate/v1/{SITE}/{GATE}/event/urgent"
NEW = "brand-new"
# Without a word for what is not known: what holds one of these is unread, and somebody is told.
WITHOUT_A_WORD = {
    "Absence", "ContactState", "Decision", "HoldState", "NoteKind", "PurgeCause", "GuardRole",
    "ExitMeans", "Round", "ShiftChange", "StaffChange", "OrderRefusal", "Weekday",
    "Disinfectant",
    "apart together other_untrusted", "contact blackbody", "surface body", "people memory model ",
    "1.0", "application/json",
}  # fmt: skip


def _kinds(kind: Any, known: set[Any]) -> Iterator[Any]:
    """Yield every enumeration that a message can hold."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if kind not in known:
            known.add(kind)
            for field in kind.model_fields.values():
                yield from _kinds(field.annotation, known)
    elif get_origin(kind) is Literal or (isinstance(kind, type) and issubclass(kind, Enum)):
        yield kind
    for part in get_args(kind):
        if get_origin(kind) is not Literal:
            yield from _kinds(part, known)


def _name(kind: Any) -> str:
    return " ".join(get_args(kind)) if get_origin(kind) is Literal else kind.__name__


def test_every_enumeration_on_the_wire_says_what_an_unknown_value_is_read_as() -> None:
    known: set[Any] = set()
    models = (*RECORDS, Envelope, GateState, Receipt, PersonSeen, Policy)
    found = {kind for model in models for kind in _kinds(model, known)}

    assert set(UNKNOWN_AS) <= found
    assert {_name(kind) for kind in found - set(UNKNOWN_AS)} == WITHOUT_A_WORD
    assert len(known) > 60, "expected to look at every model"


def _leaves(tree: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in items:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from _leaves(value, (*path, key))


def _with(body: dict[str, Any], path: tuple[str | int, ...], value: object) -> bytes:
    told = json.loads(json.dumps(body))
    node = told
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = value
    return json.dumps(told).encode()


@pytest.mark.parametrize("odd", [NEW, None, {"new": 1}, [[]], -1.5, "x" * 3000])
def test_no_event_is_refused_for_what_its_data_say(odd: object) -> None:
    """Each field of each kind of event, changed by a version that nobody knows yet."""
    seen = 0
    for number, record in enumerate(SAMPLES):
        gate = Gate(epoch=f"{number:032x}")
        body = json.loads(gate.append(record).body)
        for path in (("data",), *_leaves(body["data"], ("data",))):
            arrived = read_event(ArrivedMessage(URGENT, _with(body, path, odd)), SITE)

            assert arrived.number == 1
            assert arrived.record is not None or arrived.unread == ("data",)
            seen += 1
    assert seen > 240


# What docs/contract-versions.md says is fixed for ever: all else a newer door may say otherwise.
FIXED = {"id", "source", "type", "time", "sequence", "epoch", "prevlink"}


@pytest.mark.parametrize("odd", [NEW, None, 5, True, {"new": 1}, ["new"], "absent"])
@pytest.mark.parametrize("name", sorted(set(Envelope.model_fields) - FIXED))
def test_no_event_is_refused_for_what_its_envelope_says(
    centre: Centre, name: str, odd: object
) -> None:
    gate = Gate()
    bodies = [json.loads(gate.append(passage(number)).body) for number in range(1, 4)]
    bodies[1][name] = odd
    if odd == "absent":
        del bodies[1][name]
    before = json.dumps(bodies[1].get(name))

    centre.take(*_chained(bodies))

    assert centre.receipt.upto == 3
    assert centre.rows(QUARANTINE) == []
    kept = json.loads(centre.rows()[1].body)
    assert json.dumps(kept.get(name)) == before
    may_say_so = name == "subject" and (odd is None or isinstance(odd, str))
    is_read = may_say_so or (name == "drill" and odd is True)
    assert [alarm.kind for alarm in centre.alarms] == ([] if is_read else ["unread"])
    if not is_read:
        assert name in centre.alarms[0].detail


def test_what_an_envelope_does_not_say_is_read_with_caution() -> None:
    body = json.loads(Gate().append(passage(1)).body)
    for name in set(body) - FIXED - {"data"}:
        body[name] = {"new": 1}

    read = read_event(ArrivedMessage(URGENT, json.dumps(body).encode()), SITE).told

    assert (read.severity, read.clock, read.drill) == ("urgent", ClockQuality.UNSYNCED, False)
    assert (read.recordedtime, read.boot) == (read.time, UNKNOWN_BOOT)


def test_a_newer_doors_events_are_kept_receipted_and_told(centre: Centre) -> None:
    gate = Gate()
    bodies = [json.loads(gate.append(record).body) for record in (passage(1), hold(2))]
    bodies[0] |= {"clock": NEW, "tide": "low"}
    bodies[0]["data"] |= {"category": NEW, "escort": True}
    bodies[1]["data"] |= {"category": NEW, "surface_centi_c": "38.1 °C"}

    centre.take(*_chained(bodies))

    assert centre.receipt.upto == 2
    assert centre.rows(QUARANTINE) == []
    assert [(row.category, row.decision) for row in centre.rows(PASSAGE)] == [("unknown", "admit")]
    (held,) = centre.rows(HOLD)
    assert (held.state, held.category, held.surface_centi_c) == ("flagged", "unknown", None)
    (alarm,) = centre.alarms
    assert (alarm.kind, alarm.gate) == ("unread", GATE)
    assert alarm.detail == ("gate.hold.opened.v1: not read: data.category, data.surface_centi_c")


@pytest.mark.parametrize(
    ("changes", "data", "unread"),
    [
        ({}, {"decision": NEW}, "gate.passage.decided.v1: not read: data"),
        (
            {"type": "gate.lamp.lit.v1", "severity": "urgent"},
            {},
            "gate.lamp.lit.v1: not read: type",
        ),
        ({"severity": NEW}, {}, "gate.passage.decided.v1: not read: severity"),
    ],
)
def test_an_event_that_cannot_be_read_is_no_gap_and_no_secret(
    centre: Centre, changes: dict[str, str], data: dict[str, str], unread: str
) -> None:
    gate = Gate()
    bodies = [json.loads(gate.append(passage(number)).body) for number in range(1, 4)]
    bodies[1] |= changes
    bodies[1]["data"] |= data

    centre.take(*_chained(bodies))

    assert centre.receipt.upto == 3
    assert [alarm.detail for alarm in centre.alarms] == [unread]
    assert [row.passage_id for row in centre.rows(PASSAGE)][::2] in (["p1"], ["p1", "p3"])


def test_what_nobody_can_read_is_read_with_caution() -> None:
    body = json.loads(Gate().append(passage(1)).body)
    body["data"]["temperature"]["outcome"] = NEW
    opened = json.loads(Gate().append(hold(1)).body)
    opened["data"]["category"] = NEW

    measured = read_event(ArrivedMessage(URGENT, json.dumps(body).encode()), SITE).record
    held = read_event(ArrivedMessage(URGENT, json.dumps(opened).encode()), SITE).record

    assert isinstance(measured, PassageDecided)
    assert measured.temperature.outcome is Outcome.UNUSABLE
    assert isinstance(held, HoldOpened)
    assert held.category is Category.UNKNOWN


def _state(**changes: object) -> bytes:
    told = json.loads(
        Gate().says(at=BEGAN, thermometer=ThermometerState(trust=Trust.TRUSTED)).payload
    )
    told["devices"] = {"thermometer": "ok"}
    return json.dumps(told | changes).encode()


@pytest.mark.parametrize(
    ("changes", "alarms"),
    [
        ({"wind": "north", "thermometer": {"trust": "trusted", "age": 3}}, set()),
        ({"devices": {"thermometer": NEW}}, {"device"}),
        ({"thermometer": {"trust": NEW}}, {"trust"}),
        ({"thermometer": "well"}, {"trust"}),
        ({"state": NEW}, {"lost"}),
        ({"certificate_until": "soon"}, set()),
    ],
)
def test_a_newer_doors_state_is_kept_and_what_is_not_known_is_not_well(
    centre: Centre, changes: dict[str, object], alarms: set[str]
) -> None:
    centre.take(ArrivedMessage(TOPICS.state, _state(**changes)))
    centre.look()

    assert {kind for kind, _ in centre.standing()} == alarms
    assert [row.gate for row in centre.rows(GATES)] == [GATE]


def test_a_clock_of_an_unknown_quality_is_not_believed() -> None:
    told = parse_state(_state(clock=NEW))

    assert (told.value.clock, told.unread) == (ClockQuality.UNSYNCED, ("clock",))
    assert told.value.devices == {"thermometer": DeviceState.OK}


def test_another_doors_state_is_heard_and_its_thermometer_only_where_it_can_be_read() -> None:
    elsewhere = OtherDoors("central-2f", FakeClock())

    elsewhere.hear_door(TOPICS.state, _state(wind="north"))
    assert elsewhere.thermometers().keys() == {GATE}
    elsewhere.hear_door(TOPICS.state, _state(thermometer="well"))
    assert elsewhere.thermometers() == {}


def test_a_newer_centres_receipt_and_word_of_a_person_are_read() -> None:
    receipt = {
        "epoch": "a" * 32, "upto": 42, "link": "b" * 64, "time": format_utc(BEGAN),
        "signature": "…", "ranges": [[44, 47], ["fifty", 51]], "missing": "none",
    }  # fmt: skip
    seen = {"person_ref": "c" * 64, "gate": GATE, "time": format_utc(BEGAN), "why": "exit"}

    told = parse_receipt(json.dumps(receipt).encode())

    assert (told.upto, told.ranges, told.missing) == (42, ((44, 47),), ())
    assert parse_seen(json.dumps(seen).encode()).gate == GATE


def _chained(bodies: list[dict[str, Any]]) -> list[ArrivedMessage]:
    """Return the bodies as the journal of that newer door would have linked them."""
    link, messages = LINK_0, []
    for body in bodies:
        payload = json.dumps(body | {"prevlink": link.hex()}).encode()
        link = link_after(link, sha256(payload).digest())
        messages.append(ArrivedMessage(URGENT, payload))
    return messages
