"""The duty book (消毒通风、物资登记): what the guard ticks off, and what a screen shows of it."""

from __future__ import annotations

import asyncio
from zoneinfo import ZoneInfo

from gate_agent.contract.moment import Moment
from gate_agent.contract.records import DutyDone, Record, Round, ShiftNoted
from gate_agent.domain.duties import (
    DutyTap,
    SupplyTold,
    checked_round,
    counted,
    day_rounds,
    day_supplies,
    needed_by,
)
from gate_agent.domain.effects import StepRefused
from gate_agent.errors import StorageError
from gate_agent.gate.duties_view import DutiesView, LeaderView, NoteLineView, RoundView, SupplyView
from gate_agent.gate.engine import Gate
from gate_agent.gate.errors import refused
from gate_agent.gate.keeping import kept
from gate_agent.store.reader import JournalReader


class DutyBook:
    """One door's duties. Implements `gate.ports.DutyDesk`; used in the event loop."""

    def __init__(self, gate: Gate, *, reader: JournalReader, zone: ZoneInfo) -> None:
        self._gate = gate
        self._reader = reader
        self._zone = zone
        self._telling = asyncio.Lock()  # a stock is read, changed and durable in one go

    async def request(self, tap: DutyTap) -> None:
        """Record what was done, counted or written down; it is durable then."""
        async with self._telling:
            now = self._gate.now()
            try:
                record = self._record(tap, now)
            except StepRefused as exc:
                raise refused(exc) from None
            await kept(self._gate, [record], now)

    def _record(self, tap: DutyTap, now: Moment) -> Record:
        policy = self._gate.policy
        match tap:
            case DutyDone():
                return checked_round(tap, policy.duties)
            case SupplyTold():
                return counted(tap, policy.supplies, lambda item: self._stock(item, now))
            case ShiftNoted():
                return tap

    def view(self) -> DutiesView | None:
        """Return what is done, due and low now; None when the journal cannot be read."""
        now, policy = self._gate.now(), self._gate.policy
        local = now.utc.astimezone(self._zone)
        day = local.date().isoformat()
        try:
            rounds, stocks = self._reader.today.rounds(day), self._reader.today.stocks(day)
            note = self._reader.last_note()
        except StorageError:
            return None
        done = {key: count for key, (count, _) in rounds.items()}
        due = needed_by(policy.duties, local.time())
        units = {item.item: item.unit for item in policy.supplies}
        leader = policy.on_duty(now.utc)
        return DutiesView(
            rounds=tuple(
                RoundView(
                    area=one.area,
                    kind=one.kind,
                    done=one.done,
                    needed=one.needed,
                    due=due,
                    last=rounds.get((one.area, one.kind), (0, None))[1],
                )
                for one in day_rounds(policy.duties, done)
            ),
            masks_sealed=sum(n for (_, kind), n in done.items() if kind is Round.MASKS_SEALED),
            supplies=tuple(
                SupplyView(**stock.model_dump(), unit=units[stock.item])
                for stock in day_supplies(policy.supplies, stocks)
            ),
            note=None if note is None else self._note(note),
            leader=None if leader is None else LeaderView(post=leader.leader, phone=leader.phone),
        )

    def _note(self, note: ShiftNoted) -> NoteLineView:
        return NoteLineView(text=self._gate.sealing.opened(note.text), by=note.by, at=note.at)

    def _stock(self, item: str, now: Moment) -> int | None:
        day = now.utc.astimezone(self._zone).date().isoformat()
        level = self._reader.today.stocks(day).get(item)
        return None if level is None else level.stock
