"""What others copy from examples/ works with what we publish."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from children import Child, free_port, listens, wait_until
from collector.hall_of_doors import Hall, hall
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.messages import Topics
from gate_collector.alerts.channels import AppriseMessenger, Recipient
from tree import ROOT, text
from uplink.test_discovery import discovery


def _told_entities(folder: Path) -> set[str]:
    said: dict[str, bytes] = {}
    discovery(folder, "homeassistant").connected(said.__setitem__)
    (tree,) = [json.loads(body) for topic, body in said.items() if topic.endswith("/config")]
    return {one["default_entity_id"] for one in tree["components"].values()}


def test_home_assistants_example_names_entities_that_are_told(tmp_path: Path) -> None:
    example = text("examples/home-assistant.yaml")
    package = yaml.safe_load(example)

    asked = set(re.findall(r"\b(?:binary_)?sensor\.gate_west_1f_\w+", example))
    own = {
        f"binary_sensor.{one['unique_id']}"
        for part in package["template"]
        for one in part["binary_sensor"]
    }
    assert asked
    assert asked - own <= _told_entities(tmp_path)
    assert all(one["triggers"] and one["actions"] for one in package["automation"])


def test_the_node_red_flow_hears_topics_that_are_published_and_its_wires_lead_somewhere() -> None:
    flow: list[dict[str, Any]] = json.loads(text("examples/node-red.json"))
    ids = {node["id"] for node in flow}
    every = Topics(site="hall-01", gate="+")

    assert len(ids) == len(flow)
    assert {node["topic"] for node in flow if node["type"] == "mqtt in"} == {
        "gate/v1/hall-01/+/event/urgent",
        every.figures,
    }
    for node in flow:
        assert {one for wire in node.get("wires", ()) for one in wire} <= ids
        assert {node[key] for key in ("broker", "tls", "z") if node.get(key) in ids} | ids == ids
    assert "gate.hold.opened.v1" in text("examples/node-red.json")


def test_the_webhook_receives_what_the_centre_tells(tmp_path: Path) -> None:
    port = free_port()
    script = ROOT / "examples" / "webhook.py"
    with Child(tmp_path / "webhook.log", sys.executable, script, str(port)) as receiver:
        receiver.start()
        wait_until(lambda: listens(port), "the webhook")
        people = Recipient(name="王主任", urls=(f"json://127.0.0.1:{port}/",))
        (told,) = AppriseMessenger().tell(people, "发热 fever", "west-1f")
        wait_until(lambda: "west-1f" in receiver.said, "the alert")

    assert told.sent
    assert "发热 fever" in receiver.said


def test_the_example_client_reads_the_centre_by_its_own_document(tmp_path: Path) -> None:
    with hall(tmp_path / "centre") as one:
        _fill(one)
        with serving(app_of(centre_of(one))) as client:
            asked = (ROOT / "examples" / "read_centre.py", str(client.base_url), "no key here")
            with Child(tmp_path / "client.log", sys.executable, *asked) as example:
                example.start().ended()

    assert "up to 4 : 4 events" in example.said
    assert "hold west-1f hold-1 flagged" in example.said


def _fill(one: Hall) -> None:
    one.west.passage()
    one.west.passage()
    one.west.hold("hold-1")
    one.settle()
