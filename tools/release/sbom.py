"""What a release is made of (物料清单): CycloneDX, from the lock file alone."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.release.licences import licence, needs
from tools.release.lock import BOARD, Pin

SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"


def bom(locked: list[Pin], *, version: str, epoch: int, wanted: list[str]) -> str:
    """Return the document; `wanted` is what this project itself asks for."""
    ours = f"pkg:generic/gate-agent@{version}"
    made = datetime.fromtimestamp(epoch, UTC).isoformat().replace("+00:00", "Z")
    made_of = uuid.uuid5(uuid.NAMESPACE_URL, "\n".join((ours, *(pin.purl for pin in locked))))
    document = {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{made_of}",
        "version": 1,
        "metadata": {
            "timestamp": made,
            "component": {
                "type": "application",
                "bom-ref": ours,
                "name": "gate-agent",
                "version": version,
                "purl": ours,
                "licenses": [{"expression": "Apache-2.0"}],
            },
        },
        "components": [_component(pin) for pin in locked],
        "dependencies": [
            {"ref": ours, "dependsOn": _refs(wanted, locked)},
            *({"ref": pin.purl, "dependsOn": _refs(needs(pin), locked)} for pin in locked),
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _component(pin: Pin) -> dict[str, object]:
    return {
        "type": "library",
        "bom-ref": pin.purl,
        "name": pin.name,
        "version": pin.version,
        "purl": pin.purl,
        "scope": "required",
        "licenses": [{"expression": licence(pin)}],
        "hashes": [{"alg": "SHA-256", "content": one} for one in pin.hashes],
    }


def _refs(wanted: list[str], locked: list[Pin]) -> list[str]:
    names = set()
    for requirement in map(Requirement, wanted):
        marker = requirement.marker
        if marker is None or marker.evaluate({**BOARD, "extra": ""}):
            names.add(canonicalize_name(requirement.name))
    return [pin.purl for pin in locked if canonicalize_name(pin.name) in names]
