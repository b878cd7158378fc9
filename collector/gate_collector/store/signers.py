"""Whose signatures the centre heard: `host.keys.Known`, in the store, for all its processes."""

from __future__ import annotations

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from gate_agent.contract.signed import CENTRE
from gate_agent.errors import StorageError
from gate_agent.host.keys import Signatures
from gate_collector.config import CollectorConfig
from gate_collector.store.dialect import insert_for
from gate_collector.store.schema import SIGNER


class KnownInStore:
    """Since when the newest key of each name is good."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def read(self) -> dict[str, str]:
        """Return what was kept."""
        with self._engine.connect() as connection:
            return {row.name: row.issued for row in connection.execute(select(SIGNER))}

    def keep(self, names: dict[str, str]) -> None:
        """Keep it. Raises StorageError."""
        insert = insert_for(self._engine)(SIGNER)
        newest = insert.on_conflict_do_update(
            index_elements=["name"], set_={"issued": insert.excluded.issued}
        )
        rows = [{"name": name, "issued": issued} for name, issued in names.items()]
        try:
            with self._engine.begin() as connection:
                connection.execute(newest, rows)
        except SQLAlchemyError as exc:
            raise StorageError(type(exc).__name__) from exc


def signatures_of(config: CollectorConfig, engine: Engine) -> Signatures:
    """Return what this centre signs, and whom it believes. Raises ConfigurationError."""
    site = config.collector.site
    return Signatures(config.signatures, site=site, name=CENTRE, known=KnownInStore(engine))
