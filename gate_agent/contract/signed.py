"""What is signed between doors and centre, and by whom. Pure; the keys are `host.keys`.

A signature goes beside a message, as an MQTT 5 user property: the payload stays the bytes that a
version without signatures reads, and a digest is still one of the payload alone.

    property  "signature": WARRANT.VOUCHED.SIGNATURE, each base64url; of a door then .STAMP
    WARRANT   JSON: whose key it is, of which site, since when
    VOUCHED   the site's signature of the warrant: nobody needs the keys of all others
    SIGNATURE by the key in the warrant, over topic, stamp and payload
    STAMP     two numbers, AT-CONNECTION: nothing of a door counts after what it said later

The topic is signed too: one door's receipt is no other's, and a state is no policy. Of two
warrants in one name the later counts; a key that was replaced signs nothing any more. What the
centre says tells by itself what is newer: a policy's version, the time of a receipt, when an
anchor was made, when somebody was seen, which order it is.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.records import Utc
from gate_agent.contract.wire import parse_message
from gate_agent.errors import ContractError

PROPERTY = "signature"
CENTRE = "collector"  # no door is called so
_MESSAGE, _WARRANT = b"gate-agent message v1\0", b"gate-agent warrant v1\0"
_STAMPED = b"gate-agent message v2\0"
_STAMP = re.compile(r"([0-9]{1,19})-([0-9]{1,19})")
_MOST = 2**63 - 1
_LONGEST = 2048
_PARTS = 3
_GATES_OWN = (
    "state",
    "door",
    "figures",
    "event",
)  # what a door says of itself; all else is the centre's
_GATE_LEVELS = 5  # gate/v1/<site>/<gate>/what


class Warrant(FrozenModel):
    """Whose key it is."""

    model_config = ConfigDict(extra="ignore")
    use: Literal["sign"] = "sign"
    site: str
    name: Annotated[str, Field(description=f"a door's id, or {CENTRE}")]
    key: Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="Ed25519, public")]
    issued: Utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Which of a door's words this is. A will, said ahead, is the first of its connection."""

    at: int
    connection: int

    @property
    def is_will(self) -> bool:
        """Whether it is what the broker says when the connection ends."""
        return self.at == self.connection

    def __str__(self) -> str:
        """Return it as it stands beside a message."""
        return f"{self.at}-{self.connection}"


@dataclass(frozen=True, slots=True)
class Signature:
    """What goes beside a message."""

    warrant: bytes
    vouched: bytes
    signature: bytes
    stamp: Stamp | None = None

    def encode(self) -> str:
        """Return the property's text."""
        parts = [
            base64.urlsafe_b64encode(part).decode("ascii")
            for part in (self.warrant, self.vouched, self.signature)
        ]
        return ".".join(parts if self.stamp is None else [*parts, str(self.stamp)])

    @property
    def by(self) -> Warrant:
        """Who says that they signed; ContractError for what is no warrant."""
        return parse_message(Warrant, self.warrant).value


def parse_signature(text: str) -> Signature:
    """Return what a property says. Raises ContractError."""
    parts = text.split(".") if len(text) <= _LONGEST else []
    stamp = parse_stamp(parts.pop()) if len(parts) == _PARTS + 1 else None
    if len(parts) != _PARTS:
        raise ContractError(f"signature: expected {_PARTS} parts, got {len(parts)}")
    try:
        warrant, vouched, signature = (
            base64.b64decode(part, altchars=b"-_", validate=True) for part in parts
        )
    except (binascii.Error, ValueError) as exc:
        raise ContractError("signature: expected base64url, got another text") from exc
    return Signature(warrant, vouched, signature, stamp)


def parse_stamp(text: str) -> Stamp:
    """Return the stamp in a text. Raises ContractError."""
    stamp = _STAMP.fullmatch(text)
    if stamp is None or max(at := int(stamp[1]), connection := int(stamp[2])) > _MOST:
        raise ContractError("signature: expected a stamp of two numbers, got another text")
    return Stamp(at=at, connection=connection)


def message_to_sign(topic: str, payload: bytes, stamp: Stamp | None = None) -> bytes:
    """Return the bytes that a message's signature is over."""
    if stamp is None:
        return _MESSAGE + topic.encode() + b"\0" + payload
    return _STAMPED + topic.encode() + b"\0" + str(stamp).encode() + b"\0" + payload


def warrant_to_sign(warrant: bytes) -> bytes:
    """Return the bytes that the site's signature of a warrant is over."""
    return _WARRANT + warrant


def is_event(topic: str) -> bool:
    """Whether events go there: the chain proves them, and a receipt says that they came."""
    return topic.split("/")[4:5] == ["event"]


def is_state(topic: str) -> bool:
    """Whether a door says there how it is: heard once more, it proves not even that it lives."""
    return topic.split("/")[4:] == ["state"]


def owner_of(topic: str) -> str:
    """Return who alone may say something on this topic: a door, or the centre."""
    levels = topic.split("/")
    if len(levels) >= _GATE_LEVELS and levels[4] in _GATES_OWN:
        return levels[3]
    return CENTRE
