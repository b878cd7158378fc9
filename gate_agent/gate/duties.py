"""The duty book (消毒通风、物资登记): what the guard ticks off, and what a screen shows of it."""

from __future__ import annotations

import asyncio
from zoneinfo import ZoneInfo

from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.policy import Area, SupplyItem
from gate_agent.contract.records import DutyDone, Round, ShiftNoted, SuppliesCounted
from gate_agent.domain.duties import day_rounds, day_supplies, is_low, needed_by, rounds_of
from gate_agent.errors import StorageError
from gate_agent.gate.engine import Gate
from gate_agent.gate.errors import Invalid
from gate_agent.gate.keeping import kept
from gate_agent.gate.screen_state import DutiesView, LeaderView, NoteLineView, RoundView, SupplyView
from gate_agent.store.reader import JournalReader


class DutyBook:
    """One door's duties. Implements `gate.ports.DutyDesk`; used in the event loop."""

    def __init__(self, gate: Gate, *, reader: JournalReader, zone: ZoneInfo) -> None:
        self._gate = gate
        self._reader = reader
        self._zone = zone
        self._counting = asyncio.Lock()  # a stock is read, changed and durable in one go

    async def round_done(self, area: str, kind: Round, *, by: str) -> None:
        """Record a round of an area (消毒、通风、口罩封存)."""
        areas = self._gate.policy.duties.areas
        known = next((one for one in areas if one.name == area), None)
        if known is None:
            raise Invalid(expected=f"one of {_named(areas)}", got="another area")
        if kind is not Round.MASKS_SEALED and kind not in rounds_of(known):
            raise Invalid(expected=f"a round that {known.name} needs", got=kind)
        now = self._gate.now()
        done = DutyDone(area=area, kind=kind, by=by, at=format_utc(now.utc))
        await kept(self._gate, [done], now)

    async def supply_changed(
        self, item: str, *, counted: int | None, change: int | None, by: str
    ) -> None:
        """Record that an item was `counted`, or that its stock changed: use is negative."""
        items = self._gate.policy.supplies
        known = next((one for one in items if one.item == item), None)
        if known is None:
            raise Invalid(expected=f"one of {_supplies(items)}", got="another item")
        if (counted is None) == (change is None):
            raise Invalid(expected="either counted or change", got="both or none")
        async with self._counting:
            now = self._gate.now()
            before = self._stock(item, now)
            if counted is not None:
                stock, moved = counted, None
            elif before is None:
                raise Invalid(
                    expected="a first count of this item", got="a change of an unknown stock"
                )
            else:
                moved = change or 0
                stock = before + moved
                if stock < 0:
                    raise Invalid(expected=f"at most the {before} that are there", got=str(-moved))
            record = SuppliesCounted(
                item=item,
                stock=stock,
                change=moved,
                low=is_low(known, stock),
                by=by,
                at=format_utc(now.utc),
            )
            await kept(self._gate, [record], now)

    async def note(self, text: str, *, by: str) -> None:
        """Record what this shift tells the next (交班记录)."""
        now = self._gate.now()
        await kept(self._gate, [ShiftNoted(text=text, by=by, at=format_utc(now.utc))], now)

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
            note=None if note is None else NoteLineView(text=note.text, by=note.by, at=note.at),
            leader=None if leader is None else LeaderView(post=leader.leader, phone=leader.phone),
        )

    def _stock(self, item: str, now: Moment) -> int | None:
        day = now.utc.astimezone(self._zone).date().isoformat()
        level = self._reader.today.stocks(day).get(item)
        return None if level is None else level.stock


def _named(areas: tuple[Area, ...]) -> str:
    return ", ".join(area.name for area in areas)


def _supplies(items: tuple[SupplyItem, ...]) -> str:
    return ", ".join(item.item for item in items)
