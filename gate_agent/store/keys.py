"""The gate's keys (密钥): files of 64 hex digits, made beside the journal until provisioned.

One that the configuration does not name is taken from systemd's credentials, if it is there
(`LoadCredential=site.key:…`, systemd.exec(5)).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from gate_agent.config.keyfile import load_key, load_public_key, make_key, public_half, write_new
from gate_agent.config.model import KeysSection
from gate_agent.errors import ConfigurationError

_FILES = {
    "site_key_file": "site.key",
    "collector_public_key_file": "collector.pub",
    "store_key_file": "store.key",
}


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


def resolve_keys(section: KeysSection, beside: Path) -> Keys:
    """Return the configured keys; the others from folder `beside`, made there if missing.

    Raises ConfigurationError with every fault at once.
    """
    try:
        beside.mkdir(mode=0o700, parents=True, exist_ok=True)
        list(beside.iterdir())
        (beside / "site.key").exists()
    except OSError as exc:
        expected = f"{beside}: expected a folder that this user may enter and read"
        raise ConfigurationError([f"{expected}, got: {exc.strerror}"]) from exc
    made: list[str] = []
    faults: list[str] = []

    def secret(configured: Path | None, name: str) -> bytes:
        handed = configured or _credential(name)
        path = handed or beside / name
        try:
            if handed is None and not path.exists():
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
        handed = section.collector_public_key_file or _credential("collector.pub")
        public = load_public_key(handed) if handed is not None else _pair_beside(beside, made)
    except ConfigurationError as exc:
        faults.extend(exc.faults)
    if faults:
        raise ConfigurationError(faults)
    return Keys(site=site, store=store, collector_public=public, made=tuple(made))


def found_keys(section: KeysSection, beside: Path | None) -> dict[str, Path]:
    """Return the key files that `resolve_keys` would read, by their settings; none is made."""
    files: dict[str, Path] = {}
    for name, file in _FILES.items():
        path: Path | None = getattr(section, name) or _credential(file)
        if path is None and beside is not None and os.path.exists(beside / file):  # noqa: PTH110 False, where Path raises: a folder that is not ours
            path = beside / file
        if path is not None:
            files[name] = path
    return files


def unprovisioned(section: KeysSection) -> tuple[str, ...]:
    """Return the settings of keys that nobody brought yet: the gate makes its own."""
    return tuple(
        f"keys.{name}"
        for name, file in _FILES.items()
        if getattr(section, name) is None and _credential(file) is None
    )


def _credential(name: str) -> Path | None:
    """Return the credential that systemd hands to this service under `name`."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / name if folder else None
    return path if path is not None and path.exists() else None


def _pair_beside(beside: Path, made: list[str]) -> bytes:
    """Return the public key beside the journal; without one, from the pair that is made there."""
    public_path, private_path = beside / "collector.pub", beside / "registrations.key"
    if public_path.exists():
        return load_public_key(public_path)
    if not private_path.exists():
        make_key(private_path)
        made.append(private_path.name)
    public = public_half(load_key(private_path))
    write_new(public_path, public)
    made.append(public_path.name)
    return public
