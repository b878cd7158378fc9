"""A door whose guards sign on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from security.signing import Door, door


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Door]:
    with door(tmp_path) as found:
        yield found
