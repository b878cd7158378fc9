"""The daemon's log: for people as text, for programs with what each line is made of, by type.

Where systemd's journal hears us, a line goes there with fields (journalctl -o json): its logger,
the sentence before its values were put in, and the values that can be nobody's by their type. A
text that came from outside is not among them: `gate-agent support-bundle` takes these fields, and
never the message.
"""

from __future__ import annotations

import json
import logging
import os
import re
import socket
import struct
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

_SOCKET = Path("/run/systemd/journal/socket")
_PLAIN = "%(levelname)s %(name)s: %(message)s"
_PRIORITY = {"CRITICAL": 2, "ERROR": 3, "WARNING": 4, "INFO": 6, "DEBUG": 7}
_WORD = re.compile(r"[a-z][a-z0-9_]*(?:[.-][a-z0-9_]+)*")  # of ours: a device, a part, a state
_DESCRIBED = re.compile(  # already, in the journal's field
    r"text of [0-9]{1,6} characters|(?:int|float) of 7 digits or more"
    r"|exception [A-Za-z]{1,40}(?: [0-9]{1,3})?"
)
_DIGITS = re.compile(r"[0-9]{5}")
_LONGEST_WORD = 40
_LARGEST = 10**6  # a count; what has more digits may be a number of somebody's
LOGGER, SENTENCE, VALUES = "GATE_LOGGER", "GATE_SENTENCE", "GATE_VALUES"


def log_to_journal_or_terminal(before: str = "") -> None:
    """Send what is logged to systemd's journal where it hears us, else to the terminal."""
    plain = _PLAIN.replace("%(message)s", f"{before}%(message)s")
    there = "JOURNAL_STREAM" in os.environ and _SOCKET.exists()
    handler: logging.Handler = JournalLines(_SOCKET) if there else logging.StreamHandler()
    handler.setFormatter(logging.Formatter(plain))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def nobodys(value: object) -> object:
    """Return what a value may tell by its type; of a text that is no word of ours, its length."""
    match value:
        case bool() | None:
            return value
        case int() | float():
            return value if abs(value) < _LARGEST else f"{type(value).__name__} of 7 digits or more"
        case Enum():
            return nobodys(value.value)
        case OSError():
            return f"exception {type(value).__name__} {value.errno}"
        case BaseException():
            return f"exception {type(value).__name__}"
        case str():
            is_word = _WORD.fullmatch(value) and not _DIGITS.search(value)
            if (is_word and len(value) <= _LONGEST_WORD) or _DESCRIBED.fullmatch(value):
                return value
            return f"text of {len(value)} characters"
        case _:
            return type(value).__name__


class JournalLines(logging.Handler):
    """Sends lines to systemd's journal by its own protocol, each with its fields."""

    def __init__(self, address: Path) -> None:
        super().__init__()
        self._address = str(address)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)

    def emit(self, record: logging.LogRecord) -> None:
        """Send one line; what the journal does not take goes nowhere, and stops nothing."""
        try:
            self._socket.sendto(encoded(fields_of(record, self.format(record))), self._address)
        except OSError:
            self.handleError(record)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
        super().close()


def fields_of(record: logging.LogRecord, message: str) -> dict[str, str]:
    """Return the fields of a line."""
    given = record.args.values() if isinstance(record.args, Mapping) else record.args or ()
    is_ours = isinstance(record.msg, str)  # a sentence of the source, and not a text made of values
    return {
        "MESSAGE": message,
        "PRIORITY": str(_PRIORITY.get(record.levelname, 6)),
        LOGGER: record.name,
        SENTENCE: record.msg if is_ours else type(record.msg).__name__,
        VALUES: json.dumps([nobodys(value) for value in given], ensure_ascii=False),
    }


def encoded(fields: Mapping[str, str]) -> bytes:
    """Return fields in the journal's native protocol: a value of several lines is counted."""
    lines = []
    for name, value in fields.items():
        text = value.encode(errors="replace")
        if b"\n" in text:
            lines.append(name.encode() + b"\n" + struct.pack("<Q", len(text)) + text)
        else:
            lines.append(name.encode() + b"=" + text)
    return b"\n".join(lines) + b"\n"
