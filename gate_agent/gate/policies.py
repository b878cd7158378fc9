"""Keeps the newest policy beside the journal, so that a door without a network knows its mode.

The centre's document is kept as it came. It counts from its `valid_from`; until then the one
before it holds, also over a restart. A version only grows: an old retained message never takes a
door back.
"""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from pathlib import Path

from gate_agent.config.load import load_policy, parse_policy
from gate_agent.contract.policy import Policy, policy_digest
from gate_agent.contract.records import ModeApplied
from gate_agent.errors import ConfigurationError


class PolicyKeeper:
    """The policy in force, and the one that comes after it."""

    def __init__(self, *, file: Path | None, beside: Path) -> None:
        """Start from the configured `file`, or from a newer one kept in folder `beside`.

        Raises ConfigurationError when the configured file cannot be used. A kept one that
        cannot be read is set aside: it came from the network, the file from the installer.
        """
        self._in_force, self._waiting = beside / "policy.json", beside / "policy.next.json"
        self._current = _newer(load_policy(file), self._in_force)
        newest = _newer(self._current, self._waiting)
        self._next = None if newest is self._current else newest

    @property
    def current(self) -> Policy:
        """The policy in force."""
        return self._current

    def offer(self, document: bytes) -> bool:
        """Keep `document` if it is newer than what is here; tell whether it was.

        Raises ConfigurationError when it is not a policy, OSError when it cannot be kept.
        """
        policy = parse_policy(document, source="policy from the centre")
        if policy.version <= (self._next or self._current).version:
            return False
        draft = self._waiting.with_suffix(".new")
        with draft.open("wb") as out:
            out.write(document)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self._waiting)
        self._next = policy
        return True

    def due(self, now: datetime) -> Policy | None:
        """Return a policy that has come into force since the last call, None if none has."""
        policy = self._next
        if policy is None or (policy.valid_from is not None and policy.valid_from > now):
            return None
        self._current, self._next = policy, None
        with contextlib.suppress(OSError):  # else it waits on the disk, and is due at once again
            self._waiting.replace(self._in_force)
        return policy


def mode_applied(policy: Policy) -> ModeApplied:
    """Return the record of a policy that takes effect."""
    return ModeApplied(
        policy_version=policy.version,
        hall_mode=policy.hall_mode,
        policy_sha256=policy_digest(policy),
    )


def _newer(policy: Policy, kept: Path) -> Policy:
    """Return the policy in file `kept` if there is a newer one, else `policy`."""
    if not kept.exists():
        return policy
    try:
        found = load_policy(kept)
    except ConfigurationError:
        kept.rename(kept.with_suffix(".unreadable"))
        return policy
    return found if found.version > policy.version else policy
