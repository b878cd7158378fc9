"""What is recorded of personal data that is no longer kept (个人信息清除): counts, no content."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from gate_agent.contract.numbers import Whole
from gate_agent.contract.record import Record

Link = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class PurgeCause(StrEnum):
    """Why personal data was removed."""

    RETENTION = "retention"  # 保存期满
    REQUEST = "request"  # 本人要求删除
    WIPE = "wipe"  # 疫情结束清除


class DataPurged(Record):
    """Personal data was removed at this door (个人信息清除); what is left is whole, and proves it.

    The bodies of `redacted` registrations between `first_sequence` and `last_sequence` are gone;
    their digests stay, so that the chain from `link_before` still leads to `link_after`.
    """

    TYPE: ClassVar[str] = "gate.data.purged.v1"
    cause: PurgeCause
    request: str | None = Field(None, description="id of the request, where somebody asked")
    retention_days: Whole | None = Field(None, ge=0, description="the policy's, for `retention`")
    people: Whole = Field(0, ge=0, description="rows removed from the gate's own table")
    redacted: Whole = Field(0, ge=0, description="registrations whose sealed body was removed")
    first_sequence: Whole | None = Field(None, ge=1, description="of the redacted ones")
    last_sequence: Whole | None = Field(None, ge=1)
    link_before: Link | None = Field(None, description="link of the event before the first")
    link_after: Link | None = Field(None, description="link of the last")
    waiting: Whole = Field(
        0, ge=0, description="registrations kept until the centre has a receipt for them"
    )

    def with_more(self, other: DataPurged) -> DataPurged:
        """Return the counts of both parts of one purge, and the state of the later one."""
        return other.model_copy(
            update={
                "people": self.people + other.people,
                "redacted": self.redacted + other.redacted,
            }
        )

    @property
    def subject(self) -> str | None:
        """The request."""
        return self.request
