"""Lines of Wiegand-to-serial converters (no I/O).

::

    6 hexadecimal digits  CR        WIE232-A and the like: 24 bits, parity dropped
    10 decimal digits     CR LF     others
    8 hexadecimal digits  CR        34 bits

No check: only the form tells a number from noise.
Source: two makers' manuals; see protocol.md beside this file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from gate_agent.driver_api.framing import LineDecoder

FORMS: Mapping[str, tuple[re.Pattern[bytes], int]] = {
    "hex-24": (re.compile(rb"[0-9A-Fa-f]{6}"), 16),
    "hex-32": (re.compile(rb"[0-9A-Fa-f]{8}"), 16),
    "decimal": (re.compile(rb"[0-9]{8,10}"), 10),
}
_MOST = {"hex-24": 2**24 - 1, "hex-32": 2**32 - 1, "decimal": 2**32 - 1}


def encode(number: str, form: str) -> bytes:
    """Return the converter's line. ValueError for a number that does not fit the form."""
    if not number.isdecimal() or int(number) > _MOST[form]:
        raise ValueError(f"expected a decimal number of {form}, got {len(number)} characters")
    written = {"hex-24": f"{int(number):06X}", "hex-32": f"{int(number):08X}"}
    return written.get(form, f"{int(number):010d}").encode() + b"\r\n"


class Decoder(LineDecoder[str]):
    """Cuts the converter's stream into numbers of ten decimal digits, as badges have them."""

    def __init__(self, form: str) -> None:
        self._pattern, self._base = FORMS[form]
        self._most = _MOST[form]
        super().__init__(parse=self._number, longest=16)

    def _number(self, line: bytes) -> str | None:
        if self._pattern.fullmatch(line) is None:
            return None
        number = int(line, self._base)
        return f"{number:010d}" if number <= self._most else None
