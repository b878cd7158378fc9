"""A time that no calendar has, and an id that fits in no address, stop no page of the centre."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from collector.days import LED, quiet_day
from collector.hall_of_doors import Door, hall
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.records import Record
from project.record_samples import SAMPLES

BAD_TIMES = ("2026-13-45T99:99:99.999Z", "0001-01-01T00:00:00.000Z")


def _send(door: Door, record: Record, spoil: Callable[[dict[str, Any]], object]) -> None:
    event = json.loads(door.body(record))
    spoil(event)
    door.send(json.dumps(event, separators=(",", ":")).encode())


def _spoil_time(bad: str, event: dict[str, Any]) -> None:
    event["time"] = bad


def _spoil_data(bad: str, event: dict[str, Any]) -> None:
    for key, value in event["data"].items():
        if isinstance(value, str) and value.startswith("2026-"):
            event["data"][key] = bad[: len(value)]


def _spoil_ids(event: dict[str, Any]) -> None:
    event["data"] |= {key: "a/../b" for key in ("hold_id", "passage_id") if key in event["data"]}


def test_every_page_goes_on(tmp_path: Path) -> None:
    with hall(f"sqlite:///{tmp_path}/collector.sqlite") as one:
        quiet_day(one)
        for record in SAMPLES:
            for bad in BAD_TIMES:
                _send(one.central, record, partial(_spoil_time, bad))
                _send(one.central, record, partial(_spoil_data, bad))
            _send(one.central, record, _spoil_ids)
        one.west.hold("h-west")
        one.settle()
        app = app_of(centre_of(one, lambda: LED))
        with serving(app) as client:
            pages = {
                grant.path
                for grant in app.state.granted
                if "GET" in grant.methods and "{" not in grant.path and "stream" not in grant.path
            }
            failed = {path for path in pages if client.get(path).status_code >= 500}
            shown = client.get("/api/v1/overview").json()

    assert len(pages) > 30
    assert failed == set()
    west = next(gate for gate in shown["gates"] if gate["gate"] == "west-1f")
    assert [hold["hold_id"] for hold in west["holds"]] == ["h-west"]
