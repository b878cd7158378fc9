"""What a screen sends of who is let by (绿色通道, 现场补预约), as the bodies of its requests."""

from __future__ import annotations

from pydantic import Field

from gate_agent.contract.moment import Moment
from gate_agent.domain.events import AppointmentGiven, GreenGiven
from gate_agent.web.bodies import Note, Post, TapBody


class GreenRequest(TapBody):
    """This person comes by the green channel (绿色通道), and why; without a reason, no more."""

    reason: Note | None = Field(description="one of the screen's words; null takes the mark back")
    by: Post

    def event(self, at: Moment, passage_id: str) -> GreenGiven:
        """Return the mark of this passage."""
        return GreenGiven(at=at, passage_id=passage_id, reason=self.reason, by=self.by)


class AppointmentRequest(TapBody):
    """This person came without an appointment, and gets one on the spot (现场补预约)."""

    by: Post

    def event(self, at: Moment, passage_id: str) -> AppointmentGiven:
        """Return the appointment of this passage."""
        return AppointmentGiven(at=at, passage_id=passage_id, by=self.by)
