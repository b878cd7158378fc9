"""What stands beside a payload in MQTT 5, a signature above all. Of gate and collector."""

from __future__ import annotations

from paho.mqtt.client import MQTTMessage
from paho.mqtt.properties import Properties

from gate_agent.contract.signed import PROPERTY

LARGEST_PACKET = 256 * 1024 * 1024  # what the protocol allows
BESIDE_PAYLOAD = 4096  # topic, signature and other properties, at most


def signed_properties(kind: int, signature: str | None) -> Properties | None:
    """Return the properties of a packet of this kind that carries `signature`."""
    if signature is None:
        return None
    made = Properties(kind)  # type: ignore[no-untyped-call]
    made.UserProperty = (PROPERTY, signature)
    return made


def signature_of(message: MQTTMessage) -> str | None:
    """Return the signature beside a message; None where there is not exactly one."""
    said = [v for name, v in getattr(message.properties, "UserProperty", ()) if name == PROPERTY]
    return said[0] if len(said) == 1 else None
