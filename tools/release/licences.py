"""The licence of each dependency (许可证): what its own metadata say, as SPDX writes it."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distribution

from tools.release.lock import Pin
from tools.release.source import Unreleasable

_SPDX = ("Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0")
_WORDS = {one.lower(): one for one in _SPDX} | {  # how metadata without an expression say it
    "mit license": "MIT",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "isc license": "ISC",
    "lgpl": "LGPL-2.1-or-later",
}
_TEXT = re.compile(r"(^|/)(licen[cs]e|copying|notice|authors)[^/]*$", re.IGNORECASE)


def licence(pin: Pin) -> str:
    """Return an SPDX expression. Raises Unreleasable where nobody says any."""
    metadata = _distribution(pin).metadata
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    said = [str(one) for one in metadata.get_all("License") or ()]
    classifiers = [str(one) for one in metadata.get_all("Classifier") or ()]
    said += [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License ::")]
    for words in said:
        if known := _WORDS.get(words.strip().lower()):
            return known
    raise Unreleasable(f"{pin.name} {pin.version}: expected a licence that is known, got {said}")


def needs(pin: Pin) -> list[str]:
    """Return what its metadata say that it needs."""
    return _distribution(pin).requires or []


def texts(pin: Pin) -> list[str]:
    """Return the licence's texts as they come with it."""
    wanted = [one for one in _distribution(pin).files or () if _TEXT.search(str(one))]
    return [one.read_text(encoding="utf-8") for one in sorted(wanted) if ".dist-info" in str(one)]


def all_texts(locked: list[Pin]) -> str:
    """Return one document with the licence of everything that a bundle carries."""
    parts = []
    for pin in locked:
        heading = f"{pin.name} {pin.version}: {licence(pin)}"
        parts.append("\n\n".join((f"{heading}\n{'=' * len(heading)}", *texts(pin))))
    return "\n\n\n".join(parts) + "\n"


def _distribution(pin: Pin) -> Distribution:
    here = distribution(pin.name)
    if here.version != pin.version:
        raise Unreleasable(f"{pin.name}: expected {pin.version} as locked, got {here.version} here")
    return here
