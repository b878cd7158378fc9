"""SQL that somebody planted in the centre's store is named by `verify`, and by an alarm."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from cli.commands import command
from collector.hall_of_doors import hall
from collector.served_centre import centre_of
from doorfiles import write_collector
from gate_collector.alarms.book import AlarmKind, standing
from gate_collector.alarms.planted import watch_planted
from gate_collector.alerts.causes import of_alarm
from gate_collector.store.opening import open_store
from gate_collector.store.planted import planted
from postgres import Cluster

_NOTHING = "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
ON_SQLITE = {
    "trigger keeps_out on event": "CREATE TRIGGER keeps_out AFTER INSERT ON event BEGIN"
    " DELETE FROM event WHERE sequence = NEW.sequence; END",
    "view passages": "CREATE VIEW passages AS SELECT * FROM passage",
    "index once on event": "CREATE UNIQUE INDEX once ON event (type)",
    "table notes": "CREATE TABLE notes (text TEXT)",
}
ON_POSTGRESQL = {
    "function keeps_out, trigger keeps_out on event": f"{_NOTHING.format(name='keeps_out')};"
    " CREATE TRIGGER keeps_out BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION keeps_out()",
    "rule loses on hold": "CREATE RULE loses AS ON UPDATE TO hold DO INSTEAD NOTHING",
    "policy hides on hold": "CREATE POLICY hides ON hold USING (false)",
    "row security hold": "ALTER TABLE hold ENABLE ROW LEVEL SECURITY",
    "view passages": "CREATE VIEW passages AS SELECT * FROM passage",
    "view counted": "CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM passage",
    "part aside on passage": "CREATE TABLE aside () INHERITS (passage)",
    "constraint never on event": "ALTER TABLE event ADD CONSTRAINT never CHECK (type <> 'x')",
    "default gate on passage": "ALTER TABLE passage ALTER gate SET DEFAULT 'x'",
    "index shown on hold": "CREATE INDEX shown ON hold ((lower(state)))",
    "unique index once on hold": "CREATE UNIQUE INDEX once ON hold (state)",
    "event trigger watches, function watches": "CREATE FUNCTION watches() RETURNS event_trigger"
    " LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER watches ON ddl_command_end"
    " EXECUTE FUNCTION watches()",
}


def _plant(url: str, sql: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(sql)
    engine.dispose()


def _verified(url: str, folder: Path) -> tuple[int, str]:
    config = write_collector(folder, {"store": {"url": url}, "web": {"port": 1}})
    said = command("gate-collector", "verify", "--config", config)
    return said.code, said.err


def _named(url: str) -> list[str]:
    engine = open_store(url)
    with engine.connect() as connection:
        names = [str(one) for one in planted(connection)]
    engine.dispose()
    return names


@pytest.mark.parametrize("name", ON_SQLITE)
def test_what_was_planted_in_sqlite_is_named(name: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'c.sqlite'}"
    assert _named(url) == []
    _plant(url, ON_SQLITE[name])
    assert _named(url) == [name]
    code, told = _verified(url, tmp_path)
    assert (code, f"expected this version's schema, got {name}" in told) == (1, True)


@pytest.mark.parametrize("name", ON_POSTGRESQL)
def test_what_was_planted_in_postgresql_is_named(
    name: str, cluster: Cluster, tmp_path: Path
) -> None:
    url = cluster.database()
    assert _named(url) == []
    _plant(url, ON_POSTGRESQL[name])
    assert sorted(_named(url)) == name.split(", ")
    code, told = _verified(url, tmp_path)
    assert code == 1
    assert all(f"expected this version's schema, got {one}" in told for one in name.split(", "))


def test_an_alarm_names_it_until_a_person_clears_it(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        centre = centre_of(one)
        watch_planted(centre)
        with centre.engine.begin() as connection:
            assert not [a for a in standing(connection) if a.kind == AlarmKind.PLANTED]
            connection.execute(text(ON_SQLITE["trigger keeps_out on event"]))
            connection.execute(text(ON_SQLITE["view passages"]))

        watch_planted(centre)
        watch_planted(centre)

        with centre.engine.connect() as connection:
            (alarm,) = [a for a in standing(connection) if a.kind == AlarmKind.PLANTED]
        assert set(alarm.detail.split(", ")) == {"trigger keeps_out on event", "view passages"}
        assert of_alarm(alarm, "").kind == AlarmKind.PLANTED
