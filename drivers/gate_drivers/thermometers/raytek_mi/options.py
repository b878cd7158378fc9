"""What differs from one head of this family to the next."""

from __future__ import annotations

from pydantic import Field

from gate_agent.driver_api import Options


class RaytekMiOptions(Options):
    """As its place on the line has it."""

    box: int = Field(0, ge=0, le=32, description="address of a box on RS-485; 0: alone")
    ambient: bool = Field(
        default=True, description="ask for its internal temperature too, as the room's"
    )
