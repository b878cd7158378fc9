"""For every test: a property that holds slowly, on a loaded machine, holds."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
