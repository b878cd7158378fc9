"""The policies in a store that an earlier centre left: read, and published as they were."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gate_agent.contract.policy_document import digest, read_policy

_STORES = sorted((Path(__file__).parent / "stores").glob("store-*.sqlite.gz"))


@pytest.mark.parametrize("packed", _STORES, ids=lambda path: path.name)
def test_every_stored_policy_is_read_and_known_by_the_digest_it_had(
    packed: Path, tmp_path: Path
) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(gzip.decompress(packed.read_bytes()))

    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT version, sha256, document FROM policy").fetchall()

    assert rows
    for version, sha256, document in rows:
        told = read_policy(document.encode())
        assert (told.policy.version, told.unread, told.unknown) == (version, (), ())
        assert sha256 == digest(document.encode()) == told.sha256
