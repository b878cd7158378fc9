"""What a screen sends of who came together (随行), as the bodies of its requests."""

from __future__ import annotations

from pydantic import Field

from gate_agent.contract.moment import Moment
from gate_agent.domain.events import CompanionCame, CompanionTold, GroupTold
from gate_agent.web.bodies import Note, Post, TapBody


class GroupRequest(TapBody):
    """So many go in with this person (随行 n 人); fewer than before is a split, with a reason."""

    companions: int = Field(strict=True, ge=0, le=20)
    by: Post
    reason: Note | None = Field(None, description="why the group is split 分开放行")

    def event(self, at: Moment, passage_id: str) -> GroupTold:
        """Return how many go in with this passage."""
        return GroupTold(
            at=at,
            passage_id=passage_id,
            companions=self.companions,
            by=self.by,
            reason=self.reason,
        )


class ArrivalRequest(TapBody):
    """One of this person's companions is here, to be measured by hand (随行人员已到)."""

    by: Post

    def event(self, at: Moment, passage_id: str) -> CompanionCame:
        """Return who came to be with this passage."""
        return CompanionCame(at=at, adult=passage_id, by=self.by)


class CompanionRequest(TapBody):
    """With whom this person came (是同行), or with nobody (不是同行)."""

    with_passage: str | None = Field(max_length=80, pattern="^[0-9A-Za-z-]+$")
    with_next: bool = Field(
        default=False, strict=True, description="与下一位同行: whoever comes next"
    )
    by: Post

    def event(self, at: Moment, passage_id: str) -> CompanionTold:
        """Return with whom this passage goes in."""
        return CompanionTold(
            at=at,
            passage_id=passage_id,
            adult=self.with_passage,
            with_next=self.with_next,
            by=self.by,
        )
