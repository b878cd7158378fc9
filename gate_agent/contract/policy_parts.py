"""A policy on its way (防控措施下发): what is urgent first and alone, a large rest in parts. Pure.

    policy/urgent    the document whole where it is small, as an emergency is; else its head:
                     version, time, mode, the deadlines of a hold, and `rest`, which comes apart
    policy/part/<n>  for n = 0, 1, …: the SHA-256 of the whole document in 64 hex digits, and a
                     piece of it, compressed (zlib)
    policy           the document whole, for doors that know no other topic; none above 256 KiB

A door asks for one part after the other, so that an emergency waits for one part at most. Each is
signed as the policy is, and the whole must have the digest that its head names.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic_core import to_json

from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.hall_times import HallMoment
from gate_agent.contract.json_text import read_json
from gate_agent.contract.messages import Hex64
from gate_agent.contract.policy import HallMode, HoldPolicy, PolicyVersion
from gate_agent.contract.policy_document import PolicyDocument, digest, read_policy
from gate_agent.contract.wire import parse_message
from gate_agent.errors import ContractError

MOST_AT_ONCE = 16 * 1024  # of one message: a line of 64 kbit/s takes two seconds for it
PART_BYTES = 8 * 1024
MOST_PARTS = 4096
MOST_BYTES = 32 * 1024 * 1024  # of a whole document: a roster of 300,000
MOST_IN_ONE = 256 * 1024  # on the topic of doors that know no parts: what their broker took
MOST_PACKET = MOST_IN_ONE + 4096  # beside it: topic, signature, properties
REST = "rest"  # of what is unread: all that a head does not say
_NAME = 64


class Rest(FrozenModel):
    """What comes in parts."""

    model_config = ConfigDict(extra="ignore")
    sha256: Annotated[Hex64, Field(description="of the whole document")]
    parts: Annotated[int, Field(ge=1, le=MOST_PARTS, description="how many there are")]


class PolicyHead(FrozenModel):
    """What is urgent of a large policy; a small one stands on this topic whole."""

    model_config = ConfigDict(extra="ignore")
    version: PolicyVersion
    valid_from: HallMoment | None = None
    hall_mode: HallMode
    hold: HoldPolicy = HoldPolicy()
    rest: Rest


@dataclass(frozen=True, slots=True)
class SentDocument:
    """A document as it is published."""

    urgent: bytes
    parts: tuple[bytes, ...]


def most_bytes(largest: int) -> int:
    """Return how long a document may be where a message has at most `largest` bytes."""
    return max(0, min(MOST_BYTES, MOST_PARTS * (min(PART_BYTES, largest) - _NAME)))


def sent_form(document: bytes, largest: int) -> SentDocument:
    """Return what is published of a document in messages of at most `largest` bytes."""
    if len(document) <= min(MOST_AT_ONCE, largest):
        return SentDocument(document, ())
    name, packed = digest(document), zlib.compress(document)
    each = min(PART_BYTES, largest) - _NAME
    parts = [packed[at : at + each] for at in range(0, len(packed), each)]
    tree = read_json(document)
    head = {key: tree[key] for key in PolicyHead.model_fields if key in tree}
    urgent = to_json(head | {REST: {"sha256": name, "parts": len(parts)}})
    return SentDocument(urgent, tuple(name.encode("ascii") + part for part in parts))


def read_urgent(payload: bytes) -> tuple[PolicyDocument, Rest | None]:
    """Return what the urgent topic says, and what comes apart. Raises ContractError.

    A head has the digest of the whole, which it announces. An emergency is heard in any case.
    """
    document = read_policy(payload)
    if REST not in document.unknown:
        return document, None
    try:
        rest = parse_message(PolicyHead, payload).value.rest
    except ContractError:
        if document.policy.hall_mode is not HallMode.EMERGENCY:
            raise
        return document, None
    unknown = tuple(name for name in document.unknown if name != REST)
    unread = (*document.unread, REST)
    return replace(document, sha256=rest.sha256, unread=unread, unknown=unknown), rest


def as_applied(payload: bytes, applied: PolicyDocument) -> bytes:
    """Return a head as it is kept: with the number and the mode that are in force of it."""
    policy = applied.policy
    return to_json(read_json(payload) | {"version": policy.version, "hall_mode": policy.hall_mode})


@dataclass(slots=True)
class Assembly:
    """The parts of one document, as they come."""

    rest: Rest
    _packed: list[bytes] = field(default_factory=list)

    @property
    def wanted(self) -> int | None:
        """The number of the part that comes next; None once all are there."""
        return len(self._packed) if len(self._packed) < self.rest.parts else None

    def take(self, part: bytes) -> bool:
        """Take the next part; tell whether it was one of this document."""
        is_ours = part[:_NAME] == self.rest.sha256.encode("ascii")
        if is_ours and self.wanted is not None:
            self._packed.append(part[_NAME:])
        return is_ours

    def whole(self) -> bytes:
        """Return the document. Raises ContractError where the parts make another."""
        unpacked = zlib.decompressobj()
        try:
            document = unpacked.decompress(b"".join(self._packed), MOST_BYTES)
        except zlib.error as exc:
            raise ContractError("policy: expected compressed parts, got another form") from exc
        if digest(document) != self.rest.sha256:
            raise ContractError("policy: expected parts of one document, got another's")
        return document
