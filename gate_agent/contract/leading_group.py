"""Who leads the hall's work against an epidemic (领导小组): posts, and when equipment waits."""

from __future__ import annotations

from datetime import time
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from gate_agent.contract.hall_times import HallTime, is_between
from gate_agent.contract.setting import StrictModel

Phone = Annotated[str, Field(pattern=r"^[0-9+][0-9 -]{1,19}$", examples=["010-5550 0120"])]


class PostRank(StrEnum):
    """When a post is told, beside the leader on duty (带班领导), who is told first."""

    OFFICE = "office"  # 办公室: at the same time as the leader on duty
    DEPUTY = "deputy"  # 副组长: when nobody answered
    HEAD = "head"  # 组长: when nobody answered still
    MAINTAINER = "maintainer"  # 运维: of equipment and data, first
    MEMBER = "member"  # 组员: of what all must know


class Post(StrictModel):
    """One post (岗位): who holds it, as the file of channels names them, and a duty telephone."""

    post: str = Field(min_length=1, max_length=40, description="e.g. 组长, 副组长, 办公室主任")
    name: str = Field(min_length=1, max_length=40, description="surname and title, e.g. 张局长")
    phone: Phone
    rank: PostRank = PostRank.MEMBER
    group: str = Field("", max_length=40, description="e.g. 领导小组, 综合协调组")


class RestHours(StrictModel):
    """When alerts of equipment wait (免打扰时段), by the hall's clock; over midnight, too."""

    begins: HallTime
    ends: HallTime

    def covers(self, at: time) -> bool:
        """Whether this time of day is within them."""
        return is_between(self.begins, self.ends, at)
