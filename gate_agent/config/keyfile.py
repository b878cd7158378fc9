"""Key files (密钥文件): 64 hex digits, mode 0600, whole or not there. Of gate and collector."""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from nacl.public import PrivateKey

from gate_agent.errors import ConfigurationError

KEY_BYTES = 32
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_PRIVATE_MODES = (0o600, 0o400)
_CREDENTIAL_MODES = (0o400, 0o440)  # systemd: its group bits are the mask of an access list
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def load_key(path: Path) -> bytes:
    """Return the secret key in `path`, 32 bytes.

    Raises ConfigurationError: no such file, readable by others, not 64 hex digits.
    """
    return _load(path, public=False)


def load_public_key(path: Path) -> bytes:
    """Return the public key in `path`; others may read it, and must not write it."""
    return _load(path, public=True)


def key_faults(files: Mapping[str, Path | None]) -> list[str]:
    """Return what is wrong with each of these key files, by its setting; public ones say so."""
    faults: list[str] = []
    for name, path in files.items():
        try:
            if path is not None:
                _load(path, public="public" in name)
        except ConfigurationError as exc:
            faults += [f"keys.{name}: {fault}" for fault in exc.faults]
    return faults


def make_key(path: Path) -> bytes:
    """Make a random key at `path`, mode 0600, durable. FileExistsError if one is there."""
    key = secrets.token_bytes(KEY_BYTES)
    write_new(path, key)
    return key


def make_pair(private: Path, public: Path) -> None:
    """Make a pair to seal to: who has `public` seals, who has `private` opens."""
    write_new(public, public_half(make_key(private)))


def public_half(private: bytes) -> bytes:
    """Return the public key of a private one."""
    return bytes(PrivateKey(private).public_key)


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
    handed = path.parent == Path(os.environ.get("CREDENTIALS_DIRECTORY", "."))
    if not public and mode not in (_CREDENTIAL_MODES if handed else _PRIVATE_MODES):
        raise ConfigurationError([f"{path}: expected mode 0600, got {mode:04o}"])
    if not _HEX.fullmatch(text):
        expected = f"{2 * KEY_BYTES} hexadecimal digits"
        raise ConfigurationError([f"{path}: expected {expected}, got {len(text)} characters"])
    return bytes.fromhex(text)


def write_new(path: Path, key: bytes) -> None:
    """Write a key file that is whole or not there, whenever the power goes."""
    draft = path.with_name(f".{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.fchmod(descriptor, 0o600)  # whatever the umask, and whoever left a draft
        os.write(descriptor, key.hex().encode("ascii") + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(draft, path)  # refuses to replace: a lost key is lost for good
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
