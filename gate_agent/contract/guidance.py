"""What the authorities tell the public (权威发布), and where to see a doctor (就医指南)."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from gate_agent.contract.hall_times import HallMoment
from gate_agent.contract.setting import StrictModel


class Bulletin(StrictModel):
    """A text with its source and author, shown within its time alone; the door's clock decides."""

    zh: str = Field(min_length=1, max_length=2000)
    en: str = Field("", max_length=2000)
    source: str = Field(min_length=1, max_length=60, description="who published it")
    author: str = Field("", max_length=40, description="who took it over for this hall")
    valid_from: HallMoment
    valid_until: HallMoment

    def is_shown(self, now: datetime) -> bool:
        """Whether its time has come and is not over."""
        return self.valid_from <= now < self.valid_until


class FeverClinic(StrictModel):
    """Where somebody with a fever sees a doctor (发热门诊)."""

    name: str = Field(min_length=1, max_length=60)
    address: str = Field(min_length=1, max_length=120)
    phone: str = Field("", pattern=r"^([0-9+][0-9 -]{1,19})?$", examples=["010-5550 0120"])
    way: str = Field("", max_length=200, description="how to get there")
    hours: str = Field("", max_length=60)
    en: str = Field("", max_length=300, description="all of it in English")
