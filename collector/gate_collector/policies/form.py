"""The rules of a policy as a form: what the office types, and the document's parts it becomes.

A list is a text, one entry a line, its parts between bars: 区疫情防控办 | 010-5550 0120.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from gate_agent.contract.policy import Notice, PhoneRule, Policy
from gate_collector.web.access import By

_LONGEST = 20_000


class Author(BaseModel):
    """Who changes the policy, why, on which version, and from when it holds."""

    model_config = ConfigDict(extra="forbid")
    by: By
    why: str = Field(min_length=1, max_length=400)
    base: int | None = Field(None, ge=0, description="the version that the form showed")
    valid_from: str = Field("", description="local time such as 2026-12-01T08:30; at once if empty")


class Rules(Author):
    """Everything but the mode and the sheets."""

    phone: PhoneRule
    alarm_c: float | None = Field(
        ge=30, le=45, description="报警阈值 in °C; the profile's if empty"
    )
    apart_c: float = Field(ge=0.3, le=5, description="两门相差 in °C: doubtful above it")
    acknowledge_s: float
    recheck_s: float
    decide_s: float
    report_s: float
    transfer_s: float
    close_s: float
    urgent_within_s: float
    routine_within_s: float
    report_within_s: float
    answer_within_s: float
    daily_report_at: time
    due_at: str = Field(
        max_length=200, description="times of the rounds, such as 10:00 14:00 17:30"
    )
    per_day: int | None = Field(description="appointments a day; no limit if empty")
    calls: str = Field(max_length=_LONGEST, description="岗位 | 电话")
    online_channels: str = Field(max_length=_LONGEST, description="名称 | English | https://…")
    notices: str = Field(max_length=_LONGEST, description="中文 | English")
    tips: str = Field(max_length=_LONGEST, description="中文 | English")
    booking: str = Field(max_length=2000, description="中文 | English")
    purposes: str = Field(max_length=2000, description="one a line")

    @classmethod
    def of(cls, policy: Policy) -> Rules:
        """Return the form as `policy` fills it; who and why are still to be typed."""
        alarm = policy.measurement.alarm_centi_c
        booking = policy.booking
        return cls.model_construct(
            by="",
            why="",
            base=policy.version,
            valid_from="",
            phone=policy.registration.phone,
            alarm_c=None if alarm is None else alarm / 100,
            apart_c=policy.measurement.doors_apart_centi_c / 100,
            **policy.hold.model_dump(),
            **policy.punctuality.model_dump(),
            daily_report_at=policy.daily_report_at,
            due_at=" ".join(f"{at:%H:%M}" for at in policy.duties.due_at),
            per_day=policy.quotas.per_day,
            calls=_text((call.post, call.phone) for call in policy.calls),
            online_channels=_text((c.zh, c.en, c.url) for c in policy.online_channels),
            notices=_text(_pair(notice) for notice in policy.notices),
            tips=_text(_pair(notice) for notice in policy.tips),
            booking="" if booking is None else _text([_pair(booking)]),
            purposes="\n".join(policy.purposes),
        )

    def change(self, old: Policy) -> dict[str, Any]:
        """Return the parts of the document that these rules set."""
        tree = old.model_dump(mode="json")
        tree["registration"]["phone"] = self.phone.value
        alarm = self.alarm_c
        tree["measurement"]["alarm_centi_c"] = None if alarm is None else round(alarm * 100)
        tree["measurement"]["doors_apart_centi_c"] = round(self.apart_c * 100)
        tree["hold"] |= {name: getattr(self, name) for name in type(old.hold).model_fields
                         if hasattr(self, name)}  # fmt: skip
        limits = type(old.punctuality).model_fields
        tree["punctuality"] |= {name: getattr(self, name) for name in limits}
        tree["duties"]["due_at"] = self.due_at.replace("，", " ").replace(",", " ").split()
        tree["quotas"]["per_day"] = self.per_day
        booking = [_notice(parts) for parts in _lines(self.booking)]
        return {
            **{name: tree[name] for name in (
                "registration", "measurement", "hold", "punctuality", "duties", "quotas"
            )},
            "daily_report_at": self.daily_report_at.isoformat(),
            "calls": [{"post": p[0], "phone": p[-1]} for p in _lines(self.calls)],
            "online_channels": [
                {"zh": p[0], "en": p[1] if len(p) > 2 else "", "url": p[-1]}  # noqa: PLR2004 three parts
                for p in _lines(self.online_channels)
            ],
            "notices": [_notice(parts) for parts in _lines(self.notices)],
            "tips": [_notice(parts) for parts in _lines(self.tips)],
            "booking": booking[0] if booking else None,
            "purposes": [parts[0] for parts in _lines(self.purposes)],
        }  # fmt: skip


def local_time(text: str, zone: Any) -> datetime | None:
    """Return the time that a form's field names, None for an empty one. Raises ValueError."""
    return datetime.fromisoformat(text).replace(tzinfo=zone) if text else None


def _lines(text: str) -> list[list[str]]:
    split = ([part.strip() for part in line.split("|")] for line in text.splitlines())
    return [parts for parts in split if any(parts)]


def _notice(parts: list[str]) -> dict[str, str]:
    return {"zh": parts[0], "en": parts[1] if len(parts) > 1 else ""}


def _pair(notice: Notice) -> tuple[str, ...]:
    return notice.zh, notice.en


def _text(rows: Any) -> str:
    return "\n".join(" | ".join(part for part in row if part) for row in rows)
