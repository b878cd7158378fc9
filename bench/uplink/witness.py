"""`python -m bench.uplink.witness PORT`: one line for each receipt: when, upto, ranges beyond."""

from __future__ import annotations

import sys
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from bench.uplink.peers import GATE, SITE
from gate_agent.contract.messages import Topics, parse_receipt
from gate_agent.host.clock import SystemClock

_CLOCK = SystemClock()


def _told(_client: Client, _data: Any, message: MQTTMessage) -> None:
    now = _CLOCK.now().boot_ns
    receipt = parse_receipt(bytes(message.payload))
    beyond = " ".join(f"{first}-{last}" for first, last in receipt.ranges)
    print(now, receipt.upto, beyond, flush=True)


def _subscribe(client: Client, *_: object) -> None:
    client.subscribe(Topics(site=SITE, gate=GATE).receipt)


def main() -> None:
    """Listen until terminated."""
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.on_connect = _subscribe
    client.on_subscribe = lambda *_: print("ready", flush=True)
    client.on_message = _told
    client.connect("127.0.0.1", int(sys.argv[1]))
    client.loop_forever()


if __name__ == "__main__":
    main()
