"""What stands beside a payload in MQTT 5, a signature above all. Of gate and collector."""

from __future__ import annotations

from paho.mqtt.client import MQTTMessage
from paho.mqtt.properties import Properties

from gate_agent.contract.messages import BYTES, CLOUDEVENT, HISTORICAL, JSON
from gate_agent.contract.signed import PROPERTY, is_event

LARGEST_PACKET = 256 * 1024 * 1024  # what the protocol allows
_BINARY, _UTF8 = 0, 1  # payload format indicator
BESIDE_PAYLOAD = 4096  # topic, signature and other properties, at most


def content_type(topic: str) -> str:
    """Return what a payload on this topic is, as AsyncAPI's `contentType` says."""
    if is_event(topic):
        return CLOUDEVENT
    return BYTES if topic.split("/")[3:5] == ["policy", "part"] else JSON


def payload_properties(
    kind: int, content: str, *, signature: str | None = None, historical: bool = False
) -> Properties:
    """Return what stands beside a payload: what it is, who signed it, whether it had to wait.

    MQTT 5, 3.3.2.3.2 and 3.3.2.3.9: whoever hears it need not guess by the topic.
    """
    made = Properties(kind)  # type: ignore[no-untyped-call]
    made.ContentType = content
    made.PayloadFormatIndicator = _BINARY if content == BYTES else _UTF8
    if signature is not None:
        made.UserProperty = (PROPERTY, signature)
    if historical:
        made.UserProperty = (HISTORICAL, "1")
    return made


def signature_of(message: MQTTMessage) -> str | None:
    """Return the signature beside a message; None where there is not exactly one."""
    said = [v for name, v in getattr(message.properties, "UserProperty", ()) if name == PROPERTY]
    return said[0] if len(said) == 1 else None
