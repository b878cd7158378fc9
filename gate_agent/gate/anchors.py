"""Keeps the centre's anchors (每日锚点) in this door's journal, out of the centre's reach."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from gate_agent.contract.anchor import AnchorKept, DayAnchor, parse_anchor
from gate_agent.contract.moment import format_utc
from gate_agent.errors import ContractError
from gate_agent.gate.engine import Gate
from gate_agent.host.files import write_whole

_LOG = logging.getLogger(__name__)


class AnchorKeeper:
    """Journals each anchor once: one a day, and one more for each report that was corrected."""

    def __init__(self, gate: Gate, *, kept: Path, zone: ZoneInfo) -> None:
        """`kept` remembers the newest over a restart; without it one is journalled again."""
        self._gate = gate
        self._kept = kept
        self._zone = zone
        self._newest = self._read()

    def hear(self, payload: bytes) -> None:
        """Take what the centre tells; none of a day to come, nor one made before the newest."""
        try:
            anchor = parse_anchor(payload)
        except ContractError as exc:
            _LOG.warning("an anchor was refused: %s", exc)
            return
        now = self._gate.now()
        tomorrow = now.utc + timedelta(days=1)  # of whoever's clock is wrong
        if anchor.day > tomorrow.astimezone(self._zone).date().isoformat():
            return
        before = "" if self._newest is None else self._newest.made
        if not before < anchor.made <= format_utc(tomorrow):
            return
        if self._gate.keep([AnchorKept.model_validate(anchor.model_dump())], now):
            self._newest = anchor
            try:
                write_whole(self._kept, payload)
            except OSError as exc:
                _LOG.warning("an anchor is in the journal, which may get it again: %s", exc)

    def _read(self) -> DayAnchor | None:
        try:
            return parse_anchor(self._kept.read_bytes())
        except (OSError, ContractError):
            return None
