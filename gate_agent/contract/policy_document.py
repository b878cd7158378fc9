"""A policy as a document: its bytes, by whose digest door and centre see that they hold the same.

A document that came over the wire is read leniently: whatever else a newer centre says in it, an
emergency closes the door, and so does one that is broken, as long as it can be made out. Anything
else that is broken is refused: what cannot be read opens nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json, to_jsonable_python

from gate_agent.contract.json_text import outermost, read_json
from gate_agent.contract.policy import LAST_VERSION, HallMode, Policy
from gate_agent.contract.setting import Later
from gate_agent.contract.unknown import UNKNOWN_AS
from gate_agent.contract.wire import parse_tree
from gate_agent.errors import ContractError

WHOLE, VERSION = "body", "version"  # of what is unread: all but the mode; the number
_NUMBER = re.compile("[0-9]{1,16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument:
    """A policy, and the digest of the bytes that it was read from."""

    policy: Policy
    sha256: str
    unread: tuple[str, ...] = ()  # values that this version cannot read, applied with caution
    unknown: tuple[str, ...] = ()  # settings that it does not know, and does not follow

    @classmethod
    def of(cls, policy: Policy) -> PolicyDocument:
        """Return the document that a centre makes of `policy`."""
        return cls(policy=policy, sha256=digest(encode_policy(policy)))

    def over(self, before: Policy) -> PolicyDocument:
        """Return this policy as it holds at a door where `before` held until now.

        An emergency need not say everything, and may not be readable whole: what it does not say
        stays as it was.
        """
        if self.policy.hall_mode is not HallMode.EMERGENCY:
            return self
        kept = _over(self.policy, before)
        return replace(self, policy=kept.model_copy(update={"valid_from": self.policy.valid_from}))

    def ahead_of(self, before: Policy) -> PolicyDocument:
        """Return what holds of this policy where `before` does, until the rest of it has come.

        Its deadlines, and its mode where that lets fewer people in: a right waits for the whole.
        """
        kept = _over(self.policy, before)
        modes = self.policy.hall_mode, before.hall_mode
        strict = min(modes, key=list(HallMode).index)
        return replace(self, policy=kept.model_copy(update={"hall_mode": strict}))

    def numbered(self, version: int) -> PolicyDocument:
        """Return this emergency under the number `version`, since its own cannot be read."""
        return replace(self, policy=self.policy.model_copy(update={"version": version}))


def encode_policy(policy: Policy) -> bytes:
    """Return the exact bytes to keep and to publish."""
    return to_json(without_later(policy.model_dump(mode="json"), policy))


LISTS = ("roster", "appointments", "cancelled", "watch")  # of people: as long as a province


def published_form(document: bytes) -> bytes:
    """Return the bytes to publish for `document`: an emergency in a form that every version reads.

    Without settings that came later, also where they are set: a door of the first version refuses
    what it does not know, and one that knows them goes on with those that it has. And with empty
    lists of people, which may be megabytes: nobody enters, and an emergency waits for nothing.
    """
    tree = read_json(document)
    if tree.get("hall_mode") != HallMode.EMERGENCY:
        return document
    # Empty, and not left out: a door of the first version acknowledges all keys that it knows.
    policy = parse_tree(Policy, tree | {name: [] for name in LISTS}).value
    return to_json(without_later(policy.model_dump(mode="json"), policy, also_set=True))


def without_later(
    tree: dict[str, Any], model: BaseModel, *, also_set: bool = False
) -> dict[str, Any]:
    """Return a part of a document without the settings that came after the first version.

    What is set of it goes too, where that is asked.
    """
    later = {
        name: to_jsonable_python(field.default)
        for name, field in type(model).model_fields.items()
        if Later() in field.metadata
    }
    kept = {
        name: value
        for name, value in tree.items()
        if name not in later or not (also_set or later[name] == value)
    }
    for name, value in kept.items():
        part = getattr(model, name, None)
        if isinstance(part, BaseModel) and isinstance(value, dict):
            kept[name] = without_later(value, part, also_set=also_set)
    return kept


def _over(part: BaseModel, before: BaseModel) -> Any:
    """Return `part`, with what it was not told taken from `before`."""
    taken: dict[str, Any] = {}
    for name in type(part).model_fields:
        ours, theirs = getattr(part, name), getattr(before, name)
        if name not in part.model_fields_set:
            taken[name] = theirs
        elif isinstance(ours, BaseModel) and isinstance(theirs, BaseModel):
            taken[name] = _over(ours, theirs)
    return part.model_copy(update=taken)


def digest(document: bytes) -> str:
    """Return the SHA-256 of a document's bytes."""
    return sha256(document).hexdigest()


def read_policy(document: bytes) -> PolicyDocument:
    """Return the policy in a document from the wire.

    Raises ContractError where it is none: no JSON with one meaning, no version, or a time from
    which it holds that cannot be read. An emergency is heard through all of these; `unread` then
    names its version where that is none.
    """
    try:
        return _read(document)
    except ContractError:
        emergency = _emergency_in(document)
        if emergency is None:
            raise
        return emergency


def _read(document: bytes) -> PolicyDocument:
    parsed = parse_tree(Policy, read_json(document))
    policy, unread = parsed.value, list(parsed.unread)
    if "hall_mode" not in policy.model_fields_set:  # said elsewhere, by a version that we are not
        policy = policy.model_copy(update={"hall_mode": UNKNOWN_AS[HallMode]})
        unread.append("hall_mode")
    if "version" not in policy.model_fields_set:
        raise ContractError("Policy: expected a readable version, got none")
    if "valid_from" in unread and policy.hall_mode is not HallMode.EMERGENCY:
        raise ContractError("Policy: expected a readable valid_from, got another form")
    return PolicyDocument(
        policy=policy, sha256=digest(document), unread=tuple(unread), unknown=parsed.unknown
    )


def _emergency_in(document: bytes) -> PolicyDocument | None:
    """Return the emergency in a document that is none by itself, None where it says no such."""
    pairs = outermost(document)
    if ("hall_mode", HallMode.EMERGENCY.value) not in pairs:
        return None
    written = [value for key, value in pairs if key == "version" and _NUMBER.fullmatch(value)]
    numbers = [number for number in map(int, written) if number <= LAST_VERSION]
    return PolicyDocument(
        policy=Policy(version=max(numbers, default=0), hall_mode=HallMode.EMERGENCY),
        sha256=digest(document),
        unread=(WHOLE,) if numbers else (WHOLE, VERSION),
    )
