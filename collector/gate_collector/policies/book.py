"""The book of policies: every version with who and why; what is in force, what is published."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError

from gate_agent.contract.messages import Topics
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.policy import Policy
from gate_agent.contract.policy_document import digest, encode_policy, read_policy
from gate_agent.errors import GateError
from gate_agent.host.clock import Clock
from gate_collector.policies.documents import next_document
from gate_collector.store.schema_office import POLICY

Publish = Callable[[str, bytes], bool]
Change = Callable[[Policy], dict[str, Any]]
FILE = "file"  # who issued the document that the configuration names


class PolicyFault(GateError):  # noqa: N818 it is an answer
    """A policy is refused, and the one before it stays; `faults` holds a line for each reason."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("; ".join(faults))


class Outdated(GateError):  # noqa: N818 it is an answer
    """Somebody else issued a version since this change began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One line of the book."""

    version: int
    valid_from: str | None
    issued: str
    by: str
    why: str
    hall_mode: str
    sha256: str  # of the bytes that were published


class PolicyBook:
    """The policies of one site. Safe to use from any thread."""

    def __init__(
        self, engine: Engine, *, site: str, clock: Clock, first: Policy, publish: Publish
    ) -> None:
        """Start the book with `first` where the store has no version as high."""
        self._engine = engine
        self._topic = Topics(site=site, gate="+").policy
        self._clock = clock
        self._publish = publish
        self._read: dict[int, Policy] = {0: Policy()}
        self._lock = threading.Lock()
        self.published = 0  # the version that the broker has, as far as we know
        if first.version > self._newest_version():
            self._insert(first, encode_policy(first), by=FILE, why="")

    def newest(self) -> Policy:
        """Return the policy that was issued last, whether its time has come or not."""
        return self._policy(self._newest_version())

    def in_force(self) -> Policy:
        """Return the policy that holds now; the built-in one where none was issued."""
        now = format_utc(self._clock.now().utc)
        begun = POLICY.c.valid_from.is_(None) | (POLICY.c.valid_from <= now)
        with self._engine.connect() as connection:
            version = connection.execute(select(func.max(POLICY.c.version)).where(begun)).scalar()
        return self._policy(version or 0)

    def issues(self, limit: int = 50) -> list[Issue]:
        """Return the newest lines of the book."""
        columns = [POLICY.c[name] for name in Issue.__dataclass_fields__]
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(*columns).order_by(POLICY.c.version.desc()).limit(limit)
            ).mappings()
            return [Issue(**row) for row in rows]

    def document(self, version: int) -> str | None:
        """Return the text of one version as it was published."""
        with self._engine.connect() as connection:
            return connection.execute(
                select(POLICY.c.document).where(POLICY.c.version == version)
            ).scalar()

    def issue(
        self,
        change: Change,
        *,
        by: str,
        why: str,
        base: int | None = None,
        valid_from: datetime | None = None,
        at_once: bool = False,
    ) -> Policy:
        """Issue the next version: `change` of the newest, or of the one in force when `at_once`.

        Raises PolicyFault, or Outdated when `base` is no longer the newest.
        """
        newest = self._newest_version()
        if base is not None and base != newest:
            raise Outdated(f"expected a change of version {newest}, got one of {base}")
        old = self.in_force() if at_once else self._policy(newest)
        changed = change(old) | {
            "version": newest + 1,
            "valid_from": valid_from and format_utc(valid_from),
        }
        try:
            policy = Policy.model_validate(old.model_dump(mode="json") | changed)
            Policy.model_validate_json(encode_policy(policy))  # as it will be read
        except ValidationError as exc:
            raise PolicyFault(
                [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in exc.errors()]
            ) from None
        before = json.loads(self.document(old.version) or "{}")
        document = next_document(before, old, policy, changed.keys())
        self._insert(policy, document, by=by, why=why)
        self.publish()
        return policy

    def publish(self) -> None:
        """Publish the newest version, retained; nothing while the built-in one holds."""
        version = self._newest_version()
        document = self.document(version)
        if document is not None and self._publish(self._topic, document.encode()):
            self.published = version

    def keep_published(self) -> None:
        """Publish what another worker issued, or what could not be published."""
        if self.published < self._newest_version():
            self.publish()

    def _insert(self, policy: Policy, document: bytes, *, by: str, why: str) -> None:
        row = {
            "version": policy.version,
            "valid_from": policy.valid_from and format_utc(policy.valid_from),
            "issued": format_utc(self._clock.now().utc),
            "by": by,
            "why": why,
            "hall_mode": policy.hall_mode.value,
            "sha256": digest(document),
            "document": document.decode(),
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(POLICY.insert().values(row))
        except IntegrityError:
            raise Outdated(f"expected version {policy.version} to be free, got one") from None

    def _newest_version(self) -> int:
        with self._engine.connect() as connection:
            return connection.execute(select(func.max(POLICY.c.version))).scalar() or 0

    def _policy(self, version: int) -> Policy:
        with self._lock:
            known = self._read.get(version)
        if known is None:
            document = self.document(version)
            known = Policy() if document is None else read_policy(document.encode()).policy
            with self._lock:
                self._read = {**dict(list(self._read.items())[-3:]), version: known}
        return known


def is_planned(issue: Issue, now: datetime) -> bool:
    """Whether a version waits for its time."""
    return issue.valid_from is not None and parse_utc(issue.valid_from) > now
