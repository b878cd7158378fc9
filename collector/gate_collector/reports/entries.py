"""What a clerk enters for a day's report (补充登记): who and when are kept, nothing is edited.

An entry is corrected, or withdrawn, by another one that names it; the newest of such a row counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from gate_agent.contract.duty_records import Disinfectant
from gate_agent.contract.moment import format_utc, on_clock
from gate_agent.errors import AskedInVain
from gate_collector.centre import Centre
from gate_collector.roles.session import acting
from gate_collector.store.schema_office import DAY_ENTRY

_ONE = timedelta(days=1)
_STAFF = "staff"  # what the store keeps a StaffEntry as
_GATE = "[a-z0-9][a-z0-9-]{0,62}"
Word = Annotated[str, Field(max_length=60)]
Count = Annotated[int, Field(ge=0, le=100_000)]


class UnkeptEntry(AskedInVain):
    """This cannot be entered; `code` says why in a word."""


class RoundScope(StrEnum):
    """Which rounds were done."""

    BOTH = "both"
    DISINFECTED = "disinfected"
    AIRED = "aired"


class SupplyMove(StrEnum):
    """What was done with supplies of the office's own store."""

    COUNTED = "counted"  # 盘点
    RECEIVED = "received"  # 入库
    ISSUED = "issued"  # 发放


def _told_by_kind(schema: dict[str, Any]) -> None:
    """Ask for the kind, by which whoever reads an entry knows which it is: it has no default."""
    if "kind" in schema["properties"]:
        schema["required"] = ["kind", *schema.get("required", ())]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_told_by_kind)


class RoundAt(_Entry):
    """A round that nobody tapped at the door's own screen: who did it, when, with what."""

    gate: str = Field(pattern=f"^{_GATE}$")
    area: Word = Field("", description="empty: every area of the door")
    scope: RoundScope = RoundScope.BOTH
    at: time = Field(description="local")
    done_by: str = Field(min_length=1, max_length=40)
    method: Disinfectant | Literal[""] = ""


class RoundEntry(RoundAt):
    """Such a round as a clerk enters it (补登)."""

    kind: Literal["round"] = "round"


class ScannedEntry(RoundAt):
    """Such a round as whoever did it told it, by the code that hangs there (扫码登记)."""

    kind: Literal["scanned"] = "scanned"


class MasksEntry(_Entry):
    """Used masks (废弃口罩): how many bags, where they are, to whom they were handed."""

    kind: Literal["masks"] = "masks"
    bags: Count
    place: Word = ""
    handed_to: Word = ""

    @model_validator(mode="after")
    def _is_whole(self) -> MasksEntry:
        if self.bags and not (self.place and self.handed_to):
            raise ValueError("expected place and receiver of the bags")
        return self


class SuppliesEntry(_Entry):
    """Supplies (物资) of the office's store: counted, received, or issued to people and windows.

    With a `gate` they are those of a door, which a clerk counted there.
    """

    kind: Literal["supplies"] = "supplies"
    item: str = Field(min_length=1, max_length=40)
    move: SupplyMove
    quantity: Count
    to: Word = Field("", description="a person or a window")
    gate: str = Field("", pattern=f"^({_GATE})?$", description="empty: the office's own store")

    @model_validator(mode="after")
    def _is_whole(self) -> SuppliesEntry:
        if self.move is SupplyMove.ISSUED and not self.to:
            raise ValueError("expected to whom it was issued")
        if self.gate and self.move is not SupplyMove.COUNTED:
            raise ValueError("expected a count at a door, got a move of the office's store")
        return self


class StaffEntry(_Entry):
    """Staff who were not measured, since they are absent; and how many have symptoms at home."""

    kind: Literal["staff"] = "staff"
    absent: Count
    with_symptoms: Count


class CounselEntry(_Entry):
    """People were counselled (心理疏导)."""

    kind: Literal["counselled"] = "counselled"
    people: int = Field(ge=1, le=10_000)
    hold_id: str = Field("", max_length=80, description="of whom it was, where it was a held one")


class WithdrawnEntry(_Entry):
    """An entry was wrong and nothing stands in its place."""

    kind: Literal["withdrawn"] = "withdrawn"
    why: str = Field(min_length=1, max_length=200)


AnyEntry = Annotated[
    RoundEntry | MasksEntry | SuppliesEntry | StaffEntry | CounselEntry | WithdrawnEntry,
    Field(discriminator="kind"),
]
KeptEntry = Annotated[AnyEntry | ScannedEntry, Field(discriminator="kind")]
_READ: TypeAdapter[KeptEntry] = TypeAdapter(KeptEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An entry as it is kept."""

    id: int
    day: str
    at: str
    by: str
    entry: KeptEntry
    corrects: int | None
    is_replaced: bool
    first: tuple[str, int]  # when the first of its row was entered, and its id: its place in order

    @property
    def counts(self) -> bool:
        """Whether it is the last word."""
        return not self.is_replaced and not isinstance(self.entry, WithdrawnEntry)


def entries_until(connection: Connection, day: date, *, since: date | None = None) -> list[Kept]:
    """Return what was entered for the days up to this one, or for it alone, in order.

    What corrects stands where the corrected stood. Of absent staff the newest of a day counts.
    """
    columns = DAY_ENTRY.c
    rows = connection.execute(
        select(DAY_ENTRY)
        .where(columns.day <= day.isoformat(), columns.day >= (since or date.min).isoformat())
        .order_by(columns.day, columns.id)
    ).all()
    replaced = {row.corrects for row in rows}
    newest = {row.day: row.id for row in rows if row.kind == _STAFF}
    first: dict[int, tuple[str, int]] = {}
    kept = []
    for row in rows:
        first[row.id] = first.get(row.corrects, (row.at, row.id))
        is_older = row.kind == _STAFF and row.id != newest[row.day]
        entry = Kept(
            id=row.id, day=row.day, at=row.at, by=row.by, entry=_READ.validate_json(row.data),
            corrects=row.corrects, is_replaced=row.id in replaced or is_older, first=first[row.id],
        )  # fmt: skip
        kept.append(entry)
    return sorted(kept, key=lambda one: (one.day, one.first, one.id))


def entries_of(connection: Connection, day: date) -> list[Kept]:
    """Return what was entered for a day, in order."""
    return entries_until(connection, day, since=day)


def keep(centre: Centre, day: date, entry: KeptEntry, *, by: str, corrects: int | None) -> None:
    """Keep one. Raises UnkeptEntry."""
    if day > centre.today.date:
        raise UnkeptEntry("too_early", f"expected a day that has begun, got {day}")
    if isinstance(entry, StaffEntry):
        _expect_on_roster(centre, day, entry)
    if isinstance(entry, RoundAt) and moment_of(centre, day, entry.at) > centre.now:
        raise UnkeptEntry("too_early", "expected a time that is over, got a later one")
    if isinstance(entry, WithdrawnEntry) and corrects is None:
        raise UnkeptEntry("out_of_turn", "expected the entry that is withdrawn, got none")
    row = {
        "day": day.isoformat(),
        "kind": entry.kind,
        "at": format_utc(centre.now),
        "by": by,
        "role": "" if isinstance(entry, ScannedEntry) else acting().role.value,
        "data": entry.model_dump_json(),
        "corrects": corrects,
    }
    try:
        with centre.engine.begin() as connection:
            if corrects is not None:
                _expect_counting(connection, day, entry, corrects)
            connection.execute(insert(DAY_ENTRY).values(row))
    except IntegrityError as exc:
        raise UnkeptEntry("again", "expected the newest entry, got a replaced one") from exc


def _expect_on_roster(centre: Centre, day: date, entry: StaffEntry) -> None:
    most = len(centre.policy_at(centre.day(day).end).roster)
    if entry.with_symptoms > entry.absent or (most and entry.absent > most):
        got = f"{entry.absent} absent, {entry.with_symptoms} with symptoms"
        raise UnkeptEntry("absent", f"absent: expected at most the roster of {most}, got {got}")


def _expect_counting(connection: Connection, day: date, entry: KeptEntry, corrects: int) -> None:
    known = next((one for one in entries_of(connection, day) if one.id == corrects), None)
    if known is None or not known.counts:
        raise UnkeptEntry("again", "expected an entry of this day that counts, got another")
    if entry.kind not in (known.entry.kind, "withdrawn"):
        raise UnkeptEntry("out_of_turn", f"expected {known.entry.kind}, got {entry.kind}")


def moment_of(centre: Centre, day: date, local: time) -> datetime:
    """Return when a local time was in this day, which begins at the cut of the day before."""
    reported = centre.day(day)
    at = datetime.combine(day, local, tzinfo=centre.zone)
    return at if at <= on_clock(reported.end, centre.zone) else at - _ONE
