"""From what a device reports to what the door takes: readings, cards, badges, codes."""

from __future__ import annotations

from gate_agent.contract.identity import CARD_FAULTS
from gate_agent.contract.moment import Moment
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import DeviceChanged, DeviceState
from gate_agent.contract.signals import BadgeRead, Card, CardRefused, CodeRead, Reading
from gate_agent.domain.codes import read_code
from gate_agent.domain.door import CardUnreadable, DoorEvent, ReadingTaken
from gate_agent.driver_api import Report
from gate_agent.gate.identification import Identification
from gate_agent.gate.watched import Watched


def event_of(
    report: Report, now: Moment, policy: Policy, identification: Identification
) -> DoorEvent | None:
    """Return what the door takes; None for what says nothing to a door, such as a foreign code."""
    match report:
        case Reading():
            return ReadingTaken(at=now, reading=report)
        case CardRefused():
            return CardUnreadable(at=now, fault=report.why, reason=report.why)
        case CodeRead():
            return read_code(report.text, now)
        case Card() | BadgeRead():
            try:
                if isinstance(report, BadgeRead):
                    return identification.of_badge(report, now, policy)
                return identification.of(report, now, policy)
            except CARD_FAULTS as fault:
                return CardUnreadable(at=now, fault=fault.code)
        case _:
            return None


def device_changed(device: str, watched: Watched, state: DeviceState, cause: str) -> DeviceChanged:
    """Return what is recorded when a device was lost, or came back."""
    return DeviceChanged(
        device=device,
        driver=watched.driver_name,
        state=state,
        cause=cause,
        counters=dict(watched.counters),
    )
