"""A service manager for a test: starts the units' real programs, and answers as systemctl does.

`python service_manager.py ROOT COMMAND …`. Each unit has a folder below ROOT/units with its
process. Nothing is started again by itself: a unit whose process has ended has failed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

_STOPS_WITHIN_S = 30


def main(root: Path, command: str, *words: str) -> int:
    """Do what systemctl would; 1 for a unit that cannot be started."""
    units = root / "units"
    names = [word for word in words if not word.startswith("-")]
    with (root / "asked").open("a", encoding="utf-8") as asked:
        asked.write(f"{command} {' '.join(names)}\n")
    if command == "list-units":
        for folder in sorted(units.iterdir()):
            if _pid(folder) is not None:
                print(f"{folder.name} loaded active running Entrance gate")
    elif command == "show":
        (unit,) = names
        folder = units / unit
        active = "active" if _pid(folder) is not None else "failed"
        print(f"NRestarts=0\nActiveState={active}")
    elif command == "start":
        (unit,) = names
        return _start(root, units / unit)
    elif command in ("stop", "restart"):
        (unit,) = names
        _stop(units / unit)
        if command == "restart":
            return _start(root, units / unit)
    return 0


def _start(root: Path, folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    door = folder.name.removeprefix("gate-agent@").removesuffix(".service")
    place = (root / "opt/gate-agent/current").resolve()  # as each script's first line has it
    main_line = "import sys; from gate_agent.cli import main; sys.exit(main())"
    config = root / f"etc/gate-agent/{door}.toml"
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [place / "bin/python", "-c", main_line, "run", "--config", config],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )
    (folder / "pid").write_text(f"{process.pid}", encoding="ascii")
    return 0


def _stop(folder: Path) -> None:
    pid = _pid(folder)
    if pid is None:
        return
    waiting = os.pidfd_open(pid)
    os.kill(pid, signal.SIGTERM)
    import select  # noqa: PLC0415 for this alone

    if not select.select([waiting], [], [], _STOPS_WITHIN_S)[0]:
        os.kill(pid, signal.SIGKILL)
    os.close(waiting)
    (folder / "pid").unlink()


def _pid(folder: Path) -> int | None:
    """Return the unit's process, None if there is none or it has ended."""
    with suppress(OSError, ValueError):
        pid = int((folder / "pid").read_text(encoding="ascii"))
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
        return None if state in ("Z", "X") else pid
    return None


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
