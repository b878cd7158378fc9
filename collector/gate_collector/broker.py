"""The collector's connection: hears every gate of its site, and tells receipts. MQTT 5, paho."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from gate_agent.clock import Clock
from gate_agent.config.model import MqttSection
from gate_agent.domain.records import Severity
from gate_agent.messages import HISTORICAL, Receipt, Topics
from gate_collector.arrival import Message
from gate_collector.watch import Hearing

_QOS = 1
_KEPT_FOR_US_S = 24 * 3600  # the broker keeps our session while we are away
_LOG = logging.getLogger(__name__)


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
        self._told_connected = on_connected
        self._clock = clock
        self.hearing = Hearing(connected=False, since=clock.now().utc)
        self.cause = "connecting"
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"collector-{site}",
            protocol=MQTTProtocolVersion.MQTTv5,
        )
        client.reconnect_delay_set(min_delay=1, max_delay=2)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = lambda _client, _data, told: on_message(_message(told))
        self._client = client

    def start(self) -> None:
        """Begin to connect."""
        section = self._section
        if section.tls:
            context = ssl.create_default_context(cafile=section.ca_file)
            if section.cert_file is not None:
                context.load_cert_chain(section.cert_file, section.key_file)
            self._client.tls_set_context(context)
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
        self._heard(connected=True)
        self.cause = ""
        _LOG.info("connected to the broker")
        every = Topics(site=self._site, gate="+")
        options = SubscribeOptions(qos=_QOS)
        topics = (every.event(Severity.URGENT), every.event(Severity.ROUTINE), every.state)
        client.subscribe([(topic, options) for topic in topics])
        self._told_connected()

    def _on_connect_fail(self, _client: Client, _data: Any) -> None:
        self.cause = f"no broker at {self._section.host}:{self._section.port}"

    def _on_disconnect(
        self, _client: Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        self._heard(connected=False)
        self.cause = f"disconnected: {reason.getName()}"
        _LOG.warning("%s", self.cause)

    def _heard(self, *, connected: bool) -> None:
        if self.hearing.connected is not connected:
            self.hearing = Hearing(connected=connected, since=self._clock.now().utc)


def _message(told: MQTTMessage) -> Message:
    historical = (HISTORICAL, "1") in getattr(told.properties, "UserProperty", ())
    return Message(told.topic, bytes(told.payload), told.retain, historical)
