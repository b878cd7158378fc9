"""`python -m gate_agent.release.trial`: does this release read a door's journal.

The program of a new release runs it as the door's own user, beside the old one: it copies the
journal, brings the copy up, reads the whole chain and compares the views.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from gate_agent.config.load import load_config
from gate_agent.config.model import GateConfig
from gate_agent.errors import ConfigurationError, GateError, StorageError
from gate_agent.host.files import expect_room
from gate_agent.store.opening import open_for_writing, take_lock
from gate_agent.store.verify import verify
from gate_agent.validation import sound_config

_TRIAL = ".trial-"
_PAGES_AT_ONCE = 1024
_SPARE_BYTES = 8 * 1024 * 1024
_FREE_WITHIN_S = 5.0


def main(config_file: Path) -> int:
    """Try a door's configuration and its journal; 0 if both hold, else say why not."""
    try:
        sound_config(config_file, all_files=True)
        try_journal(load_config(config_file, GateConfig))
    except ConfigurationError as exc:
        print("\n".join(exc.faults), file=sys.stderr)  # noqa: T201 its answer
        return 2
    except GateError as exc:
        print(exc, file=sys.stderr)  # noqa: T201 its answer
        return 1
    return 0


def try_journal(config: GateConfig) -> None:
    """Bring a copy of the journal up, and read it. Raises StorageError."""
    path = config.journal.path
    if not path.is_file():
        return  # a door that was never started
    for left in path.parent.glob(f"{_TRIAL}*"):  # killed: a copy holds what is erased meanwhile
        shutil.rmtree(left, ignore_errors=True)
    size = sum(one.stat().st_size for one in (path, _wal(path)) if one.is_file())
    expect_room(path, 3 * size + _SPARE_BYTES, "try the journal", "make room; nothing was changed")
    folder = Path(tempfile.mkdtemp(prefix=_TRIAL, dir=path.parent))
    try:
        copy = folder / path.name
        _copy(path, copy)
        lock = take_lock(copy)
        try:
            connection, _ = open_for_writing(
                copy,
                site=config.gate.site,
                gate=config.gate.id,
                zone=config.gate.timezone,
                busy_wait_s=_FREE_WITHIN_S,
                progress=lambda *_: None,
            )
            connection.close()
        finally:
            os.close(lock)
        verify(copy, lambda *_: None, whose=(config.gate.site, config.gate.id))
    except (OSError, sqlite3.Error) as exc:
        raise StorageError(f"{path}: expected a copy to try, got: {exc}") from exc
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy(path: Path, copy: Path) -> None:
    os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as source, closing(sqlite3.connect(copy)) as made:
        source.backup(made, pages=_PAGES_AT_ONCE)


def _wal(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
