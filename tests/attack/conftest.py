"""How much of all that can be sent is sent."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def share(request: pytest.FixtureRequest) -> int:
    """Every how many of what can be sent is sent: the suite takes a part, another at each route."""
    return 1 if request.config.getoption("--attack") else 29
