"""The example in JavaScript hears a provisioned hall over TLS, with the official SDK."""

from __future__ import annotations

import json
from pathlib import Path

from children import Child, wait_until
from ecosystem.conftest import TOOLS
from project.message_samples import event_of
from project.record_samples import SAMPLES
from security.secured_hall import Peer, hall
from security.test_listeners import OWN, listening


def test_the_subscriber_in_javascript_prints_what_it_hears(tmp_path: Path) -> None:
    event = event_of(SAMPLES[0])
    with hall(tmp_path / "hall") as one:
        listening(one.folder, readers=["acme"])
        one.broker.stop()
        one.start()
        asked = ("127.0.0.1", str(one.port), "hall-01", one.folder / "reader-acme")
        example = Child(tmp_path / "log", "node", TOOLS / "subscriber.mjs", *asked)
        with Peer(one.section("west-1f")) as west, example.start():
            assert west.told("connack") == 0

            def heard() -> bool:
                west.say(f"{OWN}/event/routine", json.dumps(event).encode())
                return event["type"] in example.said

            wait_until(heard, "the example to print an event")

    assert f" west-1f 42 {event['type']}" in example.said
