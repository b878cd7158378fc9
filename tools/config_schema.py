"""Makes config/*.schema.json from the models; editors then complete and check."""  # noqa: INP001 a script, not a package

from __future__ import annotations

import json
import sys

from pydantic import BaseModel

from gate_agent.config.model import GateConfig
from gate_collector.bureau.config import BureauConfig
from gate_collector.config import CollectorConfig
from tools.generated import ROOT, Generated

MODELS: dict[str, type[BaseModel]] = {
    "gate": GateConfig,
    "collector": CollectorConfig,
    "bureau": BureauConfig,
}
_DIALECT = {"$schema": "https://json-schema.org/draft/2020-12/schema"}


def files() -> dict[str, str]:
    """Return every schema: file name → text."""
    return {
        f"{name}.schema.json": json.dumps(
            {**_DIALECT, **model.model_json_schema()}, ensure_ascii=False, indent=2
        )
        + "\n"
        for name, model in MODELS.items()
    }


FILES = Generated(folder=ROOT / "config", made=files)

if __name__ == "__main__":
    sys.exit(FILES.main())
