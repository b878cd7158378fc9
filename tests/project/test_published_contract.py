"""docs/events/ says what the gates really publish."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cloudevents.core.formats.json import JSONFormat
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

from gate_agent.contract import records
from gate_agent.contract.messages import GateState, Topics, parse_receipt, parse_state
from gate_agent.contract.moment import parse_utc
from gate_agent.contract.records import BY_TYPE, Record
from project.message_samples import MESSAGES, event_of
from project.record_samples import SAMPLES
from tree import ROOT, tool

EVENTS = ROOT / "docs" / "events"
DOCUMENT = "urn:gate-agent:v1"
REFERENCE = re.compile(r'"\$ref": "([^"]+)"')


def _sample_id(record: Record) -> str:
    return f"{record.TYPE}-{record.severity}"


def _contract() -> dict[str, Any]:
    contract = json.loads((EVENTS / "asyncapi.json").read_text(encoding="utf-8"))
    assert isinstance(contract, dict)
    return contract


def _payload(name: str) -> Validator:
    """Return what a tool that reads the document alone validates this message's payload with."""
    contract: Registry[Any] = Registry().with_resource(
        DOCUMENT, DRAFT7.create_resource(_contract())
    )
    place = {"$ref": f"{DOCUMENT}#/components/messages/{name}/payload"}
    return jsonschema.Draft7Validator(place, registry=contract)


def _of_file(name: str) -> Validator:
    """Return a validator of a file in docs/events/schemas, and of nothing else."""
    schema = json.loads((EVENTS / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


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
    _payload(record.TYPE).validate(event_of(record))


@pytest.mark.parametrize("record", SAMPLES, ids=_sample_id)
def test_the_cloudevents_sdk_reads_what_is_published(record: Record) -> None:
    body = event_of(record)
    head = ("id", "source", "type", "subject", "time", "datacontenttype", "specversion")

    read = JSONFormat().read(None, json.dumps(body).encode())

    assert read.get_time() == parse_utc(body["time"])
    assert read.get_data() == body["data"]
    assert (read.get_id(), read.get_type(), read.get_subject()) == (
        body["id"], body["type"], body.get("subject"),
    )  # fmt: skip
    for name in body.keys() - {*head, "data"}:
        assert read.get_extension(name) == body[name]


@pytest.mark.parametrize("record", SAMPLES, ids=_sample_id)
def test_a_body_without_its_data_or_of_another_type_is_not_valid(record: Record) -> None:
    validator = _payload(record.TYPE)
    body = event_of(record)

    assert not validator.is_valid({**body, "data": {}})
    assert not validator.is_valid({**body, "type": "gate.something.else.v1"})
    assert not validator.is_valid({key: value for key, value in body.items() if key != "prevlink"})


@pytest.mark.parametrize("record", SAMPLES, ids=_sample_id)
def test_a_reader_may_meet_fields_it_does_not_know(record: Record) -> None:
    body = event_of(record)

    _payload(record.TYPE).validate({**body, "new": 1, "data": {**body["data"], "new": 1}})


@pytest.mark.parametrize("name", MESSAGES)
def test_a_real_message_is_valid_against_both_of_its_schemas(name: str) -> None:
    message = MESSAGES[name].model_dump(mode="json")

    for validator in (_payload(name), _of_file(name)):
        validator.validate(message)
        validator.validate({**message, "new": 1} if name != "policy" else message)
        assert not validator.is_valid([message])


def test_door_and_centre_read_the_samples_as_they_were_made() -> None:
    state = MESSAGES["state"]
    assert isinstance(state, GateState)

    assert parse_receipt(MESSAGES["receipt"].model_dump_json().encode()) == MESSAGES["receipt"]
    assert parse_state(state.encode()).value == state
    assert not _payload("receipt").is_valid({"epoch": "0f" * 16, "upto": -1})
    assert not _payload("policy").is_valid({"hall_mod": "open"})


@pytest.mark.parametrize("name", [*MESSAGES, *BY_TYPE, "policy_part"])
def test_every_message_has_examples_that_its_own_schema_takes(name: str) -> None:
    message = _contract()["components"]["messages"][name]

    assert len({one["name"] for one in message["examples"]}) == len(message["examples"]) > 0
    for example in message["examples"]:
        _payload(name).validate(example["payload"])


def test_every_schema_file_is_named_by_its_own_id() -> None:
    for path in (EVENTS / "schemas").iterdir():
        schema = json.loads(path.read_text(encoding="utf-8"))
        assert schema["$id"] == f"{DOCUMENT}:schema:{path.name.removesuffix('.schema.json')}"
        assert all(ref.startswith("#/$defs/") for ref in REFERENCE.findall(json.dumps(schema)))


def test_the_asyncapi_document_needs_no_other_file_and_leads_nowhere_else() -> None:
    contract = _contract()
    references = set(REFERENCE.findall(json.dumps(contract)))
    assert len(references) > 100

    for reference in references:
        assert reference.startswith("#/"), reference
        node: Any = contract
        for step in reference[2:].split("/"):
            node = node[step]
    used = {one.rpartition("/")[2] for one in references if one.startswith("#/components/schemas/")}
    assert used == set(contract["components"]["schemas"])


def test_the_schemas_in_it_are_draft_7_as_every_tool_of_asyncapi_reads_it() -> None:
    contract = _contract()
    newer = {"prefixItems", "$defs", "dependentSchemas", "unevaluatedProperties", "$dynamicRef"}

    for name, schema in contract["components"]["schemas"].items():
        jsonschema.Draft7Validator.check_schema(schema)
        keys = set(re.findall(r'"([^"]+)":', json.dumps(schema)))
        assert keys & newer == set(), name
        for ref in re.findall(r"{[^{}]*\$ref[^{}]*}", json.dumps(schema)):
            assert len(json.loads(ref)) == 1, (name, ref)  # what stands beside it is not read


def test_the_asyncapi_document_has_the_shape_of_version_3() -> None:
    contract = _contract()

    assert (contract["asyncapi"], contract["id"]) == ("3.1.0", DOCUMENT)
    assert {"title", "version", "license", "tags"} <= contract["info"].keys()
    assert {one["protocolVersion"] for one in contract["servers"].values()} == {"5"}
    for server in contract["servers"].values():
        assert set(re.findall(r"\{(\w+)\}", server["host"])) == server.get("variables", {}).keys()
    for channel in contract["channels"].values():
        in_address = set(re.findall(r"\{(\w+)\}", channel["address"]))
        assert in_address == channel["parameters"].keys()
        assert channel["messages"]
    for operation in contract["operations"].values():
        assert operation["action"] in {"send", "receive"}
        channel = operation["channel"]["$ref"]
        for message in operation["messages"]:
            assert message["$ref"].startswith(f"{channel}/messages/")
    for message in contract["components"]["messages"].values():
        assert message["bindings"]["mqtt"]["contentType"] == message["contentType"]


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
        "figures": topics.figures,
        "collector": topics.collector,
    }


@pytest.mark.parametrize("record", SAMPLES, ids=_sample_id)
def test_an_event_stands_on_the_channel_of_the_lane_it_takes(record: Record) -> None:
    assert record.TYPE in _contract()["channels"][str(record.severity)]["messages"]
