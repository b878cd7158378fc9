"""How far a thermometer is believed, and what a door tells the other doors of its own."""

from __future__ import annotations

from enum import StrEnum

from pydantic import ConfigDict, Field

from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.numbers import Centi, Whole


class Trust(StrEnum):
    """How far the thermometer is believed."""

    TRUSTED = "trusted"  # 可信
    DOUBTFUL = "doubtful"  # 存疑: it decides, and somebody should look
    NOT_TRUSTED = "not_trusted"  # 不可信: people are measured by hand


class Doubt(StrEnum):
    """What speaks against the thermometer."""

    FROZEN = "frozen"  # 读数不变
    COLLAPSED = "collapsed"  # 人人几乎一样
    CLIPPED = "clipped"  # 读数堆在一处
    PULLED = "pulled"  # 体温估值被拉向正常
    FEVERS_MISSED = "fevers_missed"  # 接触测温发热而红外正常
    UNEXPLAINED_FLAGS = "unexplained_flags"  # 多人偏高，未查清或确为发热：人工测温
    AMBIENT_RANGE = "ambient_range"  # 环境温度超出范围
    CHECK_FAILED = "check_failed"  # 校验不合格
    CHECK_REPEAT = "check_repeat"  # 校验不合格一次，请换人再做
    CHECK_OVERDUE = "check_overdue"  # 每日校验未做
    WARMING_UP = "warming_up"  # 预热中
    AMBIENT_STEP = "ambient_step"  # 环境温度突变：日晒或穿堂风
    SHIFTED = "shifted"  # 与平时相差大
    ELSEWHERE = "elsewhere"  # 与另一入口相差大


LOUD = frozenset(
    {
        Doubt.FROZEN, Doubt.COLLAPSED, Doubt.CLIPPED, Doubt.PULLED, Doubt.FEVERS_MISSED,
        Doubt.UNEXPLAINED_FLAGS, Doubt.AMBIENT_RANGE, Doubt.CHECK_FAILED,
    }
)  # fmt: skip


class ThermometerState(FrozenModel):
    """What a door says of its thermometer, and of the people it has just seen: nobody's own."""

    model_config = ConfigDict(extra="ignore")
    trust: Trust
    doubts: tuple[str, ...] = Field((), description="what speaks against it 存疑原因")
    profile: str = Field("", description="doors of one profile are compared")
    level_centi_c: Centi | None = Field(
        None, description="人群水平: the middle score of the newest people; null while too few"
    )
    people: Whole = Field(0, ge=0, description="how many they are")

    def faces(self, own: ThermometerState) -> bool:
        """Whether the two levels may be compared: both known, both trusted, of the same profile."""
        levels = self.level_centi_c is not None and own.level_centi_c is not None
        believed = Trust.NOT_TRUSTED not in (self.trust, own.trust)
        return levels and believed and self.profile == own.profile
