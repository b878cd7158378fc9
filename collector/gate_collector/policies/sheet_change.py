"""What a sheet changes of the policy, told before it is published."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from gate_agent.contract.policy import Policy
from gate_collector.policies import sheets


@dataclass(frozen=True, kw_only=True)
class SheetChange:
    """A sheet of one kind, in place of what is there or beside it. Raises PolicyFault."""

    kind: sheets.Kind
    content: bytes
    replace: bool
    site_key: bytes | None
    zone: ZoneInfo

    @property
    def seen(self) -> str:
        """What shows that somebody was told of this very sheet before it is published."""
        content = f"{self.kind} {self.replace} ".encode()
        return sha256(content + self.content).hexdigest()

    def look(self, old: Policy) -> dict[str, Any]:
        """Return what the sheet holds and what it changes of `old`; nobody's name or number."""
        sheet = self.sheet
        before, after = set(getattr(old, self.kind)), set(self._merged(sheet, old))
        return {
            "seen": self.seen,
            "count": len(sheet.entries),
            "first": sheet.first,
            "last": sheet.last,
            "ignored": list(sheet.ignored),
            "added": len(after - before),
            "removed": len(before - after),
            "unchanged": len(before & after),
        }

    def change(self, old: Policy) -> dict[str, Any]:
        """Return the part of the document that the sheet sets."""
        merged = self._merged(self.sheet, old)
        return {self.kind: [entry.model_dump(mode="json") for entry in merged]}

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
        made = set(sheet.entries)
        kept = () if self.replace else getattr(old, self.kind)
        merged = (*(entry for entry in kept if entry not in made), *sheet.entries)
        if self.kind == "appointments":
            sheets.check_quota(merged, old.quotas, self.zone)
        return merged
