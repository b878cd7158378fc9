"""Makes config/mosquitto/: what `gate-agent provision` writes for a broker, to be read beforehand.

`--check` writes nothing and exits 1 when a file is stale.
"""  # noqa: INP001 a script, not a package

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gate_agent.provision import broker

FOLDER = Path(__file__).resolve().parent.parent / "config" / "mosquitto"
SITE = "hall-01"


def files() -> dict[str, str]:
    """Return every file: name → text."""
    return {
        "gate.acl": broker.rules(SITE),
        "gate.conf": broker.configuration(),
        "unit.conf": broker.unit_drop_in(),
    }


def stale(folder: Path) -> list[str]:
    """Return the names of the files in `folder` that differ from what is made."""
    return [
        name
        for name, text in files().items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    ]


def main() -> int:
    """Write the files, or tell with `--check` which are stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when stale")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    differs = stale(arguments.folder)
    for name in differs:
        target = arguments.folder / name
        if arguments.check:
            sys.stderr.write(f"stale: {target}; run: make docs\n")
        else:
            target.write_text(files()[name], encoding="utf-8")
    return 1 if arguments.check and differs else 0


if __name__ == "__main__":
    sys.exit(main())
