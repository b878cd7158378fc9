"""Keeps the newest policy beside the journal, so that a door without a network knows its mode.

The centre's document is kept as it came. It counts from its `valid_from`; until then the one
before it holds, also over a restart. A version only grows: an old retained message never takes a
door back. The centre of today sends a version when it counts; one that an older centre sent before
its time still comes into force by itself.

What is urgent of a large policy comes ahead of it: deadlines count at once, and a mode that lets
fewer people in. All else counts when the whole is here, under the same number.
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from gate_agent.config.load import load_policy_file
from gate_agent.contract.policy import HallMode
from gate_agent.contract.policy_document import VERSION, PolicyDocument, read_policy
from gate_agent.contract.policy_parts import Rest, as_applied, read_urgent
from gate_agent.contract.records import ModeApplied
from gate_agent.errors import ContractError
from gate_agent.host.files import write_whole

MOST_STEPS = 100_000  # ten versions a day for 27 years: a version that ends all others is none
_LOG = logging.getLogger(__name__)


class PolicyKeeper:
    """The policy in force, and the one that comes after it."""

    def __init__(self, *, file: Path | None, beside: Path, last: ModeApplied | None = None) -> None:
        """Start from the configured `file`, or from a newer one kept in folder `beside`.

        Raises ConfigurationError when the configured file cannot be used. A kept one that
        cannot be read is set aside; until the centre sends it again, the hall mode of `last`, the
        newest that was recorded here, holds over the rules of the file.
        """
        self._in_force, self._waiting = beside / "policy.json", beside / "policy.next.json"
        self._before = beside / "policy.before.json"  # an emergency, which need not say everything
        given = load_policy_file(file)
        for warning in given.warnings:
            _LOG.warning("the policy file: %s", warning)
        configured = replace(PolicyDocument.of(given.policy), unread=given.unread)
        self._current = _newer(_newer(configured, self._before), self._in_force)
        newest = _newer(self._current, self._waiting)
        self._next = None if newest is self._current else newest
        self._is_kept = True  # the next one
        self._refused = False
        self._floor = 0 if last is None else last.policy_version  # it was in force here
        self._is_lost = _aside(self._in_force).exists() and not self._in_force.exists()
        if self._is_lost and last and last.policy_version >= self._current.policy.version:
            kept = {"hall_mode": last.hall_mode}
            self._current = PolicyDocument.of(self._current.policy.model_copy(update=kept))
        self._ahead_file = beside / "policy.urgent.json"
        self._announced: tuple[PolicyDocument, bytes] | None = None
        self._ahead = self._kept_ahead()  # in force until the whole is here

    @property
    def current(self) -> PolicyDocument:
        """The policy in force."""
        return self._ahead or self._current

    @property
    def is_read(self) -> bool:
        """Whether the policy in force could be read whole, and the last that came at all."""
        return not (self._refused or self._is_lost or self._current.unread)

    def offer(self, document: bytes) -> bool:
        """Keep `document` if it is newer than what is here; tell whether it was.

        Raises ContractError when it is not a policy, OSError when it cannot be kept; an emergency
        closes the door all the same.
        """
        self._refused = True
        return self._offer(read_policy(document), document)

    def _offer(self, read: PolicyDocument, document: bytes) -> bool:
        newest = self._next or self._current
        offered = _newest_of(newest, self._in_step(read, newest.policy.version))
        if offered is newest or offered.policy.version < self._floor:
            self._refused = False
            return False
        try:
            write_whole(self._waiting, document)
        except OSError:
            if offered.policy.hall_mode is not HallMode.EMERGENCY:
                raise
            _LOG.exception("an emergency closes this door, and cannot be kept")
            self._next, self._is_kept = offered, False
        else:
            self._next, self._is_kept = offered, True
        self._refused = False
        return True

    def take(self, payload: bytes) -> Rest | None:
        """Take a policy, or what comes ahead of it; return what of it is not here.

        Raises as `offer` does.
        """
        self._refused = True
        announced, rest = read_urgent(payload)
        if rest is None:
            self._offer(announced, payload)
            return None
        newest = (self._next or self._current).policy.version
        announced = self._in_step(announced, newest)
        self._refused = False
        if announced.policy.version <= max(newest, self._floor - 1):
            return None
        self._announced = announced, payload
        return rest

    def _in_step(self, offered: PolicyDocument, newest: int) -> PolicyDocument:
        """Return what may follow: a number that ends all others is none. Raises ContractError."""
        newest = max(newest, self._floor)
        if offered.policy.version <= newest + MOST_STEPS:
            return offered
        if offered.policy.hall_mode is HallMode.EMERGENCY:
            return offered.numbered(newest + 1)
        expected = f"expected a version of at most {MOST_STEPS} steps from {newest}"
        raise ContractError(f"Policy: {expected}, got {offered.policy.version}")

    def due(self, now: datetime) -> PolicyDocument | None:
        """Return a policy that has come into force since the last call, None if none has."""
        return self._whole_due(now) or self._ahead_due(now)

    def _ahead_due(self, now: datetime) -> PolicyDocument | None:
        """Return what is in force of a policy that is not here yet, where it changes anything."""
        if self._announced is None:
            return None
        announced, payload = self._announced
        begins, before = announced.policy.valid_from, self.current.policy
        if begins is not None and begins > now:
            return None
        self._announced = None
        ahead = announced.ahead_of(before)
        if (ahead.policy.hall_mode, ahead.policy.hold) == (before.hall_mode, before.hold):
            return None
        self._ahead = ahead
        try:
            write_whole(self._ahead_file, as_applied(payload, ahead))
        except OSError:
            _LOG.exception("a policy counts at this door, and cannot be kept")
        return ahead

    def _kept_ahead(self) -> PolicyDocument | None:
        """Return what was in force before the start of a policy that is still not here."""
        try:
            announced, rest = read_urgent(self._ahead_file.read_bytes())
        except FileNotFoundError:
            return None
        except (ContractError, OSError) as exc:
            _LOG.error("what came ahead of a policy cannot be read: %s", exc)
            return None
        newest = (self._next or self._current).policy.version
        is_newer = rest is not None and announced.policy.version > newest
        return announced.ahead_of(self._current.policy) if is_newer else None

    def _is_here(self, version: int) -> None:
        """Forget what came ahead of a policy that is here, or was passed over."""
        if self._announced and self._announced[0].policy.version <= version:
            self._announced = None
        if self._ahead and self._ahead.policy.version <= version:
            self._ahead = None
            with contextlib.suppress(OSError):
                self._ahead_file.unlink(missing_ok=True)

    def _whole_due(self, now: datetime) -> PolicyDocument | None:
        waiting = self._next
        if waiting is None:
            return None
        begins = waiting.policy.valid_from
        if begins is not None and begins > now:
            return None
        if faults := (*waiting.unread, *waiting.unknown):
            _LOG.warning("policy %d: not read: %s", waiting.policy.version, ", ".join(faults))
        applied, before = waiting.over(self._current.policy), self._current.policy
        self._current, self._next, self._is_lost = applied, None, False
        if self._is_kept:
            with contextlib.suppress(
                OSError
            ):  # else it waits on the disk, and is due at once again
                self._put_in_force(waiting.policy.hall_mode, before.hall_mode)
        self._is_here(applied.policy.version)
        return self.current

    def _put_in_force(self, mode: HallMode, before: HallMode) -> None:
        """Let the file that waits take its place, and an emergency keep the one before it."""
        closes = mode is HallMode.EMERGENCY
        if closes and before is not HallMode.EMERGENCY and self._in_force.exists():
            self._in_force.replace(self._before)
        self._waiting.replace(self._in_force)
        if not closes:
            self._before.unlink(missing_ok=True)


def mode_applied(document: PolicyDocument) -> ModeApplied:
    """Return the record of a policy that takes effect."""
    return ModeApplied(
        policy_version=document.policy.version,
        hall_mode=document.policy.hall_mode,
        policy_sha256=document.sha256,
        unread=(*document.unread, *document.unknown),
    )


def _newer(known: PolicyDocument, kept: Path) -> PolicyDocument:
    """Return the policy in file `kept` if there is a newer one, else `known`."""
    if not kept.exists():
        return known
    try:
        return _newest_of(known, read_policy(kept.read_bytes()).over(known.policy))
    except (ContractError, OSError) as exc:
        _LOG.error("the kept policy %s cannot be read, and is set aside: %s", kept.name, exc)
        kept.rename(_aside(kept))
        return known


def _newest_of(known: PolicyDocument, offered: PolicyDocument) -> PolicyDocument:
    """Return `offered` where it is newer, else `known`; an emergency without a number is newer."""
    if VERSION in offered.unread and offered.sha256 != known.sha256:
        return offered.numbered(known.policy.version + 1)
    return offered if offered.policy.version > known.policy.version else known


def _aside(kept: Path) -> Path:
    return kept.with_suffix(".unreadable")
