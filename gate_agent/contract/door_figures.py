"""What a door counts, for screens that are none of ours (大屏、智能家居): figures alone, nobody.

Retained, and published only where `[mqtt] discovery_prefix` asks for it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gate_agent.contract.messages import Message, Name
from gate_agent.contract.moment import ClockQuality
from gate_agent.contract.policy import HallMode
from gate_agent.contract.record import Utc
from gate_agent.contract.records import DeviceState
from gate_agent.contract.thermometer import Trust

Count = Annotated[int, Field(ge=0)]


class DoorFigures(Message):
    """How a door stands, and what it counted today, by its own clock and of its own people."""

    gate: Name
    time: Utc
    hall_mode: HallMode
    clock: ClockQuality
    writable: Annotated[bool, Field(description="events are kept")]
    devices: dict[str, DeviceState]
    thermometer: Annotated[Trust | None, Field(description="null: nothing is known of it yet")]
    holds_open: Annotated[Count, Field(description="open holds 暂留; no drill")]
    holds_overdue: Annotated[Count, Field(description="of them, with a missed deadline")]
    admitted: Annotated[Count, Field(description="let in today 放行")]
    denied: Annotated[Count, Field(description="turned away today 劝返")]
    held: Annotated[Count, Field(description="holds opened today")]
    inside: Annotated[Count, Field(description="let in here and not seen leaving 在馆")]
