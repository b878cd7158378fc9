"""A centre on a new store, and the code of the first version, once for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.running_centre import Centre
from gate_collector.store.opening import open_store
from versions.older import OlderCode, unpack
from versions.released import FIRST


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    engine = open_store(f"sqlite:///{tmp_path / 'collector.sqlite'}")
    with Centre(engine) as running:
        yield running
    engine.dispose()


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> OlderCode:
    """The code of the first version; who needs it says why it cannot run."""
    found = unpack(FIRST, tmp_path_factory.mktemp(FIRST))
    if found is None:
        pytest.skip(f"expected {FIRST} in this clone's history, got a shallow one or none")
    return found
