"""Makes config/mosquitto/: what `gate-agent provision` writes for a broker, to be read beforehand."""  # noqa: E501, INP001 a script, not a package

from __future__ import annotations

import sys

from gate_agent.provision import broker
from tools.generated import ROOT, Generated

SITE = "hall-01"


def files() -> dict[str, str]:
    """Return every file: name → text."""
    return {
        "gate.acl": broker.rules(SITE),
        "gate.conf": broker.configuration(),
        "unit.conf": broker.unit_drop_in(),
    }


FILES = Generated(folder=ROOT / "config" / "mosquitto", made=files)

if __name__ == "__main__":
    sys.exit(FILES.main())
