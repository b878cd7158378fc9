"""Runs a collector: one site's centre, or a bureau with several."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from gate_agent.host import core_dumps
from gate_agent.http.listen import listen
from gate_collector.bureau.config import is_bureau
from gate_collector.bureau.running import run_bureau
from gate_collector.process import Process
from gate_collector.running import RunningCentre
from gate_collector.store.place import PlaceTaken
from gate_collector.validation import sound_collector


def run_collector(config_file: Path) -> None:
    """Run until SIGTERM or SIGINT. Raises ConfigurationError or StorageError before it starts.

    Raises PlaceTaken when another collector is at the store, now or later.
    """
    if is_bureau(config_file):
        run_bureau(config_file)
        return
    config = sound_collector(config_file)
    core_dumps.forbid()
    taken: list[PlaceTaken] = []

    def lost(exc: PlaceTaken) -> None:
        taken.append(exc)
        os.kill(os.getpid(), signal.SIGTERM)

    with listen(config.web.host, config.web.port) as listener:
        one = RunningCentre(config, config_file)
        with one.running(lost) as app:
            process = Process(one.parts, lambda: one.writes, config.collector.site)
            process.serve(app, listener, config.web)
    if taken:
        raise taken[0]
