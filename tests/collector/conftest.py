"""A hall and an ingest over either store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from collector.hall_of_doors import Hall, hall
from collector.running_centre import Centre
from gate_collector.store.opening import open_store


@pytest.fixture
def engine(store: str) -> Iterator[Engine]:
    opened = open_store(store)
    try:
        yield opened
    finally:
        opened.dispose()


@pytest.fixture
def centre(engine: Engine) -> Iterator[Centre]:
    with Centre(engine) as running:
        yield running


@pytest.fixture
def one(store: str) -> Iterator[Hall]:
    with hall(store) as opened:
        yield opened
