"""The peer: a bare pyserial + paho loop. Decides and publishes; stores nothing, proves nothing.

`python -m bench.gate.bare PORT MQTT_PORT TOPIC`
"""

from __future__ import annotations

import json
import sys

import serial
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from gate_drivers.thermometers.gy_614v3.codec import Decoder

_SKIN_CENTI_C, _ENOUGH = 3100, 5


def main() -> None:
    """Publish one event for each run of five readings with skin."""
    port, mqtt_port, topic = sys.argv[1:]
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.connect("127.0.0.1", int(mqtt_port))
    client.loop_start()
    decoder, run = Decoder(), 0
    with serial.Serial(port, 9600, exclusive=True) as line:
        while True:
            for sight in decoder.feed(line.read(max(1, line.in_waiting))):
                run = run + 1 if sight.object_centi_c >= _SKIN_CENTI_C else 0
                if run == _ENOUGH:
                    body = {"decision": "admit", "surface": sight.object_centi_c, "pad": "x" * 900}
                    client.publish(topic, json.dumps(body), qos=1)


if __name__ == "__main__":
    main()
