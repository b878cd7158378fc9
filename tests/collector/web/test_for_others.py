"""What others build on: the official CloudEvents SDK, the example subscriber, the dashboard."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from cloudevents.core.formats.json import JSONFormat

from children import Child, broker, free_port, listens, wait_until
from collector.hall_of_doors import Hall
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.messages import Topics, parse_body
from gate_agent.contract.records import Category, HoldOpened, Severity
from gate_agent.demo.processes import program
from tree import ROOT, text

_METRIC = re.compile(r"\bcollector_\w+")


def test_the_official_sdk_reads_every_attribute_of_our_events(one: Hall) -> None:
    for number in range(3):
        one.west.hold(f"hold-{number}", who=f"person {number}")
    body = one.west.body(_record(), drill=True)

    told = JSONFormat().read(None, body)

    ours = parse_body(body)
    assert told.get_specversion() == "1.0"
    assert told.get_id() == ours.id
    assert told.get_source() == "/gates/hall-01/west-1f"
    assert told.get_type() == ours.type
    assert told.get_subject() == "hold-9"
    assert told.get_datacontenttype() == "application/json"
    assert told.get_time() is not None
    assert told.get_data() == ours.data
    assert told.get_extension("sequence") == ours.sequence
    assert told.get_extension("prevlink") == ours.prevlink
    assert told.get_extension("drill") is True


def test_the_example_subscriber_prints_what_it_hears(one: Hall, tmp_path: Path) -> None:
    body = one.west.body(_record())
    port = free_port()
    topic = Topics(site="hall-01", gate="west-1f").event(Severity.URGENT)
    command = [program("mosquitto_pub"), "-V", "5", "-p", str(port), "-t", topic, "-q", "1"]
    script = ROOT / "examples" / "subscriber.py"
    asked = ("-u", script, "127.0.0.1", str(port), "hall-01")
    example = Child(tmp_path / "example.log", sys.executable, *asked)
    with broker(tmp_path / "broker", port) as running, example:
        running.start()
        wait_until(lambda: listens(port), "the broker")
        example.start()

        def heard() -> bool:
            with Child(tmp_path / "pub.log", *command, "-m", body.decode()) as sent:
                sent.start().ended()
            return "gate.hold.opened.v1" in example.said

        wait_until(heard, "the example to hear", within_s=60)

    assert " west-1f 1 gate.hold.opened.v1 hold-9" in example.said
    assert len(text("examples/subscriber.py").splitlines()) <= 45  # with certificates


def test_every_figure_of_the_dashboard_is_told(one: Hall) -> None:
    panels = json.loads(text("config/grafana/gate-dashboard.json"))["panels"]
    asked = {name for panel in panels for target in panel["targets"]
             for name in _METRIC.findall(target["expr"])}  # fmt: skip
    one.west.hold("hold-1")
    one.settle()
    with serving(app_of(centre_of(one))) as client:
        told = set(re.findall(r"^# TYPE (\S+)", client.get("/metrics").text, re.MULTILINE))

    assert len(panels) == len({panel["id"] for panel in panels})
    assert asked <= told


def _record() -> HoldOpened:
    return HoldOpened(
        hold_id="hold-9", passage_id="p", person_ref=None, category=Category.VISITOR,
        reason="elevated", surface_centi_c=3790, opened="2026-11-24T02:00:00.000Z", deadline_s=15,
    )  # fmt: skip
