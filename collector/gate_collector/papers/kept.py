"""Issues the papers of a case and keeps each as it was issued; a later one changes none before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from hashlib import sha256

from sqlalchemy import Connection, Engine, and_, or_, select
from sqlalchemy.exc import IntegrityError

from gate_agent.contract.moment import format_utc, on_clock, parse_utc
from gate_agent.errors import AskedInVain, GateError
from gate_agent.words import WORDS, word
from gate_collector.papers.content import CaseFacts, CasePaper, PaperKind
from gate_collector.store.schema_office import PAPER

_TRIES = 5  # two offices issue at once: one takes the next number


class Unissuable(AskedInVain):
    """This paper cannot be issued now; `code` says why in a word."""


class NoSuchPaper(GateError):  # noqa: N818 it is an answer
    """There is no such paper, or it is not as it was issued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperIssued:
    """One paper in a list."""

    gate: str
    hold_id: str
    serial: int
    case_number: str
    kind: PaperKind
    number: int
    issued: str
    by: str
    role: str

    @property
    def path(self) -> str:
        """Where it is read and printed."""
        return f"/cases/{self.gate}/{self.hold_id}/papers/{self.serial}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for, by whom."""

    kind: PaperKind
    by: str
    role: str
    statement: str
    unit: str
    hall: str
    leader: str | None


def papers_of(
    connection: Connection, holds: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[PaperIssued, ...]]:
    """Return the papers of these holds (gate, hold id), in their order: for 专项专报 of a day."""
    keys = list(holds)
    columns = [PAPER.c[name] for name in PaperIssued.__dataclass_fields__]
    wanted = (and_(PAPER.c.gate == gate, PAPER.c.hold_id == hold_id) for gate, hold_id in keys)
    rows = connection.execute(
        select(*columns).where(or_(False, *wanted)).order_by(PAPER.c.serial)  # noqa: FBT003
    ).mappings()
    papers: dict[tuple[str, str], tuple[PaperIssued, ...]] = dict.fromkeys(keys, ())
    for row in rows:
        one = PaperIssued(**{**row, "kind": PaperKind(row["kind"])})
        papers[one.gate, one.hold_id] += (one,)
    return papers


def may_issue(before: tuple[PaperIssued, ...], *, is_closed: bool) -> tuple[PaperKind, ...]:
    """Return which paper may come now, the usual one first. Pure."""
    if not before:
        return (PaperKind.FIRST,)
    if any(one.kind is PaperKind.FINAL for one in before):
        return (PaperKind.FINAL,)  # 终报第2号: what was found out after
    return (PaperKind.FINAL, PaperKind.FOLLOW_UP) if is_closed else (PaperKind.FOLLOW_UP,)


def issue(
    engine: Engine, facts: CaseFacts, order: Order, *, now: datetime, zone: tzinfo
) -> CasePaper:
    """Issue the next paper of a case. Raises Unissuable."""
    if facts.is_drill:
        raise Unissuable("drill", "expected a real hold, got a drill")
    for _ in range(_TRIES):
        try:
            with engine.begin() as connection:
                return _issued(connection, facts, order, now=now, zone=zone)
        except IntegrityError:
            continue  # somebody else took the number
    raise Unissuable("again", "expected a free number, got: taken again and again")


def _issued(
    connection: Connection, facts: CaseFacts, order: Order, *, now: datetime, zone: tzinfo
) -> CasePaper:
    key = facts.gate, facts.hold_id
    before = papers_of(connection, [key])[key]
    allowed = may_issue(before, is_closed=facts.is_closed)
    if order.kind not in allowed:
        raise Unissuable("out_of_turn", f"expected {' or '.join(allowed)}, got {order.kind}")
    paper = CasePaper(
        unit=order.unit,
        hall=order.hall,
        case_number=before[0].case_number if before else _case_number(connection, facts, zone),
        kind=order.kind,
        number=sum(one.kind is order.kind for one in before) + 1,
        serial=len(before) + 1,
        issued=format_utc(now),
        by=order.by,
        statement=order.statement,
        leader=order.leader,
        facts=facts,
    )
    document = paper.model_dump_json()
    row = paper.model_dump(include={"case_number", "kind", "number", "serial", "issued", "by"})
    connection.execute(
        PAPER.insert().values(
            **row, gate=facts.gate, hold_id=facts.hold_id, role=order.role,
            sha256=sha256(document.encode()).hexdigest(), document=document,
        )
    )  # fmt: skip
    return paper


def read_paper(engine: Engine, gate: str, hold_id: str, serial: int) -> CasePaper:
    """Return a paper as it was issued. Raises NoSuchPaper, also for one that was touched since."""
    with engine.connect() as connection:
        row = connection.execute(
            select(PAPER.c.document, PAPER.c.sha256).where(
                PAPER.c.gate == gate, PAPER.c.hold_id == hold_id, PAPER.c.serial == serial
            )
        ).first()
    if row is None:
        raise NoSuchPaper(f"expected a paper of this case, got number {serial}")
    if sha256(row.document.encode()).hexdigest() != row.sha256:
        raise NoSuchPaper("expected a paper as it was issued, got one that was changed")
    return CasePaper.model_validate_json(row.document)


def _case_number(connection: Connection, facts: CaseFacts, zone: tzinfo) -> str:
    """Return the next number of this door and day; it stays with the case."""
    day = on_clock(parse_utc(facts.opened), zone).strftime("%Y%m%d")
    prefix = f"{short_name(facts.gate, facts.door)}-{day}-"
    taken = connection.execute(
        select(PAPER.c.case_number).where(PAPER.c.case_number.startswith(prefix, autoescape=True))
    ).scalars()
    last = max((int(number.removeprefix(prefix)) for number in taken), default=0)
    return f"{prefix}{last + 1:02d}"


def short_name(gate: str, door: str) -> str:
    """Return how a file's number calls a door: 西1F for west-1f, or the door's own name. Pure."""
    side, _, floor = gate.partition("-")
    key = f"door_side.{side}"
    if key in WORDS:
        return f"{word(key)}{floor.upper()}"
    return (door if door != gate else gate.upper()).removesuffix(word("column.door"))
