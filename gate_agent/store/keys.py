"""The gate's keys (密钥): files of 64 hex digits, made beside the journal until provisioned."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from nacl.public import PrivateKey

from gate_agent.config.keyfile import KEY_BYTES, load_key, load_public_key
from gate_agent.config.model import KeysSection
from gate_agent.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Keys:
    """What the gate signs, seals and encrypts with; 32 bytes each.

    `made` names the files that were made here on this start, because none was given.
    """

    site: bytes
    store: bytes
    collector_public: bytes
    made: tuple[str, ...]

    def __repr__(self) -> str:
        """Return how many were made, and no key."""
        return f"Keys(made={self.made!r})"


def make_key(path: Path) -> bytes:
    """Make a random key at `path`, mode 0600, durable. FileExistsError if one is there."""
    key = secrets.token_bytes(KEY_BYTES)
    _write_new(path, key)
    return key


def make_pair(private: Path, public: Path) -> None:
    """Make a pair to seal to: who has `public` seals, who has `private` opens."""
    key = make_key(private)
    _write_new(public, bytes(PrivateKey(key).public_key))


def resolve_keys(section: KeysSection, beside: Path) -> Keys:
    """Return the configured keys; the others from folder `beside`, made there if missing.

    Raises ConfigurationError with every fault at once.
    """
    beside.mkdir(mode=0o700, parents=True, exist_ok=True)
    made: list[str] = []
    faults: list[str] = []

    def secret(configured: Path | None, name: str) -> bytes:
        path = configured or beside / name
        try:
            if configured is None and not path.exists():
                made.append(name)
                return make_key(path)
            return load_key(path)
        except ConfigurationError as exc:
            faults.extend(exc.faults)
            return b""

    site = secret(section.site_key_file, "site.key")
    store = secret(section.store_key_file, "store.key")
    public = b""
    try:
        if section.collector_public_key_file is not None:
            public = load_public_key(section.collector_public_key_file)
        else:
            public = _pair_beside(beside, made)
    except ConfigurationError as exc:
        faults.extend(exc.faults)
    if faults:
        raise ConfigurationError(faults)
    return Keys(site=site, store=store, collector_public=public, made=tuple(made))


def unprovisioned(section: KeysSection) -> tuple[str, ...]:
    """Return the settings of keys that nobody brought yet: the gate makes its own."""
    return tuple(
        f"keys.{name}" for name in KeysSection.model_fields if getattr(section, name) is None
    )


def _pair_beside(beside: Path, made: list[str]) -> bytes:
    """Return the public key beside the journal; without one, from the pair that is made there."""
    public_path, private_path = beside / "collector.pub", beside / "collector.key"
    if public_path.exists():
        return load_public_key(public_path)
    if not private_path.exists():
        make_key(private_path)
        made.append(private_path.name)
    public = bytes(PrivateKey(load_key(private_path)).public_key)
    _write_new(public_path, public)
    made.append(public_path.name)
    return public


def _write_new(path: Path, key: bytes) -> None:
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
