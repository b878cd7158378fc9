"""Random secrets of this centre, made when they are first asked for; no backup carries them."""

from __future__ import annotations

import secrets

from sqlalchemy import Engine, delete, select

from gate_collector.store.dialect import insert_for
from gate_collector.store.schema import SECRET

_BYTES = 32


def renew(engine: Engine, name: str) -> None:
    """Make another secret of this name: what the one before it made holds no more."""
    with engine.begin() as connection:
        connection.execute(delete(SECRET).where(SECRET.c.name == name))
    secret_of(engine, name)


def secret_of(engine: Engine, name: str) -> bytes:
    """Return the secret of this name: the same for all that work on this store."""
    with engine.begin() as connection:
        row = {"name": name, "value": secrets.token_bytes(_BYTES)}
        connection.execute(insert_for(engine)(SECRET).values(row).on_conflict_do_nothing())
        kept = connection.execute(select(SECRET.c.value).where(SECRET.c.name == name)).scalar_one()
    return bytes(kept)
