"""`gate-collector support-bundle`: what who helps must know of the centre, and of nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from gate_agent.errors import ConfigurationError, GateError
from gate_agent.host import support
from gate_agent.host.clock import SystemClock
from gate_agent.host.log_lines import nobodys
from gate_agent.version import program_version
from gate_collector.config import CollectorConfig
from gate_collector.store.opening import open_store
from gate_collector.store.schema import EVENT, HEAD, STREAM
from gate_collector.validation import sound_collector


def write_support(config_file: Path, out: Path) -> None:
    """Write the bundle."""
    now = SystemClock().now().utc
    parts: dict[str, object] = {"about": support.about("gate-collector", program_version(), now)}
    parts["clock"] = support.clock_facts(now)
    try:
        config = sound_collector(config_file)
    except ConfigurationError as exc:
        parts["settings"] = {"faults": len(exc.faults)}  # `check` tells them, with their values
    else:
        parts |= {
            "settings": support.settings(config),
            "figures": support.figures(f"http://127.0.0.1:{config.web.port}/metrics"),
            "store": _store(config, config_file),
            "log": support.log_lines("gate-collector.service"),
        }
    support.write_bundle(out, parts)


def _store(config: CollectorConfig, config_file: Path) -> dict[str, Any]:
    facts: dict[str, Any] = {"revision": HEAD}
    try:
        engine = open_store(config.store.url, config_file=config_file)
        try:
            with engine.connect() as connection:
                facts["dialect"] = engine.dialect.name
                facts["events"] = connection.scalar(select(func.count()).select_from(EVENT))
                columns = [
                    STREAM.c[name] for name in ("gate", "epoch", "upto", "events", "touched")
                ]
                facts["streams"] = [
                    dict(row) for row in connection.execute(select(*columns)).mappings()
                ]
        finally:
            engine.dispose()
    except (GateError, SQLAlchemyError) as exc:
        facts["unread"] = nobodys(exc)
    return facts
