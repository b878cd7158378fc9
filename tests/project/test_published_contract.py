"""docs/events/ says what the gates really publish."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from gate_agent.contract import records
from gate_agent.contract.messages import (
    GateState,
    Header,
    Receipt,
    Topics,
    encode_body,
    parse_receipt,
    parse_state,
)
from gate_agent.contract.moment import ClockQuality, Moment
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import BY_TYPE, DeviceState, Record
from project.record_samples import REF, SAMPLES, UTC_TEXT
from tree import ROOT, tool

EVENTS = ROOT / "docs" / "events"


def _sample_id(record: Record) -> str:
    return f"{record.TYPE}-{record.severity}"


def _body(record: Record) -> dict[str, Any]:
    moment = Moment(utc=datetime(2026, 11, 23, 6, 12, 31, tzinfo=UTC), boot_ns=10**16)
    header = Header(
        site="hall-01",
        gate="west-1f",
        epoch="0f" * 16,
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


def _contract() -> dict[str, Any]:
    contract = json.loads((EVENTS / "asyncapi.json").read_text(encoding="utf-8"))
    assert isinstance(contract, dict)
    return contract


def _validator(schema: dict[str, Any]) -> Validator:
    """Return a validator that finds the published schema files, and nothing else."""
    registry: Registry[Any] = Registry().with_resources(
        (
            f"schemas/{path.name}",
            DRAFT202012.create_resource(json.loads(path.read_text(encoding="utf-8"))),
        )
        for path in (EVENTS / "schemas").iterdir()
    )
    return jsonschema.Draft202012Validator(schema, registry=registry)


def _payload(name: str) -> Validator:
    return _validator(_contract()["components"]["messages"][name]["payload"]["schema"])


def test_the_published_contract_is_what_the_models_say() -> None:
    assert tool("contract_doc").FILES.stale() == []


def test_a_changed_a_missing_and_a_left_over_document_are_each_found(tmp_path: Path) -> None:
    generator = tool("contract_doc").FILES
    generator.write(tmp_path)
    assert generator.stale(tmp_path) == []

    (tmp_path / "asyncapi.json").write_text("{}", encoding="utf-8")
    (tmp_path / "README.md").unlink()
    (tmp_path / "schemas" / "gate.gone.v1.schema.json").write_text("{}", encoding="utf-8")

    assert generator.stale(tmp_path) == [
        "README.md",
        "asyncapi.json",
        "schemas/gate.gone.v1.schema.json",
    ]
    generator.write(tmp_path)
    assert generator.stale(tmp_path) == []


def test_every_event_type_has_a_schema_a_message_and_a_sample_here() -> None:
    types = set(BY_TYPE)

    assert {sample.TYPE for sample in SAMPLES} == types
    assert types <= set(_contract()["components"]["messages"])
    assert types <= {path.name[: -len(".schema.json")] for path in (EVENTS / "schemas").iterdir()}


def test_every_published_schema_is_a_valid_schema() -> None:
    for path in (EVENTS / "schemas").iterdir():
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("record", SAMPLES, ids=_sample_id)
def test_a_real_body_is_valid_against_the_published_schema(record: Record) -> None:
    _payload(record.TYPE).validate(_body(record))


@pytest.mark.parametrize("record", SAMPLES, ids=_sample_id)
def test_a_body_without_its_data_or_of_another_type_is_not_valid(record: Record) -> None:
    validator = _payload(record.TYPE)
    body = _body(record)

    assert not validator.is_valid({**body, "data": {}})
    assert not validator.is_valid({**body, "type": "gate.something.else.v1"})
    assert not validator.is_valid({key: value for key, value in body.items() if key != "prevlink"})


@pytest.mark.parametrize("record", SAMPLES, ids=_sample_id)
def test_a_reader_may_meet_fields_it_does_not_know(record: Record) -> None:
    body = _body(record)

    _payload(record.TYPE).validate({**body, "new": 1, "data": {**body["data"], "new": 1}})


def test_receipt_state_and_policy_are_valid_against_their_schemas() -> None:
    receipt = Receipt(
        epoch="0f" * 16,
        upto=42,
        link=REF,
        ranges=((45, 47),),
        missing=((43, 44),),
        time=UTC_TEXT,
    )
    state = GateState(
        state="online",
        epoch="0f" * 16,
        sequence=47,
        link=REF,
        pending=5,
        oldest_pending_s=0.5,
        clock=ClockQuality.SYNCED,
        devices={"thermometer": DeviceState.OK},
        version="0.1.0",
        time=UTC_TEXT,
    )
    assert parse_receipt(receipt.encode()) == receipt
    assert parse_state(state.encode()).value == state

    _payload("receipt").validate(json.loads(receipt.encode()))
    _payload("state").validate(json.loads(state.encode()))
    _payload("policy").validate(json.loads(Policy().model_dump_json()))
    assert not _payload("receipt").is_valid({"epoch": "0f" * 16, "upto": -1})
    assert not _payload("policy").is_valid({"hall_mod": "open"})


def test_the_asyncapi_document_refers_to_nothing_that_is_not_there() -> None:
    contract = _contract()
    references = re.findall(r'"\$ref": "([^"]+)"', json.dumps(contract))
    assert references

    for reference in references:
        if reference.startswith("#/"):
            node: Any = contract
            for step in reference[2:].split("/"):
                node = node[step]
        else:
            assert (EVENTS / reference).is_file(), reference


def test_the_asyncapi_document_has_the_shape_of_version_3() -> None:
    contract = _contract()

    assert contract["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= contract["info"].keys()
    for channel in contract["channels"].values():
        in_address = set(re.findall(r"\{(\w+)\}", channel["address"]))
        assert in_address == channel["parameters"].keys()
        assert channel["messages"]
    for operation in contract["operations"].values():
        assert operation["action"] in {"send", "receive"}
        channel = operation["channel"]["$ref"]
        for message in operation["messages"]:
            assert message["$ref"].startswith(f"{channel}/messages/")


def test_the_channels_are_the_topics_the_code_publishes_to() -> None:
    topics = Topics(site="{site}", gate="{gate}")
    addresses = {name: at["address"] for name, at in _contract()["channels"].items()}

    assert addresses == {
        "urgent": topics.event(records.Severity.URGENT),
        "routine": topics.event(records.Severity.ROUTINE),
        "state": topics.state,
        "receipt": topics.receipt,
        "policy": topics.policy,
        "policy_urgent": topics.policy_urgent,
        "policy_part": topics.policy_part("{part}"),
        "anchor": topics.anchor,
        "orders": topics.orders,
        "seen": topics.seen,
        "door": topics.door,
        "collector": topics.collector,
    }


@pytest.mark.parametrize("record", SAMPLES, ids=_sample_id)
def test_an_event_stands_on_the_channel_of_the_lane_it_takes(record: Record) -> None:
    assert record.TYPE in _contract()["channels"][str(record.severity)]["messages"]
