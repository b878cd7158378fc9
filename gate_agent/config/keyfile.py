"""Key files (密钥文件): 64 hex digits, read by nobody but their owner."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from gate_agent.errors import ConfigurationError

KEY_BYTES = 32
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_PRIVATE_MODES = (0o600, 0o400)  # 0400 is how systemd hands over a credential
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def load_key(path: Path) -> bytes:
    """Return the secret key in `path`, 32 bytes.

    Raises ConfigurationError: no such file, readable by others, not 64 hex digits.
    """
    return _load(path, public=False)


def load_public_key(path: Path) -> bytes:
    """Return the public key in `path`; others may read it, and must not write it."""
    return _load(path, public=True)


def _load(path: Path, *, public: bool) -> bytes:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as exc:
        got = exc.strerror if isinstance(exc, OSError) else "no text"
        raise ConfigurationError([f"{path}: expected a key file, got: {got}"]) from exc
    if public and mode & _WRITABLE_BY_OTHERS:
        expected = "a mode that only its owner may write"
        raise ConfigurationError([f"{path}: expected {expected}, got {mode:04o}"])
    if not public and mode not in _PRIVATE_MODES:
        raise ConfigurationError([f"{path}: expected mode 0600, got {mode:04o}"])
    if not _HEX.fullmatch(text):
        expected = f"{2 * KEY_BYTES} hexadecimal digits"
        raise ConfigurationError([f"{path}: expected {expected}, got {len(text)} characters"])
    return bytes.fromhex(text)
