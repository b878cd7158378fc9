"""The collector's connection: hears every gate of its site, and tells receipts. MQTT 5, paho."""

from __future__ import annotations

import logging
import socket
import ssl
import sys
from collections.abc import Callable
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, LogLevel, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from gate_agent.clock import Clock
from gate_agent.config.model import MqttSection
from gate_agent.domain.records import Severity
from gate_agent.messages import HISTORICAL, Receipt, Seen, Topics
from gate_agent.tls import CertificateWatch, in_words, reload, tls_context
from gate_collector.arrival import Message
from gate_collector.watch import Hearing

_QOS = 1
_KEPT_FOR_US_S = 24 * 3600  # the broker keeps our session while we are away
_LOG = logging.getLogger(__name__)


def client_id(site: str) -> str:
    """Return how the broker knows the collector of a site; its certificate carries this name."""
    return f"collector-{site}"


class Broker:
    """Connects and reconnects by itself, on paho's thread."""

    def __init__(
        self,
        section: MqttSection,
        *,
        site: str,
        clock: Clock,
        on_message: Callable[[Message], None],
        on_connected: Callable[[], None],
    ) -> None:
        self._section = section
        self._site = site
        self._clock = clock
        self._certificates = CertificateWatch(section)
        self._tls: ssl.SSLContext | None = None
        self._last_error = ""
        self._told_connected = on_connected
        self.hearing = Hearing(connected=False, since=clock.now().utc)
        self.cause = "connecting"
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id(site),
            protocol=MQTTProtocolVersion.MQTTv5,
        )
        client.reconnect_delay_set(min_delay=1, max_delay=2)
        client.on_connect = self._on_connect
        client.on_socket_open = lambda _client, _data, taken: _send_at_once(taken)
        client.on_subscribe = self._on_subscribe
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_log = self._on_log
        client.on_message = lambda _client, _data, told: on_message(_message(told))
        self._client = client

    def start(self) -> None:
        """Begin to connect."""
        section = self._section
        if section.tls:
            self._tls = tls_context(section)
            self._client.tls_set_context(self._tls)
        session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        session.SessionExpiryInterval = _KEPT_FOR_US_S
        self._client.connect_async(
            section.host,
            section.port,
            section.keepalive_s,
            clean_start=False,
            properties=session,
        )
        self._client.loop_start()

    def tell(self, gate: str, receipt: Receipt) -> None:
        """Publish a receipt, retained; told again at the next connection if it is lost."""
        if self.hearing.connected:
            topic = Topics(site=self._site, gate=gate).receipt
            self._client.publish(topic, receipt.encode(), qos=_QOS, retain=True)

    def tell_seen(self, seen: Seen) -> None:
        """Tell the doors who was admitted; not retained, and not again: it only helps a guard."""
        if self.hearing.connected:
            topic = Topics(site=self._site, gate=seen.gate).seen
            self._client.publish(topic, seen.encode(), qos=0)

    def publish(self, topic: str, payload: bytes) -> bool:
        """Publish, retained; return whether the client took it."""
        if not self.hearing.connected:
            return False
        self._client.publish(topic, payload, qos=_QOS, retain=True)
        return True

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(
        self, client: Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        if reason.is_failure:
            self.cause = f"the broker refused: 0x{reason.value:02x} {reason.getName()}"
            _LOG.error("%s", self.cause)
            return
        if warning := self._certificates.warning(self._clock.now().utc):
            _LOG.warning("%s", warning)
        every = Topics(site=self._site, gate="+")
        options = SubscribeOptions(qos=_QOS)
        topics = (every.event(Severity.URGENT), every.event(Severity.ROUTINE), every.state)
        client.subscribe([(topic, options) for topic in topics])

    def _on_subscribe(
        self, _client: Client, _data: Any, _mid: int, codes: list[ReasonCode], _properties: Any
    ) -> None:
        """Only now is every event heard: what the gates send because of a receipt as well."""
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
        self._lost(f"disconnected: {self._why(reason.getName())}")

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


def _message(told: MQTTMessage) -> Message:
    historical = (HISTORICAL, "1") in getattr(told.properties, "UserProperty", ())
    return Message(told.topic, bytes(told.payload), told.retain, historical)
