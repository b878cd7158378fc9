"""What somebody planted in the store (植入的 SQL), by name: what this version does not make.

A trigger, a rule, a row policy, a default or a function may alter or drop rows long after whoever
planted it left. Views of one's own belong in a schema, or a file, beside the store.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, UniqueConstraint, create_engine, text

from gate_agent.host.planted import SCHEMA, Planted, SchemaRow, planted_in
from gate_collector.store import schema_office  # noqa: F401 its tables are of METADATA, too
from gate_collector.store.schema import ABOUT, METADATA

_OURS = """WITH ours AS (
    SELECT c.oid, c.relname, c.relrowsecurity OR c.relforcerowsecurity AS secured FROM pg_class c
    WHERE c.relnamespace = to_regnamespace(current_schema())
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND (c.relname = ANY(:tables)
        OR EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = c.oid))
)"""
_NAMED = {  # kind → name and table of each
    "trigger": "SELECT t.tgname, o.relname FROM pg_trigger t JOIN ours o ON o.oid = t.tgrelid"
    " WHERE NOT t.tgisinternal",
    "event trigger": "SELECT e.evtname, '' FROM pg_event_trigger e",
    "rule": "SELECT r.rulename, o.relname FROM pg_rewrite r JOIN ours o ON o.oid = r.ev_class"
    " WHERE r.rulename <> '_RETURN'",
    "policy": "SELECT p.polname, o.relname FROM pg_policy p JOIN ours o ON o.oid = p.polrelid",
    "row security": "SELECT o.relname, o.relname FROM ours o WHERE o.secured",
    "view": "SELECT c.relname, c.relname FROM pg_class c WHERE c.relkind IN ('v', 'm')"
    " AND c.relnamespace = to_regnamespace(current_schema())",
    "foreign table": "SELECT c.relname, c.relname FROM pg_class c WHERE c.relkind = 'f'"
    " AND c.relnamespace = to_regnamespace(current_schema())",
    "part": "SELECT c.relname, o.relname FROM pg_inherits i JOIN ours o ON o.oid = i.inhparent"
    " JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relkind <> 'f'"
    " AND NOT (o.relname = 'event' AND c.relname ~ '^event_[0-9]{4}_[0-9]{2}$')",
    "function": "SELECT p.proname, '' FROM pg_proc p"
    " WHERE p.pronamespace = to_regnamespace(current_schema())"
    " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')",
    "constraint": "SELECT n.conname, o.relname FROM pg_constraint n JOIN ours o"
    " ON o.oid = n.conrelid WHERE n.contype IN ('c', 'f', 'x', 't')",
    "default": "SELECT a.attname, o.relname FROM pg_attrdef d JOIN ours o ON o.oid = d.adrelid"
    " JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum"
    " WHERE pg_get_expr(d.adbin, d.adrelid) NOT LIKE 'nextval(%'",
    "index": "SELECT i.relname, o.relname FROM pg_index x JOIN ours o ON o.oid = x.indrelid"
    " JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indexprs IS NOT NULL",
}
_UNIQUE = (
    "SELECT i.relname AS name, o.relname AS table,"
    " ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = x.indexrelid"
    " ORDER BY a.attnum) AS columns, x.indpred IS NOT NULL AS partial"
    " FROM pg_index x JOIN ours o ON o.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid"
    " WHERE x.indisunique AND NOT x.indisprimary"
)
Key = tuple[str, tuple[str, ...], bool]


def planted(connection: Connection) -> list[Planted]:
    """Return what a store has that this version does not make."""
    if connection.dialect.name == "sqlite":
        return planted_in(_schema(connection), _new_file())
    tables = {"tables": [*METADATA.tables, *ABOUT.tables]}
    there = [
        Planted(kind=kind, name=name, table=table)
        for kind, question in _NAMED.items()
        for name, table in connection.execute(text(f"{_OURS} {question}"), tables)
    ]
    unique = connection.execute(text(f"{_OURS} {_UNIQUE}"), tables)
    return there + [
        Planted(kind="unique index", name=row.name, table=row.table)
        for row in unique
        if (row.table, tuple(row.columns), row.partial) not in _unique_keys()
    ]


def _schema(connection: Connection) -> list[SchemaRow]:
    return [SchemaRow(*row) for row in connection.exec_driver_sql(SCHEMA)]


@cache
def _new_file() -> dict[str, SchemaRow]:
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            for tables in (METADATA, ABOUT):
                tables.create_all(connection)
            return {row.name: row for row in _schema(connection)}
    finally:
        engine.dispose()


@cache
def _unique_keys() -> frozenset[Key]:
    keys: set[Key] = set()
    for table in (*METADATA.tables.values(), *ABOUT.tables.values()):
        keys |= {(table.name, (column.name,), False) for column in table.columns if column.unique}
        keys |= {
            (table.name, tuple(one.columns.keys()), False)
            for one in table.constraints
            if isinstance(one, UniqueConstraint)
        }
        for index in table.indexes:
            partial = index.dialect_options["postgresql"]["where"] is not None
            keys.add((table.name, tuple(index.columns.keys()), partial))
    return frozenset(keys)
