"""The base of what is said once and never changed: records, messages, views, bodies."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class FrozenModel(BaseModel):
    """Nobody changes it; what it takes is built at its first use: a door asks a third of them."""

    model_config = ConfigDict(frozen=True, defer_build=True)
