"""Views that an earlier version made otherwise are put right once (视图校正): after an update.

What a view says follows from its events; where the rule was mended since, rows of before would stay
as they were until their next event. One transaction over all doors: it is whole, or begins again.
Whoever raises VIEWS_OF sees that `put_right` reaches what was mended.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select

from gate_agent.host import systemd
from gate_agent.words import both
from gate_collector.ledger.rebuilt import put_right
from gate_collector.ledger.verify import named_gates
from gate_collector.store.dialect import begin_writing
from gate_collector.store.migrations import Say, are_views_ours, note_views
from gate_collector.store.opening import storage_errors
from gate_collector.store.schema import STREAM


def renew_views(engine: Engine, zone: ZoneInfo, say: Say) -> None:
    """Make the views equal to their events where another version made them.

    Workers wait meanwhile; the service manager waits as long as it takes.
    """
    url = engine.url.render_as_string(hide_password=False)
    with storage_errors(url, "start again"):
        with engine.connect() as connection:
            if are_views_ours(connection):
                return
        _renew(engine, zone, say)


def _renew(engine: Engine, zone: ZoneInfo, say: Say) -> None:
    gates = named_gates(engine)
    with systemd.takes_longer(f"store: {both('terminal.views')}"), engine.begin() as connection:
        begin_writing(connection)
        if are_views_ours(connection):
            return  # another process was quicker
        for gate in gates:
            connection.execute(select(STREAM).where(STREAM.c.gate == gate).with_for_update())
            if changed := put_right(connection, gate, zone):
                rows = ", ".join(f"{name} {count}" for name, count in sorted(changed.items()))
                say(f"store: {both('terminal.views')} {gate}: put right by its events: {rows}")
        note_views(connection)
