"""Both stores, and an ingest over each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from collector.centre import Centre
from gate_collector.schema import open_store
from postgres import Cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with Cluster() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'collector.sqlite'}"
    running: Cluster = request.getfixturevalue("cluster")
    return running.database()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    opened = open_store(url)
    try:
        yield opened
    finally:
        opened.dispose()


@pytest.fixture
def centre(engine: Engine) -> Iterator[Centre]:
    with Centre(engine) as running:
        yield running
