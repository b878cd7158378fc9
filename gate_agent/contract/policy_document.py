"""A policy as a document: its bytes, by whose digest door and centre see that they hold the same.

A document that came over the wire is read leniently: whatever else a newer centre says in it, an
emergency closes the door.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json, to_jsonable_python

from gate_agent.contract.policy import HallMode, Policy
from gate_agent.contract.setting import Later
from gate_agent.contract.unknown import UNKNOWN_AS
from gate_agent.contract.wire import parse_message
from gate_agent.errors import ContractError


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument:
    """A policy, and of which bytes."""

    policy: Policy
    sha256: str
    unread: tuple[str, ...] = ()  # values that this version cannot read, applied with caution
    unknown: tuple[str, ...] = ()  # settings that it does not know, and does not follow

    @classmethod
    def of(cls, policy: Policy) -> PolicyDocument:
        """Return the document that a centre makes of `policy`."""
        return cls(policy=policy, sha256=digest(encode_policy(policy)))


def encode_policy(policy: Policy) -> bytes:
    """Return the exact bytes to keep and to publish."""
    return to_json(without_later(policy.model_dump(mode="json"), policy))


def without_later(tree: dict[str, Any], model: BaseModel) -> dict[str, Any]:
    """Return a part of a document without what came later and is as if it had not come."""
    later = {
        name: to_jsonable_python(field.default)
        for name, field in type(model).model_fields.items()
        if Later() in field.metadata
    }
    found = {name: it for name, it in tree.items() if name not in later or later[name] != it}
    for name, value in found.items():
        part = getattr(model, name, None)
        if isinstance(part, BaseModel) and isinstance(value, dict):
            found[name] = without_later(value, part)
    return found


def digest(document: bytes) -> str:
    """Return the SHA-256 of a document's bytes."""
    return sha256(document).hexdigest()


def read_policy(document: bytes) -> PolicyDocument:
    """Return the policy in a document from the wire.

    Raises ContractError where it is none: no object, no version that can be read, or a time from
    which it holds that cannot be read, unless it closes the hall.
    """
    told = parse_message(Policy, document)
    policy, unread = told.value, list(told.unread)
    if "hall_mode" not in policy.model_fields_set:  # said elsewhere, by a version that we are not
        policy = policy.model_copy(update={"hall_mode": UNKNOWN_AS[HallMode]})
        unread.append("hall_mode")
    must = {"version"} if policy.hall_mode is HallMode.EMERGENCY else {"version", "valid_from"}
    if faults := sorted(must.intersection(told.unread)):
        raise ContractError(f"Policy: expected a readable {' and '.join(faults)}, got another form")
    return PolicyDocument(
        policy=policy, sha256=digest(document), unread=tuple(unread), unknown=told.unknown
    )
