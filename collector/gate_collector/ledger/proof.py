"""Proves what stands beside the chains: ends, removals, times, states, views, documents.

Every fault is told, door after door. What cannot be found here is found against the other side:
`against`, the printed report, and the doors. docs/reliability.md says which is which.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterator
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlalchemy import Connection, Engine, func, select

from gate_agent.contract.anchor import parse_anchor
from gate_agent.contract.messages import LINK_0, parse_body, parse_state
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.policy_document import digest, published_form
from gate_agent.contract.records import ClockSynced, ModeApplied
from gate_agent.errors import ContractError
from gate_collector.ingest.corrected_times import expected_times, is_in_doubt
from gate_collector.ingest.gate_states import said_by
from gate_collector.ledger.anchors import faults_at, kept_by_doors
from gate_collector.ledger.rebuilt import differences
from gate_collector.store.dialect import snapshot
from gate_collector.store.schema import DOUBTED, EVENT, GATE, NOTABLE, PURGED, STREAM, own_word_of
from gate_collector.store.schema_office import MERGED, POLICY

_BATCH = 500


class _PolicySaid(BaseModel):
    """What a policy's document says of itself, whatever version made it."""

    version: int
    hall_mode: str


class _ReportSaid(BaseModel):
    """What a report's document says of itself."""

    day: str
    version: int
    made: str
    by: str
    why: str


class _AnchorSaid(BaseModel):
    anchor: str = ""


def faults_of(
    engine: Engine, gate: str, *, site: str, zone: ZoneInfo
) -> Generator[str, None, None]:
    """Yield what contradicts itself among all that is kept of a gate, its chain left out."""
    with snapshot(engine) as connection:
        yield from _whatever(_ends(connection, gate), "its ends")
        yield from _whatever(_removed(connection, gate), "what was removed")
        yield from _whatever(_times(connection, gate, site), "its times")
        yield from _whatever(_state(connection, gate), "its last state")
        yield from _whatever(differences(connection, gate, zone), "its views")


def faults_of_hall(engine: Engine) -> Generator[str, None, None]:
    """Yield what contradicts itself among the centre's own documents."""
    with snapshot(engine) as connection:
        yield from _whatever(_reports(connection), "the reports")
        yield from _whatever(_policies(connection), "the policies")
        yield from _whatever(_anchors(connection), "the anchors")


def _whatever(faults: Iterator[str], what: str) -> Iterator[str]:
    """Yield faults; one is also that somebody wrote what we never write, and cannot read."""
    try:
        yield from faults
    except (ContractError, TypeError, ValueError, LookupError, AttributeError) as exc:
        yield f"{what}: expected what can be read, got {type(exc).__name__}"


def _ends(connection: Connection, gate: str) -> Iterator[str]:
    """How far each chain is whole stands in its stream."""
    counts = select(EVENT.c.epoch, func.count().label("events")).where(EVENT.c.gate == gate)
    rows = connection.execute(counts.group_by(EVENT.c.epoch))
    held: dict[str, int] = {row.epoch: row.events for row in rows}
    streams = {
        row.epoch: row for row in connection.execute(select(STREAM).where(STREAM.c.gate == gate))
    }
    for epoch in sorted(held.keys() | streams.keys()):
        count = held.get(epoch, 0)
        stream = streams.get(epoch)
        if stream is None:
            yield f"epoch {epoch}: expected how far it is whole, got none"
            continue
        if stream.events != count:
            yield f"epoch {epoch}: expected {stream.events} events, got {count}"
        link = _link(connection, gate, epoch, stream.upto)
        if link != bytes(stream.link):
            yield f"epoch {epoch}: expected the receipted link of {stream.upto}, got another"
        if not stream.moved <= stream.touched:
            yield f"epoch {epoch}: expected its receipt after its growth, got the other way round"


def _link(connection: Connection, gate: str, epoch: str, sequence: int) -> bytes | None:
    if sequence == 0:
        return LINK_0
    event_key = (EVENT.c.gate == gate, EVENT.c.epoch == epoch, EVENT.c.sequence == sequence)
    kept_link = connection.execute(select(EVENT.c.link).where(*event_key)).scalar()
    return None if kept_link is None else bytes(kept_link)


def _removed(connection: Connection, gate: str) -> Iterator[str]:
    """Every body that is gone has its place in a record of removal, and every record its bodies."""
    ranges = defaultdict[str, list[Any]](list)
    for row in connection.execute(select(PURGED).where(PURGED.c.gate == gate)):
        ranges[row.epoch].append(row)
    gone = defaultdict[str, list[int]](list)
    without = EVENT.c.gate == gate, EVENT.c.body.is_(None)
    columns = EVENT.c.epoch, EVENT.c.sequence
    for epoch, sequence in connection.execute(select(*columns).where(*without)):
        gone[epoch].append(sequence)
    for epoch in sorted(ranges.keys() | gone.keys()):
        accounted, numbers = ranges[epoch], set(gone[epoch])
        expected = sum(row.redacted for row in accounted)
        if expected != len(numbers):
            yield f"epoch {epoch}: expected {expected} removed bodies, got {len(numbers)}"
        covered = {
            n
            for n in numbers
            if any(row.first_sequence <= n <= row.last_sequence for row in accounted)
        }
        for number in sorted(numbers - covered)[:_BATCH]:
            yield f"epoch {epoch} event {number}: its body is gone, and no record says so"
        for row in accounted:
            yield from _record(connection, row, numbers)


def _record(connection: Connection, row: Any, gone: set[int]) -> Iterator[str]:
    where = f"epoch {row.epoch} removal {row.id}"
    if not {row.first_sequence, row.last_sequence} <= gone:
        yield f"{where}: expected what it names to be gone, got a body or no event"
    links = {
        "link_before": (row.link_before, row.first_sequence - 1),
        "link_after": (row.link_after, row.last_sequence),
    }
    for name, (kept, at) in links.items():
        if bytes(kept) != _link(connection, row.gate, row.epoch, at):
            yield f"{where}: expected {name} of event {at}, got another"


def _times(connection: Connection, gate: str, site: str) -> Iterator[str]:
    """When an event happened and how late it came follow from its body and its arrival."""
    began = {
        synced.boot: synced.booted
        for data in connection.execute(
            select(NOTABLE.c.data)
            .where(NOTABLE.c.gate == gate, NOTABLE.c.type == ClockSynced.TYPE)
            .order_by(NOTABLE.c.id)
        ).scalars()
        for synced in (ClockSynced.model_validate_json(data),)
    }
    own = [DOUBTED.c[name] for name in ("boot", "bootns", "said", "booted")]
    rows = connection.execution_options(yield_per=_BATCH).execute(
        select(EVENT, *own)
        .outerjoin(DOUBTED, own_word_of(EVENT))
        .where(EVENT.c.gate == gate)
        .order_by(EVENT.c.epoch, EVENT.c.sequence)
    )
    for row in rows:
        if row.body is None:
            continue
        where = f"epoch {row.epoch} event {row.sequence}"
        try:
            envelope = parse_body(bytes(row.body))
        except ContractError:
            continue  # the chain's fault, told there
        if envelope.site != site:
            yield f"{where}: expected an event of {site}, got one of {envelope.site}"
        if is_in_doubt(envelope) is not (row.said is not None):
            yield f"{where}: expected the door's own word of when, or none, got the other"
            continue
        if row.said is not None:
            said = (envelope.boot, envelope.boot_ns, envelope.time)
            if (row.boot, row.bootns, row.said) != said:
                yield f"{where}: expected the door's own word of when, got another"
            if row.booted not in (None, began.get(envelope.boot)):
                yield f"{where}: expected the boot's beginning as the door told it, got another"
        due = expected_times(
            envelope, stored=row.stored, historical=row.historical, booted=row.booted
        )
        if row.time != due[0] or not _is_late_by(row.late_ms, due[1]):
            yield f"{where}: expected the times that follow from its body, got others"
    orphans = (
        select(func.count())
        .select_from(DOUBTED.outerjoin(EVENT, own_word_of(EVENT)))
        .where(DOUBTED.c.gate == gate, EVENT.c.sequence.is_(None))
    )
    if count := connection.execute(orphans).scalar_one():
        yield f"expected an event for each word of when, got {count} without"


def _is_late_by(late_ms: int | None, due_ms: int | None) -> bool:
    """Whether a lateness is what it must be.

    Earlier versions reckoned it from microseconds that `stored` does not keep: one more at most.
    """
    if late_ms is None or due_ms is None:
        return late_ms is due_ms
    return late_ms - due_ms in (0, 1)


def _state(connection: Connection, gate: str) -> Iterator[str]:
    """What the door said of itself last: it had receipts for what must be here."""
    row = connection.execute(select(GATE).where(GATE.c.gate == gate)).mappings().first()
    if row is None:
        return
    try:
        parsed = parse_state(row["payload"].encode())
    except ContractError:
        yield "expected its last state, got what is none"
        return
    state, due = parsed.value, said_by(parsed)
    until = state.certificate_until and format_utc(parse_utc(state.certificate_until))
    due["certificate_until"] = until
    if state.state != "lost":
        due["told"] = state.time
    wrong = sorted(name for name, value in due.items() if row[name] != value)
    if wrong:
        yield f"its last state: column {wrong[0]} says other than what it said"
    upto = connection.execute(
        select(STREAM.c.upto).where(STREAM.c.gate == gate, STREAM.c.epoch == state.epoch)
    ).scalar()
    receipted = state.sequence - state.pending
    if receipted > (upto or 0):
        yield f"epoch {state.epoch}: the door has a receipt up to {receipted}, got {upto or 0} here"
    link = _link(connection, gate, state.epoch, state.sequence)
    if link is not None and link.hex() != state.link:
        yield f"epoch {state.epoch}: expected the door's link of {state.sequence}, got another"


def _reports(connection: Connection) -> Iterator[str]:
    """A printed page carries the digest of its document; versions of a day are 1, 2, 3."""
    last = ("", 0)
    for row in connection.execute(select(MERGED).order_by(MERGED.c.day, MERGED.c.version)):
        where = f"report of {row.day} version {row.version}"
        if sha256(row.document.encode()).hexdigest() != row.sha256:
            yield f"{where}: expected the document that was made, got another"
        said = _ReportSaid.model_validate_json(row.document).model_dump()
        if any(getattr(row, name) != value for name, value in said.items()):
            yield f"{where}: its columns say other than its document"
        before = last[1] if last[0] == row.day else 0
        if row.version != before + 1:
            yield f"{where}: expected version {before + 1} of that day"
        last = row.day, row.version


def _anchors(connection: Connection) -> Iterator[str]:
    """Each chain is what it was when a report was made, and when the doors kept an anchor."""
    documents = connection.execute(select(MERGED.c.document)).scalars()
    printed = (_AnchorSaid.model_validate_json(document).anchor for document in documents)
    made = [parse_anchor(text.encode()) for text in printed if text]
    yield from faults_at(connection, [*made, *kept_by_doors(connection)])


def _policies(connection: Connection) -> Iterator[str]:
    last: int | None = None
    known: dict[int, str] = {}
    for row in connection.execute(select(POLICY).order_by(POLICY.c.version)):
        known[row.version] = row.sha256
        where = f"policy {row.version}"
        document = row.document.encode()
        if row.sha256 not in (digest(document), digest(published_form(document))):
            yield f"{where}: expected the document that was published, got another"
        said = _PolicySaid.model_validate_json(row.document)
        if (said.version, said.hall_mode) != (row.version, row.hall_mode):
            yield f"{where}: its columns say other than its document"
        if last is not None and row.version != last + 1:
            yield f"{where}: expected {last + 1}, the version after"
        last = row.version
    applied = connection.execute(
        select(NOTABLE.c.data).where(NOTABLE.c.type == ModeApplied.TYPE)
    ).scalars()
    for data in applied:
        told_by = ModeApplied.model_validate_json(data)
        ours = known.get(told_by.policy_version)
        if ours is not None and ours != told_by.policy_sha256:
            yield f"policy {told_by.policy_version}: a door follows another document of this number"
