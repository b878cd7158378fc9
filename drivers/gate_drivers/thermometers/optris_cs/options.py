"""What differs from one head of this family to the next."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gate_agent.driver_api import Options


class OptrisCsOptions(Options):
    """As its label and its place on the line have it."""

    high_resolution: bool = Field(
        default=False, description="a head of hundredths (hs); wrong here gives nonsense"
    )
    address: int = Field(0, ge=0, le=15, description="on RS-485; 0: alone on its line")
    ambient: Literal["head", "box", "none"] = Field(
        "head", description="which temperature of its own counts as the room's"
    )
