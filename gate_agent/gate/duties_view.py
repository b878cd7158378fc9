"""What a screen may know of the duties of the day (值守事务): the body of `/api/v1/duties`."""

from __future__ import annotations

from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.records import Round


class RoundView(FrozenModel):
    """One kind of round in one area (消毒通风): `due` by now, `needed` in the day."""

    area: str
    kind: Round
    done: int
    needed: int
    due: int
    last: str | None


class SupplyView(FrozenModel):
    """One item (物资); `stock` is null until it is counted."""

    item: str
    unit: str
    stock: int | None
    used: int
    low: bool


class LeaderView(FrozenModel):
    """Who leads now (带班领导): a post and the duty telephone."""

    post: str
    phone: str


class NoteLineView(FrozenModel):
    """What one shift tells the next (交班记录)."""

    text: str
    by: str
    at: str


class DutiesView(FrozenModel):
    """The duties of the local day at this door: the body of `/api/v1/duties`."""

    rounds: tuple[RoundView, ...]
    masks_sealed: int
    supplies: tuple[SupplyView, ...]
    leader: LeaderView | None
    note: NoteLineView | None = None
