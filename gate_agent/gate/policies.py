"""Keeps the newest policy beside the journal, so that a door without a network knows its mode.

The centre's document is kept as it came. It counts from its `valid_from`; until then the one
before it holds. A version only grows: an old retained message never takes a door back.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from gate_agent.config.load import load_policy, parse_policy
from gate_agent.domain.policy import Policy, policy_digest
from gate_agent.domain.records import ModeApplied
from gate_agent.errors import ConfigurationError


class PolicyKeeper:
    """The policy in force, and the one that comes after it."""

    def __init__(self, *, file: Path | None, beside: Path) -> None:
        """Start from the configured `file`, or from a newer one kept in folder `beside`.

        Raises ConfigurationError when the configured file cannot be used. A kept one that
        cannot be read is set aside: it came from the network, the file from the installer.
        """
        self._kept = beside / "policy.json"
        self._current = load_policy(file)
        self._next: Policy | None = None
        if self._kept.exists():
            try:
                kept = load_policy(self._kept)
            except ConfigurationError:
                self._kept.rename(self._kept.with_suffix(".unreadable"))
            else:
                self._take(kept)

    @property
    def current(self) -> Policy:
        """The policy in force."""
        return self._current

    def offer(self, document: bytes) -> bool:
        """Keep `document` if it is newer than what is here; tell whether it was.

        Raises ConfigurationError when it is not a policy.
        """
        policy = parse_policy(document, source="policy from the centre")
        if not self._take(policy):
            return False
        draft = self._kept.with_suffix(".new")
        with draft.open("wb") as out:
            out.write(document)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self._kept)
        return True

    def due(self, now: datetime) -> Policy | None:
        """Return a policy that has come into force since the last call, None if none has."""
        policy = self._next
        if policy is None or (policy.valid_from is not None and policy.valid_from > now):
            return None
        self._current, self._next = policy, None
        return policy

    def _take(self, policy: Policy) -> bool:
        newest = self._next or self._current
        if policy.version <= newest.version:
            return False
        self._next = policy
        return True


def mode_applied(policy: Policy) -> ModeApplied:
    """Return the record of a policy that takes effect."""
    return ModeApplied(
        policy_version=policy.version,
        hall_mode=policy.hall_mode,
        policy_sha256=policy_digest(policy),
    )
