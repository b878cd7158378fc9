"""What is asked about the duties at a door (消毒通风、物资), as models."""

from __future__ import annotations

from pydantic import Field

from gate_agent.contract.duty_records import DutyDone, Round, ShiftNoted
from gate_agent.contract.moment import Moment, format_utc
from gate_agent.domain.duties import SupplyTold
from gate_agent.web.bodies import Note, Post, TapBody


class RoundRequest(TapBody):
    """A round of an area is done (消毒通风)."""

    area: str = Field(min_length=1, max_length=40, description="as in the policy")
    kind: Round
    by: Post

    def event(self, at: Moment) -> DutyDone:
        """Return the round."""
        return DutyDone(area=self.area, kind=self.kind, by=self.by, at=format_utc(at.utc))


class ShiftNoteRequest(TapBody):
    """What one shift tells the next (交班记录)."""

    text: Note
    by: Post

    def event(self, at: Moment) -> ShiftNoted:
        """Return the note."""
        return ShiftNoted(text=self.text, by=self.by, at=format_utc(at.utc))


class SupplyRequest(TapBody):
    """An item was counted, or its stock changed (物资); one of both."""

    item: str = Field(min_length=1, max_length=40, description="as in the policy")
    counted: int | None = Field(None, strict=True, ge=0, le=1_000_000)
    change: int | None = Field(
        None,
        strict=True,
        ge=-100_000,
        le=100_000,
        description="use is negative, a delivery positive",
    )
    by: Post

    def event(self, at: Moment) -> SupplyTold:
        """Return what is told of the item."""
        counted, change = self.counted, self.change
        return SupplyTold(at=at, item=self.item, counted=counted, change=change, by=self.by)
