"""One MQTT 5 connection from birth to end, by paho on its own thread. Nothing is kept over it.

A new connection is a new client: what paho would send again by itself, the lanes decide.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, LogLevel, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from gate_agent.clock import Clock
from gate_agent.config.model import MqttSection
from gate_agent.errors import UplinkError
from gate_agent.tls import in_words, tls_context

_CONNECT_WITHIN_S = 10.0
_QOS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Will:
    """What the broker tells the others when we are gone."""

    topic: str
    payload: bytes


class Link:
    """A connection. Callbacks come in the event loop's thread."""

    def __init__(
        self,
        section: MqttSection,
        *,
        client_id: str,
        will: Will,
        clock: Clock,
        on_message: Callable[[str, bytes], None],
        on_acknowledged: Callable[[int, int], None],
    ) -> None:
        """`on_acknowledged(message id, reason code)` for every publish."""
        self._section = section
        self._clock = clock
        self._last_error = ""
        self._loop = asyncio.get_running_loop()
        self._on_message = on_message
        self._on_acknowledged = on_acknowledged
        self._ended: asyncio.Future[str] = self._loop.create_future()
        self._connected: asyncio.Future[int] = self._loop.create_future()
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        client.max_inflight_messages_set(0)  # the lanes keep the broker's Receive Maximum
        client.will_set(will.topic, will.payload, qos=_QOS, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._message
        client.on_log = self._on_log
        self._client = client

    async def open(self) -> int:
        """Connect; return how many messages the broker takes at once. Raises UplinkError."""
        section = self._section
        where = f"{section.host}:{section.port}"
        try:
            if section.tls:
                self._client.tls_set_context(tls_context(section))
            await asyncio.to_thread(
                self._client.connect, section.host, section.port, section.keepalive_s
            )
        except (OSError, ValueError) as exc:
            raise UplinkError(
                f"expected a broker at {where}, got: {self._in_words(str(exc))}"
            ) from exc
        self._client.loop_start()
        try:
            async with asyncio.timeout(_CONNECT_WITHIN_S):
                return await self._connected
        except TimeoutError:
            expected = f"an answer within {_CONNECT_WITHIN_S:g} s"
            raise UplinkError(f"expected {expected} from {where}, got none") from None

    async def subscribe(self, *topics: str) -> None:
        """Hear these topics, retained messages first."""
        options = SubscribeOptions(qos=_QOS)
        self._client.subscribe([(topic, options) for topic in topics])

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int:
        """Send; return the message id that will be acknowledged."""
        return self._client.publish(topic, payload, qos=_QOS, retain=retain).mid

    async def ended(self) -> str:
        """Wait for the connection's end; return why it ended."""
        return await asyncio.shield(self._ended)

    async def close(self) -> None:
        """Say goodbye, and end the thread."""
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)
        for future in (self._connected, self._ended):
            future.cancel()

    # --- paho's thread ------------------------------------------------------------------------

    def _tell(self, call: Callable[..., object], *arguments: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)

    def _on_connect(
        self,
        _client: Client,
        _data: Any,
        _flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._tell(self._refused, f"the broker refused: {named(reason.value, reason)}")
            return
        most = getattr(properties, "ReceiveMaximum", 65535)
        self._tell(_settle, self._connected, most)

    def _on_disconnect(
        self, _client: Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        said = named(reason.value, reason)
        if self._last_error:  # a broker refuses a certificate after paho took the line for open
            said = self._in_words(self._last_error)
        self._tell(self._refused, f"the connection ended: {said}")

    def _on_publish(
        self, _client: Client, _data: Any, mid: int, reason: ReasonCode, _properties: Any
    ) -> None:
        self._tell(self._on_acknowledged, mid, reason.value)

    def _on_log(self, _client: Client, _data: Any, level: int, text: str) -> None:
        if level == LogLevel.MQTT_LOG_ERR:
            self._last_error = text

    def _in_words(self, text: str) -> str:
        return in_words(text, self._section, self._clock.now().utc)

    def _message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self._tell(self._on_message, message.topic, bytes(message.payload))

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
