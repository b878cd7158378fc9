"""Prints every event of a hall (pip install paho-mqtt): subscriber.py HOST PORT SITE [FOLDER].

FOLDER is what `gate-agent provision --out hall --reader NAME` made, hall/reader-NAME: ca.crt, and a
certificate with its key. The name in it is the client's id too: one subscriber at a time for each.
"""

import json
import sys
from pathlib import Path

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode


def on_connect(
    client: Client, site: str, _flags: ConnectFlags, code: ReasonCode, _properties: object
) -> None:
    if code.is_failure:
        print("refused:", code, file=sys.stderr)
        return
    client.subscribe([(f"gate/v1/{site}/+/event/{it}", 1) for it in ("urgent", "routine")])


def on_message(_client: Client, _site: str, message: MQTTMessage) -> None:
    event = json.loads(message.payload)  # CloudEvents 1.0, structured mode
    gate, number = event["source"].rsplit("/", 1)[-1], int(event["sequence"])
    drill = "[drill]" if event["drill"] else ""
    print(event["time"], gate, number, event["type"], event.get("subject", ""), drill, flush=True)


if __name__ == "__main__":
    host, port, site = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    client = Client(CallbackAPIVersion.VERSION2, userdata=site, protocol=MQTTv5)
    client.on_connect, client.on_message = on_connect, on_message
    if len(sys.argv) > 4:
        papers = Path(sys.argv[4]).resolve()
        own = papers / papers.name
        client.tls_set(str(papers / "ca.crt"), f"{own}.crt", f"{own}.key")
    client.connect(host, port)
    client.loop_forever()
