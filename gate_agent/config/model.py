"""The configuration of a gate: one file a door, the same code.

Every field has a description and a range; unknown keys are refused. Relative paths are taken
from the folder of the file. The JSON schema in config/ is generated from here.
"""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from gate_agent.config.addresses import BaseUrl, is_everywhere, is_loopback
from gate_agent.config.places import Place
from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.messages import Name

Port = Annotated[int, Field(ge=1, le=65535)]
Parity = Literal["none", "even", "odd"]
Contact = Annotated[int, Field(ge=1, le=16)]


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as exc:
        raise ValueError(f"expected an IANA time zone, got {value!r}") from exc
    return value


ZoneName = Annotated[str, AfterValidator(_known_zone)]


class Section(FrozenModel):
    """Base of every section: frozen, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class GateSection(Section):
    """Which door this is."""

    site: Name = Field(description="the hall, the same at both doors; a-z, 0-9 and -")
    id: Name = Field(description="this door, such as west-1f; it stands in every topic and event")
    name: str = Field(
        min_length=1, max_length=60, description="what people call it, e.g. 一层西侧出入口"
    )
    timezone: ZoneName = Field("Asia/Shanghai", description="IANA name, for the day and screens")


def _plain(value: object) -> object:
    """Refuse what is no option in one line, and not in one line for each type it is not."""
    if not isinstance(value, bool | int | str):
        raise ValueError(f"expected true, false, a whole number or a text, got {value!r}")  # noqa: TRY004 pydantic collects ValueErrors
    return value


Option = Annotated[bool | int | str, BeforeValidator(_plain)]


class DeviceSection(Section):
    """A device on its line."""

    driver: str = Field(
        min_length=1, description="name from `gate-agent drivers`, or pkg.mod:MODEL"
    )
    port: Place = Field(
        description="prefer /dev/serial/by-id/… or by-path/…, ttyUSB0 may change; or "
        "socket://host:port, rfc2217://host:port"
    )
    baud: int | None = Field(None, ge=1200, le=921600, description="the device's own by default")
    data_bits: Literal[7, 8] | None = Field(None, description="the device's own by default")
    parity: Parity | None = Field(None, description="the device's own by default")
    stop_bits: Literal[1, 2] | None = Field(None, description="the device's own by default")
    dtr: bool | None = Field(None, description="set the line DTR: some adapters are powered by it")
    rts: bool | None = Field(None, description="set the line RTS")
    options: dict[str, Option] = Field(
        default_factory=dict, description="the driver's own, see `gate-agent drivers`"
    )


class ThermometerSection(DeviceSection):
    """The infrared thermometer."""

    profile: Literal["spot-forehead", "module-body", "array-face-max"] = Field(
        "spot-forehead", description="what the sensor sees: slope, windows and threshold"
    )
    guided_start: bool = Field(
        default=True,
        description="启用新门: everybody is measured by the contact thermometer until this door "
        "knows its own normal; false only where nobody real passes, as on a bench",
    )


class OutputSection(DeviceSection):
    """Contacts that are switched (继电器): each names the contact it is wired to, from 1."""

    gate: Contact | None = Field(None, description="opens the gate, by a pulse (道闸、门禁)")
    fever: Contact | None = Field(None, description="a light, while somebody flagged waits")
    buzzer: Contact | None = Field(None, description="sounds as long as that light is on")
    fault: Contact | None = Field(
        None, description="a light, while the thermometer does not measure"
    )
    pulse_ms: int = Field(1000, ge=100, le=10_000, description="how long the gate's contact closes")

    @model_validator(mode="after")
    def _apart(self) -> Self:
        named = [one for one in (self.gate, self.fever, self.buzzer, self.fault) if one is not None]
        if not named:
            raise ValueError("expected a contact of gate, fever, buzzer or fault, got none")
        if self.gate is not None and named.count(self.gate) > 1:
            raise ValueError("expected the gate alone at its contact, got another there")
        return self


class MqttSection(Section):
    """The way to the broker."""

    url: str = Field(
        pattern=r"^mqtts?://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?$",
        description="mqtt://host[:1883] or mqtts://host[:8883]",
    )
    ca_file: Path | None = Field(None, description="CA to trust; the system's by default")
    cert_file: Path | None = Field(None, description="this gate's own certificate")
    key_file: Path | None = Field(None, description="its private key, mode 0600")
    keepalive_s: int = Field(15, ge=5, le=600, description="a dead link shows in twice this")
    window: int = Field(100, ge=1, le=1000, description="most events under way at once")

    @property
    def tls(self) -> bool:
        """Whether the link is encrypted."""
        return self.url.startswith("mqtts://")

    @property
    def host(self) -> str:
        """The broker's host."""
        return self._split()[0]

    @property
    def port(self) -> int:
        """The broker's port."""
        return self._split()[1]

    def _split(self) -> tuple[str, int]:
        rest = self.url.split("://", 1)[1]
        host, colon, port = rest.rpartition(":")
        if not colon or host.startswith("[") != host.endswith("]"):
            host, port = rest, "8883" if self.tls else "1883"
        return host.strip("[]"), int(port)

    @model_validator(mode="after")
    def _certificate_and_key(self) -> MqttSection:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("expected cert_file and key_file together, got one of them")
        if not self.tls and (self.ca_file or self.cert_file):
            raise ValueError("expected mqtts:// with ca_file or cert_file, got mqtt://")
        return self


class DoorMqttSection(MqttSection):
    """The way to the broker, and what a door tells others there."""

    discovery_prefix: str | None = Field(
        None,
        max_length=60,
        pattern="^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$",
        description="homeassistant: figures of this door, and nobody, for Home Assistant; what was "
        "told is taken back when this is absent again",
    )


class JournalSection(Section):
    """The audit journal (审计日志)."""

    path: Path = Field(description="one SQLite file on a disk that keeps what it says it kept")


class LocalWebSection(Section):
    """Pages for this machine alone."""

    host: str = Field("127.0.0.1", description="loopback only")
    port: Port = Field(8080, description="TCP port of the pages")

    @field_validator("host")
    @classmethod
    def _loopback(cls, value: str) -> str:
        if not is_loopback(value):
            raise ValueError(
                f"expected a loopback address (127.0.0.1, ::1, localhost), got {value!r}: "
                "the pages are for this machine only"
            )
        return value


class WebSection(Section):
    """The guard screen (值守界面)."""

    sign_on: bool = Field(
        default=False, description="guards sign on with a PIN; without it, loopback only"
    )
    host: str = Field("127.0.0.1", description="loopback; another address only with sign_on")
    port: Port = Field(8080, description="TCP port of the screens")
    base_url: BaseUrl | None = Field(
        None, description="how browsers reach these pages, through a proxy or by a name"
    )
    proxies: tuple[str, ...] = Field(
        (), description="addresses of proxies whose X-Forwarded-For and -Proto are believed"
    )
    cert_file: Path | None = Field(
        None, description="PEM, of the site's CA: the pages are served over TLS, without a proxy"
    )
    key_file: Path | None = Field(None, description="the certificate's key, mode 0600")

    @property
    def url(self) -> str:
        """How a browser reaches these pages, as far as it can be told."""
        if self.base_url is not None:
            return self.base_url
        scheme = "http" if self.cert_file is None else "https"
        host = "127.0.0.1" if self.is_everywhere else self.host
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def phones_reach(self) -> str:
        """How visitors' own phones reach these pages; "" where only this machine does."""
        if self.base_url is not None:
            return self.base_url.rstrip("/")
        return "" if self.is_everywhere or is_loopback(self.host) else self.url

    @property
    def is_everywhere(self) -> bool:
        """Whether it listens at every address, so that none of them is its own."""
        return is_everywhere(self.host)

    @property
    def name(self) -> str:
        """The host's name in that address."""
        return urlsplit(self.url).hostname or ""

    @field_validator("proxies")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            ipaddress.ip_network(one)
        return value

    @model_validator(mode="after")
    def _has_both(self) -> Self:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("expected cert_file and key_file, got one of them")
        return self

    @field_validator("host")
    @classmethod
    def _reachable(cls, value: str, info: ValidationInfo) -> str:
        if is_loopback(value):
            return value
        if not info.data.get("sign_on"):
            raise ValueError(
                f"expected a loopback address (127.0.0.1, ::1, localhost), got {value!r}: "
                "without sign-on the screen is for this machine only"
            )
        try:
            ipaddress.ip_address(value)
        except ValueError:
            raise ValueError(f"expected an address, got {value!r}") from None
        return value


class PolicySection(Section):
    """Where the policy comes from until the centre sends one."""

    file: Path | None = Field(None, description="JSON, the centre's document; built-in if absent")


class KeysSection(Section):
    """Key files, mode 0600. One that is not named is made beside the journal on first start."""

    site_key_file: Path | None = Field(
        None, description="32 bytes in hex: keyed hash of card numbers, the same at both doors"
    )
    collector_public_key_file: Path | None = Field(
        None, description="32 bytes in hex: registrations are sealed to it"
    )
    store_key_file: Path | None = Field(
        None, description="32 bytes in hex: this gate's own table of people"
    )


class Unsigned(StrEnum):
    """How one is treated whose messages carry no signature."""

    UNTIL_SIGNED = "until_signed"  # believed until the first signature in that name
    REFUSE = "refuse"
    ACCEPT = "accept"  # also after a signature: for going back to a version without


class SignaturesSection(Section):
    """Who signs receipts, policy, states (签名), and who is believed: `gate-agent provision`."""

    key_file: Path | None = Field(
        None, description="32 bytes in hex, mode 0600: we sign with it; unsigned if absent"
    )
    warrant_file: Path | None = Field(None, description="the site's word that the key is ours")
    roots_file: Path | None = Field(
        None, description="public keys in hex, one a line, that vouch for the others' keys"
    )
    unsigned: Unsigned = Field(
        Unsigned.UNTIL_SIGNED,
        description="a message without a signature: until_signed (believed until that name signed "
        "once), refuse, accept",
    )

    @model_validator(mode="after")
    def _whole(self) -> SignaturesSection:
        if (self.key_file is None) != (self.warrant_file is None):
            raise ValueError("expected key_file and warrant_file together, got one of them")
        if self.unsigned is Unsigned.REFUSE and self.roots_file is None:
            raise ValueError("expected roots_file where unsigned messages are refused, got none")
        return self


class CameraSection(Section):
    """A camera (抓拍、扫码): optional, with the extra `vision`. The door decides without it."""

    device: str | None = Field(
        None, min_length=1, description="/dev/video0, or a video file; no camera if absent"
    )
    snapshots: bool = Field(
        default=True, description="a picture when a hold opens, encrypted, gone after `days`"
    )
    days: int = Field(3, ge=1, le=30, description="how long a picture is kept")
    codes: bool = Field(
        default=True, description="read visitors' codes while somebody stands there"
    )


class GateConfig(Section):
    """The whole file."""

    gate: GateSection
    thermometer: ThermometerSection
    id_reader: DeviceSection
    badge: DeviceSection | None = None
    scanner: DeviceSection | None = None
    output: OutputSection | None = None
    exit: DeviceSection | None = None
    mqtt: DoorMqttSection
    journal: JournalSection
    web: WebSection = WebSection()
    policy: PolicySection = PolicySection()
    keys: KeysSection = KeysSection()
    signatures: SignaturesSection = SignaturesSection()
    camera: CameraSection = CameraSection()
