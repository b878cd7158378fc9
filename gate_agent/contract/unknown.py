"""What a value that a newer version added is read as (未知取值): never as fine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gate_agent.contract.agent_records import StoreState
from gate_agent.contract.appointments import CancelReason
from gate_agent.contract.leading_group import PostRank
from gate_agent.contract.moment import ClockQuality
from gate_agent.contract.policy import HallMode, KnownPhone, PhoneRule, TellLeaders
from gate_agent.contract.record import Category, DeviceState, Life, Outcome, Severity
from gate_agent.contract.thermometer import Trust

# An enumeration that is not here has no value to be cautious with: the part that holds it is
# then unread, which somebody is told.
UNKNOWN_AS: Mapping[Any, Any] = {
    HallMode: HallMode.EMERGENCY,  # nobody enters by a mode that this door does not know
    PhoneRule: PhoneRule.REQUIRED,
    KnownPhone: KnownPhone.CONFIRM,
    TellLeaders: TellLeaders.FLAGGED,
    CancelReason: CancelReason.BY_HALL,  # the hall took it back; its own word is not known
    PostRank: PostRank.MEMBER,  # told of what all must know, and nothing climbs to it
    Category: Category.UNKNOWN,
    Outcome: Outcome.UNUSABLE,
    Severity: Severity.URGENT,
    ClockQuality: ClockQuality.UNSYNCED,
    DeviceState: DeviceState.LOST,
    StoreState: StoreState.FULL,
    Trust: Trust.NOT_TRUSTED,
    Life: "lost",
}
