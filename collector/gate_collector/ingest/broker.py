"""The collector's connection: hears every gate of its site, and tells receipts. MQTT 5, paho.

Alone it hears everything, in a session that the broker keeps. With workers beside it, it hears the
states, and the workers share the events (`$share`), each in a session that ends with its
connection: a broker would keep an absent worker's share for it, and the others would never get it.
Their group has a random name: mosquitto lets every client join a group that it can name, and would
hand it its share only to find that it may not read it.
What was under way to a worker that dies has no receipt, and its gate sends it again.
"""

from __future__ import annotations

import logging
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from typing import Any, ParamSpec

from paho.mqtt.client import Client, MQTTMessage, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, LogLevel, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from gate_agent.config.model import MqttSection
from gate_agent.contract.messages import HISTORICAL, PersonSeen, Receipt, Topics
from gate_agent.contract.policy_parts import MOST_PACKET
from gate_agent.contract.records import Severity
from gate_agent.contract.signed import is_event
from gate_agent.host.clock import Clock
from gate_agent.host.keys import Signatures
from gate_agent.host.mqtt_properties import (
    BESIDE_PAYLOAD,
    LARGEST_PACKET,
    content_type,
    payload_properties,
    signature_of,
)
from gate_agent.host.supervision import KeptThread, Parts
from gate_agent.host.tls import CertificateWatch, in_words, reload, tls_context
from gate_collector.alarms.watch import Hearing
from gate_collector.ingest.arrival import ArrivedMessage
from gate_collector.ingest.behind import Behind
from gate_collector.ingest.receipts import Heard
from gate_collector.ingest.rival import Rival

_QOS = 1
_KEPT_FOR_US_S = 24 * 3600  # the broker keeps our session while we are away
_GOODBYE_S = 2.0
_LOOK_S = 0.5
_ANSWER_S = 10.0  # what is behind waits so long for what is before it
GROUP = "share"  # the secret that names the workers' group
WORKER = r"[a-z0-9][a-z0-9-]{0,62}"  # a worker's name
_LOG = logging.getLogger(__name__)
_Told = ParamSpec("_Told")


class Hears(Enum):
    """What one process subscribes to."""

    ALL = auto()
    STATES = auto()  # its workers take the events
    SHARE = auto()  # it is such a worker


def client_id(site: str, worker: str = "") -> str:
    """Return how the broker knows a site's collector, or a worker; a certificate says the same."""
    return f"collector-{site}-{worker}" if worker else f"collector-{site}"


class Broker:
    """Connects and reconnects by itself, on paho's thread."""

    def __init__(
        self,
        section: MqttSection,
        *,
        site: str,
        clock: Clock,
        signatures: Signatures,
        hears: Hears = Hears.ALL,
        worker: str = "",
        group: str = "",
        parts: Parts | None = None,
    ) -> None:
        """`group`: what workers share events by, known to nobody else (`secret_of`, `GROUP`)."""
        self._group = group
        self._signatures = signatures
        self._parts = parts or Parts(clock)
        self._closing = threading.Event()
        self._section = section
        self._site = site
        self._hears = hears
        self._left = threading.Event()
        self._clock = clock
        self._certificates = CertificateWatch(section)
        self._tls: ssl.SSLContext | None = None
        self._last_error = ""
        self._told_connected: Callable[[], None] = lambda: None
        self.hearing = Hearing(connected=False, since=clock.now().utc)
        self.cause = "connecting"
        self.largest = LARGEST_PACKET - BESIDE_PAYLOAD  # bytes of one payload that the broker takes
        self._name = client_id(site, worker)
        self._behind = Behind()
        self._rival = Rival(clock.now())
        self._own_topic = Topics(site=site, gate="+").collector
        self._asked_of_us: int | None = None  # the subscription that tells who else is we
        self._on_rival: Callable[[str], None] = lambda _: None
        self._on_message: Callable[[ArrivedMessage], None] = lambda _: None
        self._on_fault: Callable[[str, str], None] = lambda _topic, _fault: None
        self._client = self._new_client()
        self._threads = [
            KeptThread("broker", self._loop, self._parts, self._closing),
            KeptThread("policies", self._send_behind, self._parts, self._closing),
        ]

    def _new_client(self) -> Client:
        """Return a client for one connection: what paho would send again, the next one decides."""
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._name,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        guarded = self._guarded
        client.on_connect = guarded(self._on_connect)
        client.on_socket_open = lambda _client, _data, taken: _send_at_once(taken)
        client.on_socket_register_write = lambda *_: None  # `_loop` writes, and nobody else
        client.on_subscribe = guarded(self._on_subscribe)
        client.on_unsubscribe = lambda *_: self._left.set()
        client.on_disconnect = guarded(self._on_disconnect)
        client.on_log = self._on_log
        client.on_message = guarded(self._came)
        if self._tls is not None:
            client.tls_set_context(self._tls)
        return client

    def start(
        self,
        on_message: Callable[[ArrivedMessage], None],
        on_connected: Callable[[], None] = lambda: None,
        on_fault: Callable[[str, str], None] = lambda _topic, _fault: None,
        on_rival: Callable[[str], None] = lambda _who: None,
    ) -> None:
        """Begin to connect, and tell what comes, and each time that all of it is heard.

        `on_fault(topic, why)` is told of a state that must not be believed, `on_rival(who)` of
        another process with our name.
        """
        self._on_rival = on_rival
        self._on_message, self._told_connected, self._on_fault = on_message, on_connected, on_fault
        if self._section.tls:
            self._tls = tls_context(self._section)
        for thread in self._threads:
            thread.start()

    def _came(self, _client: Client, _data: Any, heard: MQTTMessage) -> None:
        fault = self._fault_of(heard)
        if fault is None and _topic(heard) == self._own_topic:
            self._met(self._rival.hear(bytes(heard.payload)))
        elif fault is None:
            self._on_message(_message(heard))
        elif fault:
            self._on_fault(_topic(heard), fault)

    def tell(self, gate: str, receipt: Receipt) -> Heard | None:
        """Publish a receipt, retained; return how to ask whether the broker has it."""
        if not self.hearing.connected:
            return None
        topic = Topics(site=self._site, gate=gate).receipt
        payload = receipt.encode()
        if len(payload) > self.largest:  # less said: the gate sends some of it once more
            payload = receipt.model_copy(update={"ranges": (), "missing": ()}).encode()
        sent = self._publish(topic, payload)
        return sent.is_published if sent.rc == MQTTErrorCode.MQTT_ERR_SUCCESS else None

    def tell_seen(self, seen: PersonSeen) -> None:
        """Tell the doors who was admitted; not retained, and not again: it only helps a guard."""
        if self.hearing.connected:
            topic = Topics(site=self._site, gate=seen.gate).seen
            self._publish(topic, seen.encode(), qos=0, retain=False)

    def publish(self, topic: str, payload: bytes) -> bool:
        """Publish, retained; return whether the client took it.

        What the broker does not take ends the connection, and paho would send it again at the
        next one, for ever: it is never handed over.
        """
        if not self.hearing.connected:
            return False
        if len(payload) > self.largest:
            _LOG.error("%s: %d bytes, and the broker takes %d", topic, len(payload), self.largest)
            return False
        self._publish(topic, payload)
        return True

    def publish_behind(self, topic: str, payload: bytes) -> bool:
        """Publish likewise once all that was published before is there: it may be long.

        What waits for that is forgotten with the connection, and where another takes its place.
        """
        if self.hearing.connected:
            self._behind.put(topic, payload)
        return self.hearing.connected

    def _send_behind(self) -> None:
        while not self._closing.is_set():
            if (waiting := self._behind.take(_LOOK_S)) is not None and self.hearing.connected:
                with suppress(RuntimeError, ValueError):  # the connection ended: all is told again
                    self._publish(*waiting).wait_for_publish(_ANSWER_S)

    def _publish(
        self, topic: str, payload: bytes, *, qos: int = _QOS, retain: bool = True
    ) -> MQTTMessageInfo:
        signature = self._signatures.sign(topic, payload)
        properties = payload_properties(
            PacketTypes.PUBLISH, content_type(topic), signature=signature
        )
        return self._client.publish(topic, payload, qos=qos, retain=retain, properties=properties)

    def _fault_of(self, message: MQTTMessage) -> str | None:
        """Return why a door's word of itself must not be believed; events are proved by chain."""
        topic = _topic(message)
        if not topic or is_event(topic):  # what is nobody's is set aside
            return None
        return self._signatures.fault_of(topic, bytes(message.payload), signature_of(message))

    def leave(self) -> None:
        """Take no more events: what is under way comes, and the other workers get the rest."""
        if self.hearing.connected:
            self._client.unsubscribe(self._events)
            self._left.wait(_GOODBYE_S)

    def close(self) -> None:
        """Disconnect."""
        self._closing.set()
        self._client.disconnect()
        for thread in self._threads:
            thread.join(_GOODBYE_S)

    def _loop(self) -> None:
        """Connect, and again, in a session that the broker keeps; a share's ends with it.

        This thread alone reads and writes. In `loop_forever` whoever publishes writes too, and
        OpenSSL may end a process whose line two threads use at once ("double free").
        """
        section, shares = self._section, self._hears is Hears.SHARE
        session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        session.SessionExpiryInterval = 0 if shares else _KEPT_FOR_US_S
        session.MaximumPacketSize = MOST_PACKET
        while not self._closing.is_set():
            client = self._client = self._new_client()
            try:
                client.connect(
                    section.host,
                    section.port,
                    section.keepalive_s,
                    clean_start=shares,
                    properties=session,
                )
            except OSError:
                self._guarded(self._on_connect_fail)(client, None)
            else:
                while client.loop() == MQTTErrorCode.MQTT_ERR_SUCCESS:
                    pass
            self._behind.clear()
            self._closing.wait(self._rival.next_s())

    def _guarded(self, callback: Callable[_Told, None]) -> Callable[_Told, None]:
        """Let what is raised over one packet end nothing but its own matter."""

        def call(*given: _Told.args, **named: _Told.kwargs) -> None:
            try:
                callback(*given, **named)
            except Exception as exc:  # noqa: BLE001 whatever it is, it is told
                self._parts.failed("broker", exc)

        return call

    def _on_connect(
        self, client: Client, _data: Any, _flags: Any, reason: ReasonCode, properties: Any
    ) -> None:
        if reason.is_failure:
            self.cause = f"the broker refused: 0x{reason.value:02x} {reason.getName()}"
            _LOG.error("%s", self.cause)
            return
        if self._closing.is_set():
            client.disconnect()
            return
        allowed = getattr(properties, "MaximumPacketSize", LARGEST_PACKET)
        self.largest = max(0, allowed - BESIDE_PAYLOAD)
        if warning := self._certificates.warning(self._clock.now().utc):
            _LOG.warning("%s", warning)
        topics = [] if self._hears is Hears.STATES else self._events
        if self._hears is not Hears.SHARE:
            topics = [*topics, Topics(site=self._site, gate="+").state]
        if self._hears is Hears.STATES:  # of a session from before there were workers
            client.unsubscribe(self._events)
        client.subscribe([(topic, SubscribeOptions(qos=_QOS)) for topic in topics])
        if self._hears is not Hears.SHARE:  # rules from before it was there do not allow it
            _, self._asked_of_us = client.subscribe(self._own_topic, options=SubscribeOptions(_QOS))

    @property
    def _events(self) -> list[str]:
        group = f"$share/{self._group}/" if self._hears is Hears.SHARE else ""
        every = Topics(site=self._site, gate="+")
        return [
            f"{group}{every.event(severity)}" for severity in (Severity.URGENT, Severity.ROUTINE)
        ]

    def _on_subscribe(
        self, _client: Client, _data: Any, mid: int, codes: list[ReasonCode], _properties: Any
    ) -> None:
        """Only now is every event heard: what the gates send because of a receipt as well."""
        if mid == self._asked_of_us:  # who was here last comes before it
            self._publish(self._own_topic, self._rival.ours.encode())
            return
        if refused := next((code for code in codes if code.is_failure), None):
            said = f"0x{refused.value:02x} {refused.getName()}"
            self.cause = f"expected leave to hear every gate of {self._site}, got {said}"
            _LOG.error("%s", self.cause)
            return
        self._heard(connected=True)
        self.cause = ""
        _LOG.info("connected to the broker, hears every gate of %s", self._site)
        self._told_connected()

    def _on_connect_fail(self, _client: Client, _data: Any) -> None:
        where = f"{self._section.host}:{self._section.port}"
        self._last_error = str(sys.exception() or "no answer")  # paho calls while it handles one
        self._lost(f"expected a broker at {where}, got: {self._why('no answer')}")

    def _on_disconnect(
        self, _client: Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        self._met(self._rival.end(reason.value))
        self._lost(f"disconnected: {self._why(reason.getName())}")

    def _met(self, rival: str) -> None:
        if rival:
            _LOG.error(
                "expected to be the only %s at the broker, got another: %s", self._name, rival
            )
            self._on_rival(rival)

    def _lost(self, cause: str) -> None:
        if cause != self.cause:  # once, and not at every try
            _LOG.warning("%s", cause)
        self._heard(connected=False)
        self.cause = cause
        if self._tls is not None:
            reload(self._tls, self._section)  # a renewed certificate needs no restart

    def _why(self, otherwise: str) -> str:
        said, self._last_error = self._last_error, ""
        return in_words(said, self._section, self._clock.now().utc) if said else otherwise

    def _on_log(self, _client: Client, _data: Any, level: int, text: str) -> None:
        if level == LogLevel.MQTT_LOG_ERR:
            self._last_error = text

    def _heard(self, *, connected: bool) -> None:
        if self.hearing.connected is not connected:
            self.hearing = Hearing(connected=connected, since=self._clock.now().utc)


def _send_at_once(taken: Any) -> None:
    """Let no receipt wait for the acknowledgement of a packet before it (RFC 896): 40 ms each."""
    taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _message(heard: MQTTMessage) -> ArrivedMessage:
    historical = (HISTORICAL, "1") in getattr(heard.properties, "UserProperty", ())
    return ArrivedMessage(_topic(heard), bytes(heard.payload), heard.retain, historical)


def _topic(message: MQTTMessage) -> str:
    """Return the topic; one that is no text is nobody's, and is set aside as such."""
    try:
        return message.topic
    except UnicodeDecodeError:
        return ""
