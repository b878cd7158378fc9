"""Makes config/*.schema.json from the configuration models; editors then complete and check.

`--check` writes nothing and exits 1 when a schema is stale.
"""  # noqa: INP001 a script, not a package

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from pydantic import BaseModel

from gate_agent.config.model import GateConfig
from gate_collector.config import CollectorConfig

FOLDER = Path(__file__).resolve().parent.parent / "config"
MODELS: dict[str, type[BaseModel]] = {"gate": GateConfig, "collector": CollectorConfig}


def schemas() -> dict[str, str]:
    """Return every schema: file name → text."""
    return {
        f"{name}.schema.json": json.dumps(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                **model.model_json_schema(),
            },
            ensure_ascii=False,
            indent=2,
        )
        + "\n"
        for name, model in MODELS.items()
    }


def stale(folder: Path) -> list[str]:
    """Return the names of the schemas in `folder` that differ from the models."""
    return [
        name
        for name, text in schemas().items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    ]


def main() -> int:
    """Write the schemas, or tell with `--check` which are stale."""
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
            target.write_text(schemas()[name], encoding="utf-8")
    return 1 if arguments.check and differs else 0


if __name__ == "__main__":
    sys.exit(main())
