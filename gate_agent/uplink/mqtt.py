"""One MQTT 5 connection from birth to end, by paho in the event loop. Nothing is kept over it.

A new connection is a new client: what paho would send again by itself, the lanes decide. paho's
socket is read and written when the loop says so: no thread, no hop for each acknowledgement.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, LogLevel, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from gate_agent.config.model import MqttSection
from gate_agent.contract.messages import CLOUDEVENT
from gate_agent.contract.policy_parts import MOST_PACKET
from gate_agent.contract.signed import is_event
from gate_agent.errors import UplinkError
from gate_agent.host.clock import Clock
from gate_agent.host.keys import Signatures
from gate_agent.host.mqtt_properties import (
    BESIDE_PAYLOAD,
    LARGEST_PACKET,
    content_type,
    payload_properties,
    signature_of,
)
from gate_agent.host.supervision import apart
from gate_agent.host.tls import in_words, tls_context

_REACH_WITHIN_S = 2.0  # TCP asks again after 1 s and 3 s: a line that is back is found soon
_CONNECT_WITHIN_S = 10.0
_LOOK_AFTER_S = 1.0  # how often paho looks after its keep-alive
_QOS = 1
_LOG = logging.getLogger(__name__)
_TAKEN_OVER = 0x8E
_NOTHING_RETAINED = SubscribeOptions.RETAIN_DO_NOT_SEND


@dataclass(frozen=True, slots=True, kw_only=True)
class Will:
    """What the broker tells the others when we are gone."""

    topic: str
    payload: bytes


class MqttLink:
    """A connection. Callbacks come in the event loop."""

    def __init__(
        self,
        section: MqttSection,
        *,
        client_id: str,
        will: Will,
        clock: Clock,
        signatures: Signatures,
        on_message: Callable[[str, bytes], None],
        on_acknowledged: Callable[[list[tuple[int, int]]], None],
    ) -> None:
        """`on_acknowledged([(message id, reason code), …])`: publishes the broker answered.

        What is published is signed, events left out, which the chain proves; `on_message` is told
        what may be believed.
        """
        self._signatures = signatures
        self._section = section
        self._clock = clock
        self._last_error = ""
        self._loop = asyncio.get_running_loop()
        self._on_message = on_message
        self._on_acknowledged = on_acknowledged
        self._ended: asyncio.Future[str] = self._loop.create_future()
        self._connected: asyncio.Future[int] = self._loop.create_future()
        self._acknowledged: list[tuple[int, int]] = []
        self._came: list[MQTTMessage] = []
        self._socket: socket.socket | None = None
        self._writing = False
        self._looking: asyncio.TimerHandle | None = None
        self._fresh = payload_properties(PacketTypes.PUBLISH, CLOUDEVENT)
        self._waited = payload_properties(PacketTypes.PUBLISH, CLOUDEVENT, historical=True)
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        client.connect_timeout = _REACH_WITHIN_S
        client.max_inflight_messages_set(0)  # the lanes keep the broker's Receive Maximum
        signature = signatures.sign_will(will.topic, will.payload)
        beside = payload_properties(
            PacketTypes.WILLMESSAGE, content_type(will.topic), signature=signature
        )
        client.will_set(will.topic, will.payload, qos=_QOS, retain=True, properties=beside)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = lambda _client, _data, message: self._came.append(message)
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = lambda *_: None  # we write when we are done: flush()
        client.on_log = self._on_log
        self._client = client
        self.was_taken = False  # somebody connected in our name (MQTT 5 §3.1.4)
        self._disbelieved = ""  # why what was heard is not believed, the newest
        self.too_large = ""  # what the broker does not take, the newest
        self._largest = LARGEST_PACKET  # of one packet, as far as we know

    @property
    def trouble(self) -> str:
        """What stays unsent, or unbelieved, while the connection is good."""
        return self.too_large or self._disbelieved

    async def open(self) -> int:
        """Connect; return how many messages the broker takes at once. Raises UplinkError."""
        section = self._section
        where = f"{section.host}:{section.port}"
        try:
            if section.tls:
                self._client.tls_set_context(tls_context(section))
            client, ours = self._client, Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            ours.MaximumPacketSize = MOST_PACKET  # the broker keeps what is more from us
            host, port, keepalive_s = section.host, section.port, section.keepalive_s
            await apart(lambda: client.connect(host, port, keepalive_s, properties=ours))
        except (OSError, ValueError) as exc:
            raise UplinkError(
                f"expected a broker at {where}, got: {self._in_words(str(exc))}"
            ) from exc
        self._take_socket()
        try:
            async with asyncio.timeout(_CONNECT_WITHIN_S):
                return await self._connected
        except TimeoutError:
            expected = f"an answer within {_CONNECT_WITHIN_S:g} s"
            raise UplinkError(f"expected {expected} from {where}, got none") from None

    def subscribe(self, *topics: str, live: str, own: str) -> None:
        """Hear these topics, retained messages first; of `live` what others say from now on.

        And what is kept on our `own`, before we say anything there.
        """
        options, kept = SubscribeOptions(qos=_QOS), SubscribeOptions(noLocal=True)
        others = SubscribeOptions(noLocal=True, retainHandling=_NOTHING_RETAINED)
        heard = [(topic, options) for topic in topics]
        self._client.subscribe([(own, kept), (live, others), *heard])
        self.flush()

    def hear(self, topic: str) -> None:
        """Hear one more topic, its retained message first."""
        self._client.subscribe(topic, options=SubscribeOptions(qos=_QOS))
        self.flush()

    def leave(self, topic: str) -> None:
        """Hear a topic no more."""
        self._client.unsubscribe(topic)
        self.flush()

    def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, historical: bool = False
    ) -> int | None:
        """Send with the next `flush`; return the message id that will be acknowledged.

        None for what the broker does not take: it would end the connection, and the next one.
        """
        if len(payload) + BESIDE_PAYLOAD > self._largest:
            takes = self._largest - BESIDE_PAYLOAD
            said = f"expected at most {takes} bytes, which the broker takes, got {len(payload)}"
            if not self.too_large:
                _LOG.error("uplink: %s: %s", topic, said)
            self.too_large = said
            return None
        if is_event(topic):
            properties = self._waited if historical else self._fresh
        else:
            signature = self._signatures.sign(topic, payload)
            properties = payload_properties(
                PacketTypes.PUBLISH, content_type(topic), signature=signature
            )
        return self._client.publish(
            topic, payload, qos=_QOS, retain=retain, properties=properties
        ).mid

    def flush(self) -> None:
        """Hand what was published to the socket, as far as it takes it."""
        if self._socket is None:
            return
        self._client.loop_write()
        self._write_later()

    def end(self, why: str) -> None:
        """Give the connection up."""
        self._refused(why)

    async def ended(self) -> str:
        """Wait for the connection's end; return why it ended."""
        return await asyncio.shield(self._ended)

    async def close(self) -> None:
        """Say goodbye, and close the socket."""
        self._client.disconnect()
        self.flush()
        if (left := self._socket) is not None:  # the line takes nothing any more
            self._on_socket_close(self._client, None, left)
            left.close()
        for future in (self._connected, self._ended):
            future.cancel()

    # --- the socket ---------------------------------------------------------------------------

    def _take_socket(self) -> None:
        taken: Any = self._client.socket()
        if taken is None:
            self._refused("the connection ended before it began")
            return
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # RFC 896 would cost 40 ms
        self._socket = taken
        self._loop.add_reader(taken, self._read)
        self._look_after()
        self.flush()

    def _read(self) -> None:
        try:
            self._read_packets()
        except Exception as exc:  # noqa: BLE001 whatever a broker sends, the next line is another
            self._tell_fault(exc)
            self.end(f"the connection cannot be read: {type(exc).__name__}")
        came, self._came = self._came, []
        for message in came:
            try:
                self._take(message)
            except Exception as exc:  # noqa: BLE001 one message stops nothing but itself
                self._tell_fault(exc)
        if self._acknowledged:
            acknowledged, self._acknowledged = self._acknowledged, []
            self._on_acknowledged(acknowledged)
        self.flush()

    def _take(self, message: MQTTMessage) -> None:
        """Hand on what may be believed; what may not is told once, and not at every try."""
        topic, payload = message.topic, bytes(message.payload)
        fault = None  # of nothing, which takes back what was retained
        if payload:
            fault = self._signatures.fault_of(topic, payload, signature_of(message))
        if fault is None:
            self._on_message(topic, payload)
        elif fault and fault != self._disbelieved:
            self._disbelieved = fault
            _LOG.error("uplink: a message was not believed: %s", fault)

    def _tell_fault(self, exc: Exception) -> None:
        self._loop.call_exception_handler({"message": "the uplink hears", "exception": exc})

    def _read_packets(self) -> None:
        while True:
            self._client.loop_read()
            taken = self._socket
            if taken is None or not isinstance(taken, ssl.SSLSocket) or not taken.pending():
                return

    def _write_later(self) -> None:
        """Go on writing when the socket takes more; stop when there is no more."""
        if self._socket is None or self._writing is self._client.want_write():
            return
        if self._writing:
            self._loop.remove_writer(self._socket)
        else:
            self._loop.add_writer(self._socket, self.flush)
        self._writing = not self._writing

    def _look_after(self) -> None:
        self._client.loop_misc()
        if self._socket is not None:
            self._looking = self._loop.call_later(_LOOK_AFTER_S, self._look_after)
            self.flush()

    def _on_socket_close(self, _client: Client, _data: Any, closing: Any) -> None:
        if self._socket is None:
            return
        self._socket = None
        self._loop.remove_reader(closing)
        self._loop.remove_writer(closing)
        self._writing = False
        if self._looking is not None:
            self._looking.cancel()

    # --- paho's callbacks ---------------------------------------------------------------------

    def _on_connect(
        self,
        _client: Client,
        _data: Any,
        _flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._refused(f"the broker refused: {named(reason.value, reason)}")
            return
        self._largest = getattr(properties, "MaximumPacketSize", LARGEST_PACKET)
        _settle(self._connected, getattr(properties, "ReceiveMaximum", 65535))

    def _on_disconnect(
        self, _client: Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        self.was_taken = reason.value == _TAKEN_OVER
        why = f"the connection ended: {self._last_error or named(reason.value, reason)}"
        # A broker refuses a certificate after paho took the line for open.
        self._refused(why if self._connected.done() else self._in_words(why))

    def _on_publish(
        self, _client: Client, _data: Any, mid: int, reason: ReasonCode, _properties: Any
    ) -> None:
        self._acknowledged.append((mid, reason.value))

    def _on_log(self, _client: Client, _data: Any, level: int, text: str) -> None:
        if level == LogLevel.MQTT_LOG_ERR:
            self._last_error = text

    def _in_words(self, text: str) -> str:
        return in_words(text, self._section, self._clock.now().utc)

    def _refused(self, why: str) -> None:
        if not self._connected.done():
            self._connected.set_exception(UplinkError(why))
        _settle(self._ended, why)


def named(code: int, reason: ReasonCode | None = None) -> str:
    """Return a reason code as people look it up, such as `0x87 Not authorized`."""
    reason = reason or ReasonCode(PacketTypes.PUBACK, identifier=code)
    return f"0x{code:02x} {reason.getName()}"


def _settle(future: asyncio.Future[Any], result: object) -> None:
    if not future.done():
        future.set_result(result)
