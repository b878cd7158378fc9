"""The book of policies: every version with who and why; what is in force, what is published.

The broker retains the version that counts, and a planned one only from its time on: a door that
comes back hears what holds now, an emergency above all, and never skips a number that the centre
does not know it has. A door without a network at that time hears the planned one when it is back.
An emergency goes out in the form that doors of every version read; the book keeps it whole.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import Engine, Select, func, select
from sqlalchemy.exc import IntegrityError

from gate_agent.config.faults import own_faults
from gate_agent.contract.json_text import read_json
from gate_agent.contract.messages import Topics
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.contract.policy_document import (
    LISTS,
    digest,
    encode_policy,
    published_form,
    read_policy,
)
from gate_agent.contract.policy_parts import MOST_IN_ONE, most_bytes, sent_form
from gate_agent.contract.wire import validated
from gate_agent.errors import GateError
from gate_agent.host.clock import Clock
from gate_agent.host.mqtt_properties import LARGEST_PACKET
from gate_collector.policies.acknowledged import Applied, acknowledgements, newest_modes
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


class PlanUndone(GateError):  # noqa: N818 it is an answer
    """A change would undo what a version that waits for its time sets."""


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


_COLUMNS = [POLICY.c[name] for name in Issue.__dataclass_fields__]


def _newest_begun(at: str) -> Select[Any]:
    """Return the question for the newest version whose time has come by then."""
    begun = POLICY.c.valid_from.is_(None) | (POLICY.c.valid_from <= at)
    return select(func.max(POLICY.c.version)).where(begun)


class PolicyBook:
    """The policies of one site. Safe to use from any thread."""

    def __init__(
        self,
        engine: Engine,
        *,
        site: str,
        clock: Clock,
        first: Policy,
        publish: Publish,
        publish_behind: Publish | None = None,
        largest: Callable[[], int] = lambda: LARGEST_PACKET,
    ) -> None:
        """Start the book with `first` where the store has no version as high.

        `largest`: how many bytes of one message the broker takes now. `publish_behind`: for what is
        long, and may wait.
        """
        self._engine = engine
        self._largest = largest
        self._topics = Topics(site=site, gate="+")
        self._publish_behind = publish_behind or publish
        self._parts = 0  # how many the broker has, as far as we know
        self._clock = clock
        self._publish = publish
        self._read: dict[int, Policy] = {0: Policy()}
        self._lock = threading.Lock()
        self._made_form = "", b""  # the newest, by its digest
        self.published = 0  # the version that the broker has, as far as we know
        if first.version > self._newest_version():
            row, _ = self._row(first, encode_policy(first))
            self._insert([row | {"by": FILE, "why": ""}])

    def newest(self) -> Policy:
        """Return the policy that was issued last, whether its time has come or not."""
        return self._policy(self._newest_version())

    def in_force(self) -> Policy:
        """Return the policy that holds now; the built-in one where none was issued."""
        return self.at(None)

    def at(self, moment: datetime | None) -> Policy:
        """Return the policy that will hold at `moment`, as it stands; now if that is past."""
        with self._engine.connect() as connection:
            version = connection.execute(_newest_begun(self._not_past(moment))).scalar()
        return self._policy(version or 0)

    def held(self, moment: datetime) -> Policy:
        """Return the policy that was in force at a past moment; before all of them, the first."""
        at = format_utc(moment)
        with self._engine.connect() as connection:
            version = connection.execute(_newest_begun(at).where(POLICY.c.issued <= at)).scalar()
            if version is None:
                version = connection.execute(select(func.min(POLICY.c.version))).scalar()
        return self._policy(version or 0)

    def waiting(self, after: datetime | None = None) -> list[Issue]:
        """Return the versions that will come into force after `after` or now, the first first."""
        waits = POLICY.c.valid_from > self._not_past(after)
        later = waits & (POLICY.c.version > self.at(after).version)
        issues: list[Issue] = []
        with self._engine.connect() as connection:
            rows = select(*_COLUMNS).where(later).order_by(POLICY.c.version.desc())
            for row in connection.execute(rows).mappings():
                if not issues or row["valid_from"] < issues[-1].valid_from:
                    issues.append(Issue(**row))
        return issues[::-1]

    def issues(self, limit: int = 50) -> list[Issue]:
        """Return the newest lines of the book."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(*_COLUMNS).order_by(POLICY.c.version.desc()).limit(limit)
            ).mappings()
            return [Issue(**row) for row in rows]

    def history(self) -> Select[Any]:
        """Return the question for every line of the book."""
        return select(*_COLUMNS)

    def version(self, number: int) -> Policy | None:
        """Return one version with all that it sets; None where there is none."""
        is_known = number == 0 or self._kept(number) is not None
        return self._policy(number) if is_known else None

    def line(self, number: int) -> Issue | None:
        """Return one line of the book; None where there is none."""
        with self._engine.connect() as connection:
            asked = select(*_COLUMNS).where(POLICY.c.version == number)
            row = connection.execute(asked).mappings().first()
        return None if row is None else Issue(**row)

    def before(self, number: int) -> int:
        """Return the number of the version before this one; 0, the built-in one, if it is first."""
        with self._engine.connect() as connection:
            earlier = select(func.max(POLICY.c.version)).where(POLICY.c.version < number)
            return connection.execute(earlier).scalar() or 0

    def document(self, version: int) -> str | None:
        """Return the text of one version as it was published."""
        with self._engine.connect() as connection:
            kept = connection.execute(
                select(POLICY.c.document, POLICY.c.sha256).where(POLICY.c.version == version)
            ).one_or_none()
        if kept is None or digest(kept.document.encode()) == kept.sha256:
            return kept and str(kept.document)
        if kept.sha256 == self._made_form[0]:
            return self._made_form[1].decode()
        return published_form(kept.document.encode()).decode()

    def _kept(self, version: int) -> str | None:
        """Return the text of one version with all that is set, which an emergency does not send."""
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
        in_force: int | None = None,
        valid_from: datetime | None = None,
        at_once: bool = False,
    ) -> Policy:
        """Issue the next version: `change` of the policy in force at its time.

        Versions that count later are issued again behind it, with the change and their own mode
        and time; what is `at_once` takes their place. Raises PolicyFault, PlanUndone, or Outdated
        when `base` is no longer the newest, or `in_force` no longer holds: a plan came true, whose
        number was the newest before.
        """
        newest = self._newest_version()
        if base is not None and base != newest:
            raise Outdated(f"expected a change of version {newest}, got one of {base}")
        if in_force is not None and in_force != (now := self.in_force().version):
            raise Outdated(f"expected version {now} in force, got a change of {in_force}")
        old = self.at(valid_from)
        # Who named a base gets the number after it: of two at the same time one is outdated.
        version = self._free_version(self._newest_version() if base is None else newest)
        policy, row = self._made(old, change(old), version, valid_from)
        rows = [row | {"by": by, "why": why}]
        for plan in () if at_once else self.waiting(valid_from):
            was = self._policy(plan.version)
            merged = {name: part for name, part in change(was).items() if name != "hall_mode"}
            again, row = self._made(was, merged, version + len(rows), was.valid_from)
            if undone := _undone(old, was, again, policy, merged):
                raise PlanUndone(
                    f"expected a change beside version {plan.version}, which waits, got {undone}"
                )
            rows.append(row | {"by": plan.by, "why": plan.why})
        self._insert(rows)
        with self._lock:
            self._read[policy.version] = policy  # an emergency reads no roster to be published
        self.publish()
        return policy

    def publish(self) -> None:
        """Publish the version in force, retained; nothing while the built-in one holds.

        What is urgent of it goes first; the rest of a large one behind, in parts, also whole for
        older doors as far as they ever took one.
        """
        version, largest = self.in_force().version, self._largest()
        text = self.document(version)
        if text is None or len(document := text.encode()) > most_bytes(largest):
            return
        sent, topics = sent_form(document, largest), self._topics
        if not self._publish(topics.policy_urgent, sent.urgent):
            return
        self.published = version
        if not sent.parts:
            self._publish(topics.policy, document)
        for number in range(max(len(sent.parts), self._parts)):  # none of another document stays
            part = sent.parts[number] if number < len(sent.parts) else b""
            self._publish_behind(topics.policy_part(number), part)
        self._parts = len(sent.parts)
        if sent.parts and len(document) <= min(MOST_IN_ONE, largest):
            self._publish_behind(topics.policy, document)

    def keep_published(self) -> None:
        """Publish what has come into force, what another worker issued, or what did not go out.

        An emergency is issued again above what a door has of a centre that was restored since.
        """
        in_force = self.in_force()
        if in_force.hall_mode is HallMode.EMERGENCY and self._is_passed_over(in_force.version):
            (issued,) = (one for one in self.issues() if one.version == in_force.version)
            self.issue(lambda _: {}, by=issued.by, why=issued.why)
        elif self.published != in_force.version:
            self.publish()

    def _is_passed_over(self, emergency: int) -> bool:
        """Whether a door is open by a version as high that is none of ours."""
        with self._engine.connect() as connection:
            return any(
                door.state is Applied.DIFFERS and door.hall_mode != HallMode.EMERGENCY
                for door in acknowledgements(connection, emergency)
            )

    def _made(
        self, old: Policy, change: dict[str, Any], version: int, valid_from: datetime | None
    ) -> tuple[Policy, dict[str, Any]]:
        """Return `change` of `old` as a version, and its row. Raises PolicyFault."""
        changed = change | {
            "version": version,
            "valid_from": valid_from and format_utc(valid_from),
        }
        stay = {name: getattr(old, name) for name in LISTS if name not in change}
        try:
            kept = old.model_dump(mode="json", exclude=set(stay))
            policy = validated(Policy, kept | changed)
            Policy.model_validate_json(encode_policy(policy))  # as it will be read
        except ValidationError as exc:
            raise PolicyFault(
                [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in own_faults(exc.errors())]
            ) from None
        policy = policy.model_copy(update=stay)  # looked at when they were entered: up to megabytes
        before = read_json(self._kept(old.version) or "{}")
        document = next_document(before, old, policy, changed.keys())
        row, size = self._row(policy, document)
        if size > (most := most_bytes(self._largest())):
            expected = f"expected at most {most} bytes, which broker and doors take"
            raise PolicyFault([f"policy: {expected}, got {size}: shorten the lists of people"])
        return policy, row

    def _row(self, policy: Policy, document: bytes) -> tuple[dict[str, Any], int]:
        """Return the row of a version, and how many bytes are published of it."""
        closes = policy.hall_mode is HallMode.EMERGENCY
        published = published_form(document) if closes else document
        self._made_form = digest(published), published
        row = {
            "version": policy.version,
            "valid_from": policy.valid_from and format_utc(policy.valid_from),
            "issued": format_utc(self._clock.now().utc),
            "hall_mode": policy.hall_mode.value,
            "sha256": self._made_form[0],
            "document": document.decode(),
        }
        return row, len(published)

    def _insert(self, rows: list[dict[str, Any]]) -> None:
        try:
            with self._engine.begin() as connection:
                connection.execute(POLICY.insert(), rows)
        except IntegrityError:
            version = rows[0]["version"]
            raise Outdated(f"expected version {version} to be free, got one") from None

    def _not_past(self, moment: datetime | None) -> str:
        now = self._clock.now().utc
        return format_utc(max(moment or now, now))

    def _free_version(self, newest: int) -> int:
        """Return a number above ours and above every door's: the store may be a restored one."""
        with self._engine.connect() as connection:
            modes = newest_modes(connection).values()
        return max([newest, *(mode.policy_version for mode, _ in modes)]) + 1

    def _newest_version(self) -> int:
        with self._engine.connect() as connection:
            return connection.execute(select(func.max(POLICY.c.version))).scalar() or 0

    def _policy(self, version: int) -> Policy:
        with self._lock:
            known = self._read.get(version)
        if known is None:
            document = self._kept(version)
            known = Policy() if document is None else read_policy(document.encode()).policy
            with self._lock:
                self._read = {**dict(list(self._read.items())[-3:]), version: known}
        return known


def _undone(
    before: BaseModel,
    planned: BaseModel,
    again: BaseModel,
    issued: BaseModel,
    within: Collection[str],
) -> str:
    """Return the path of a setting that a plan changes and that is overwritten; "" for none."""
    for name in within:
        was, wanted, now, set_ = (getattr(one, name) for one in (before, planned, again, issued))
        parts = was, wanted, now, set_
        if all(isinstance(part, BaseModel) for part in parts):
            if inner := _undone(*parts, type(was).model_fields):
                return f"{name}.{inner}"
        elif wanted not in (was, now) and now == set_:
            return name
    return ""
