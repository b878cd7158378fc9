"""Prints every event of a hall (pip install paho-mqtt): subscriber.py HOST PORT SITE."""

import json
import sys

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion


def on_connect(client: Client, site: str, *_: object) -> None:
    client.subscribe(f"gate/v1/{site}/+/event/#", qos=1)


def on_message(_client: Client, _site: str, message: MQTTMessage) -> None:
    event = json.loads(message.payload)  # CloudEvents 1.0, structured mode
    gate, number = event["source"].rsplit("/", 1)[-1], int(event["sequence"])
    drill = "[drill]" if event["drill"] else ""
    print(event["time"], gate, number, event["type"], event.get("subject", ""), drill)


if __name__ == "__main__":
    host, port, site = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    client = Client(CallbackAPIVersion.VERSION2, userdata=site, protocol=MQTTv5)
    client.on_connect, client.on_message = on_connect, on_message
    if port == 8883:  # a certificate of the hall's own CA: see `gate-agent provision`
        client.tls_set("ca.crt", "subscriber.crt", "subscriber.key")
    client.connect(host, port)
    client.loop_forever()
