"""One real server a test file, with a desk that begins anew in each test."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from web.served_door import Served


@pytest.fixture(scope="module")
def _server() -> Iterator[Served]:
    with Served() as one:
        yield one


@pytest.fixture
def served(_server: Served) -> Served:
    _server.do(lambda desk: desk.reset())
    return _server


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, timeout=60) as one:
        yield one
