"""What is signed between doors and centre, and by whom. Pure; the keys are `host.keys`.

A signature goes beside a message, as an MQTT 5 user property: the payload stays the bytes that a
version without signatures reads, and a digest is still one of the payload alone.

    property  "signature": WARRANT.VOUCHED.SIGNATURE, each base64url
    WARRANT   JSON: whose key it is, of which site, since when
    VOUCHED   the site's signature of the warrant: nobody needs the keys of all others
    SIGNATURE by the key in the warrant, over topic and payload

The topic is signed too: one door's receipt is no other's, and a state is no policy. Of two
warrants in one name the later counts; a key that was replaced signs nothing any more.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from gate_agent.contract.records import Utc
from gate_agent.contract.wire import parse_message
from gate_agent.errors import ContractError

PROPERTY = "signature"
CENTRE = "collector"  # no door is called so
_MESSAGE, _WARRANT = b"gate-agent message v1\0", b"gate-agent warrant v1\0"
_LONGEST = 2048
_PARTS = 3
_GATES_OWN = ("state", "door", "event")  # what a door says of itself; all else is the centre's
_GATE_LEVELS = 5  # gate/v1/<site>/<gate>/what


class Warrant(BaseModel):
    """Whose key it is."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    use: Literal["sign"] = "sign"
    site: str
    name: Annotated[str, Field(description=f"a door's id, or {CENTRE}")]
    key: Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="Ed25519, public")]
    issued: Utc


@dataclass(frozen=True, slots=True)
class Signature:
    """What goes beside a message."""

    warrant: bytes
    vouched: bytes
    signature: bytes

    def encode(self) -> str:
        """Return the property's text."""
        return ".".join(
            base64.urlsafe_b64encode(part).decode("ascii")
            for part in (self.warrant, self.vouched, self.signature)
        )

    @property
    def by(self) -> Warrant:
        """Who says that they signed; ContractError for what is no warrant."""
        return parse_message(Warrant, self.warrant).value


def parse_signature(text: str) -> Signature:
    """Return what a property says. Raises ContractError."""
    parts = text.split(".") if len(text) <= _LONGEST else []
    if len(parts) != _PARTS:
        raise ContractError(f"signature: expected {_PARTS} parts, got {len(parts)}")
    try:
        return Signature(*(base64.b64decode(part, altchars=b"-_", validate=True) for part in parts))
    except (binascii.Error, ValueError) as exc:
        raise ContractError("signature: expected base64url, got another text") from exc


def message_to_sign(topic: str, payload: bytes) -> bytes:
    """Return the bytes that a message's signature is over."""
    return _MESSAGE + topic.encode() + b"\0" + payload


def warrant_to_sign(warrant: bytes) -> bytes:
    """Return the bytes that the site's signature of a warrant is over."""
    return _WARRANT + warrant


def is_event(topic: str) -> bool:
    """Whether events go there: the chain proves them, and a receipt says that they came."""
    return topic.split("/")[4:5] == ["event"]


def owner_of(topic: str) -> str:
    """Return who alone may say something on this topic: a door, or the centre."""
    levels = topic.split("/")
    if len(levels) >= _GATE_LEVELS and levels[4] in _GATES_OWN:
        return levels[3]
    return CENTRE
