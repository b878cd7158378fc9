"""What a sheet changes of the policy, told before it is published."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from gate_agent.contract.policy import Policy
from gate_collector.policies import sheets
from gate_collector.policies.sheet_appointments import Merged, merged


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLook:
    """What a sheet holds and what it changes; nobody's name or number."""

    seen: str  # sent back with the same sheet, it is published
    count: int
    first: str
    last: str
    ignored: tuple[str, ...]  # headings of columns that nothing is taken from
    added: int
    removed: int
    unchanged: int
    cancelled_since: int  # of appointments: what the office did since, and the sheet undoes
    moved_since: int


@dataclass(frozen=True, kw_only=True)
class SheetChange:
    """A sheet of one kind, in place of what is there or beside it. Raises PolicyFault."""

    kind: sheets.Kind
    content: bytes
    replace: bool
    restore: bool = False  # also what the office cancelled or moved since
    site_key: bytes | None
    zone: ZoneInfo

    @property
    def seen(self) -> str:
        """What shows that somebody was told of this very sheet before it is published."""
        content = f"{self.kind} {self.replace} {self.restore} ".encode()
        return sha256(content + self.content).hexdigest()

    def look(self, old: Policy) -> SheetLook:
        """Return what the sheet holds and what it changes of `old`; nobody's name or number."""
        sheet = self.sheet
        since = self._appointments(old) if self.kind == "appointments" else None
        before, after = set(getattr(old, self.kind)), set(self._merged(sheet, old))
        return SheetLook(
            seen=self.seen,
            count=len(sheet.entries),
            first=sheet.first,
            last=sheet.last,
            ignored=sheet.ignored,
            added=len(after - before),
            removed=len(before - after),
            unchanged=len(before & after),
            cancelled_since=since.cancelled_since if since else 0,
            moved_since=since.moved_since if since else 0,
        )

    def change(self, old: Policy) -> dict[str, Any]:
        """Return the part of the document that the sheet sets."""
        merged = self._merged(self.sheet, old)
        part: dict[str, Any] = {self.kind: [entry.model_dump(mode="json") for entry in merged]}
        if self.kind == "appointments":
            cancelled = self._appointments(old).cancelled
            part["cancelled"] = [entry.model_dump(mode="json") for entry in cancelled]
        return part

    @cached_property
    def sheet(self) -> sheets.Sheet[Any]:
        """What the sheet holds. Raises PolicyFault."""
        match self.kind:
            case "rota":
                return sheets.rota(self.content, self.zone)
            case "posts":
                return sheets.posts(self.content)
            case "roster":
                return sheets.roster(self.content, self.site_key or b"")
            case "appointments":
                return sheets.appointments(self.content, self.site_key or b"", self.zone)

    def _merged(self, sheet: sheets.Sheet[Any], old: Policy) -> tuple[Any, ...]:
        if self.kind == "appointments":
            booked = self._appointments(old).appointments
            sheets.check_quota(booked, old.quotas, self.zone)
            return booked
        made = set(sheet.entries)
        kept = () if self.replace else getattr(old, self.kind)
        return (*(entry for entry in kept if entry not in made), *sheet.entries)

    def _appointments(self, old: Policy) -> Merged:
        return merged(self.sheet.entries, old, replace=self.replace, restore=self.restore)
