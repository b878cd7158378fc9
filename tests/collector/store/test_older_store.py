"""A store that another version made is told at the start, and left as it was."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect, text

from gate_agent.errors import StorageError
from gate_collector.store.opening import open_store
from gate_collector.store.schema import METADATA


def test_a_store_that_lacks_a_column_is_refused_by_its_name_and_left_as_it_was(store: str) -> None:
    open_store(store).dispose()
    gate = METADATA.tables["gate"]
    column = [one.name for one in gate.c][-1]
    before = create_engine(store)
    with before.begin() as connection:
        connection.execute(text(f"ALTER TABLE gate DROP COLUMN {column}"))
        connection.execute(text("DROP TABLE quarantine"))

    with pytest.raises(StorageError, match=f"got gate without {column}"):
        open_store(store)

    assert "quarantine" not in inspect(before).get_table_names()
    before.dispose()
