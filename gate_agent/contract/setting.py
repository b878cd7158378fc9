"""What is said of a setting of the policy beside its range: where it is shown, since when it is.

Group and entry stand in the policy's JSON schema, so that a page is drawn from that alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ConfigDict, Field

from gate_agent.contract.frozen import FrozenModel


class StrictModel(FrozenModel):
    """Strict: 64800 is no time of day, true is no count; a slip is told, never guessed at."""

    model_config = ConfigDict(extra="forbid", strict=True)


class SettingGroup(StrEnum):
    """The task for which somebody looks for a setting, in the order of the page."""

    HALL = "hall"  # 大厅状态与窗口
    PEOPLE = "people"  # 人员登记与预约
    MEASURING = "measuring"  # 测温
    HOLD = "hold"  # 暂留与呼叫
    CONTACTS = "contacts"  # 密切接触者
    DUTIES = "duties"  # 值班与消毒通风
    SUPPLIES = "supplies"  # 物资
    NOTICES = "notices"  # 宣传引导
    PRIVACY = "privacy"  # 个人信息与保存期限
    PUNCTUALITY = "punctuality"  # 报告与时限
    OTHER = "other"  # 其他: what names no group


class EnteredAt(StrEnum):
    """Where a setting is entered that has no field of its own."""

    MODE = "mode"  # the switch of the hall's mode
    ISSUE = "issue"  # with every version
    SHEET = "sheet"  # by a spreadsheet, since a number is hashed as it is read


@dataclass(frozen=True, slots=True)
class Later:
    """A setting that came after the first version, whose doors refuse what they do not know.

    It is published where it is set, and left out at its default, which never changes.
    """


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A setting of which an earlier version took more: an update must not stop for such a file.

    A file that says what that version took is read without it, which is told.
    """


def shown(group: SettingGroup, entry: EnteredAt | None = None) -> Any:
    """Return the mark that tells the policy's page in which group a setting is shown."""
    marks: dict[str, Any] = {"x-group": group} | ({"x-entry": entry} if entry else {})
    return Field(json_schema_extra=marks)
