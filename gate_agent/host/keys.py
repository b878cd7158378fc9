"""Signs what we say, and judges who said what we hear (签名): Ed25519, by PyNaCl.

A name that once signed is never believed without a signature again, nor by an older key: `Known`
keeps that over a restart. How one is treated that never signed is `signatures.unsigned`.
"""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from pathlib import Path
from typing import Protocol

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

from gate_agent.config.keyfile import KEY_BYTES, load_key
from gate_agent.config.model import SignaturesSection, Unsigned
from gate_agent.contract.json_text import read_json
from gate_agent.contract.signed import (
    Signature,
    Warrant,
    message_to_sign,
    owner_of,
    parse_signature,
    warrant_to_sign,
)
from gate_agent.errors import ConfigurationError, ContractError, StorageError
from gate_agent.host.files import write_whole

_LOG = logging.getLogger(__name__)
_MOST_NAMES = 1000  # doors of a site, by whom the site vouched: no stranger makes one


class Known(Protocol):
    """Since when the newest key of each name is good."""

    def read(self) -> dict[str, str]:
        """Return what was kept."""

    def keep(self, names: dict[str, str]) -> None:
        """Keep it. Raises OSError, StorageError."""


class KnownInFile:
    """`Known` in a file, whole or as it was."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, str]:
        """Return what was kept; a file that cannot be read is nobody known."""
        try:
            tree = read_json(self._path.read_bytes())
        except (OSError, ContractError):
            return {}
        return {str(k): str(v) for k, v in tree.items()} if isinstance(tree, dict) else {}

    def keep(self, names: dict[str, str]) -> None:
        """Keep it, durably."""
        write_whole(self._path, json.dumps(names, sort_keys=True).encode())


class Signer:
    """Our own key, and the warrant that says it is ours."""

    def __init__(self, private: bytes, warrant: bytes, vouched: bytes) -> None:
        self._key = SigningKey(private)
        self._warrant, self._vouched = warrant, vouched

    def sign(self, topic: str, payload: bytes) -> str:
        """Return the signature to send beside `payload`."""
        signature = self._key.sign(message_to_sign(topic, payload)).signature
        return Signature(self._warrant, self._vouched, signature).encode()


class Signatures:
    """What one end signs, and whom it believes."""

    def __init__(self, section: SignaturesSection, *, site: str, name: str, known: Known) -> None:
        """Raises ConfigurationError with every fault of the files."""
        self._site, self._unsigned = site, section.unsigned
        self._roots = load_roots(section.roots_file)
        self._signer = load_signer(section, site=site, name=name)
        self._known = known
        self._names = known.read()
        self._unkept = False
        self._vouched: OrderedDict[bytes, Warrant] = OrderedDict()

    def sign(self, topic: str, payload: bytes) -> str | None:
        """Return the signature of what we say; None without a key."""
        return None if self._signer is None else self._signer.sign(topic, payload)

    def fault_of(self, topic: str, payload: bytes, signature: str | None) -> str | None:
        """Return why a message must not be believed; None where it may be."""
        owner = owner_of(topic)
        if signature is None or not self._roots:
            if self._unsigned is Unsigned.ACCEPT or (
                self._unsigned is Unsigned.UNTIL_SIGNED and owner not in self._names
            ):
                return None
            return f"expected {owner}'s signature, got none"
        try:
            parsed = parse_signature(signature)
            warrant = self._warrant(parsed)
            VerifyKey(bytes.fromhex(warrant.key)).verify(
                message_to_sign(topic, payload), parsed.signature
            )
        except (ContractError, CryptoError, ValueError):
            return f"expected {owner}'s signature, got one that is not good"
        if (warrant.site, warrant.name) != (self._site, owner):
            return f"expected {owner}'s signature, got another's"
        return self._newest(warrant)

    def _warrant(self, signed: Signature) -> Warrant:
        """Return the warrant once the site vouches for it; each is asked about once."""
        id_of = signed.warrant + signed.vouched
        if (known := self._vouched.get(id_of)) is not None:
            return known
        for root in self._roots:
            try:
                VerifyKey(root).verify(warrant_to_sign(signed.warrant), signed.vouched)
            except CryptoError:
                continue
            self._vouched[id_of] = signed.by
            if len(self._vouched) > _MOST_NAMES:
                self._vouched.popitem(last=False)
            return self._vouched[id_of]
        raise ContractError("signature: expected a warrant of this site, got another")

    def _newest(self, warrant: Warrant) -> str | None:
        since = self._names.get(warrant.name, "")
        if warrant.issued < since:
            return f"expected {warrant.name}'s key of {since} or later, got an older one"
        if warrant.issued > since or self._unkept:
            self._names[warrant.name] = warrant.issued
            self._keep()
        return None

    def _keep(self) -> None:
        """What cannot be kept now is kept with the next message: a full disk stops no policy."""
        try:
            self._known.keep(self._names)
        except (OSError, StorageError) as exc:
            if not self._unkept:
                _LOG.warning("who signs cannot be kept: %s", type(exc).__name__)
            self._unkept = True
        else:
            self._unkept = False


def load_roots(path: Path | None) -> tuple[bytes, ...]:
    """Return the public keys in a file, one a line. Raises ConfigurationError."""
    if path is None:
        return ()
    try:
        roots = tuple(bytes.fromhex(line) for line in path.read_text("ascii").split())
    except (OSError, ValueError) as exc:
        raise ConfigurationError([f"{path}: expected public keys in hex, got another"]) from exc
    if not roots or any(len(root) != KEY_BYTES for root in roots):
        raise ConfigurationError([f"{path}: expected public keys of 32 bytes, got another"])
    return roots


def load_signer(section: SignaturesSection, *, site: str, name: str) -> Signer | None:
    """Return our key with its warrant, None where none is configured. Raises ConfigurationError."""
    if section.key_file is None or section.warrant_file is None:
        return None
    private = load_key(section.key_file)
    try:
        warrant, vouched = read_warrant(section.warrant_file)
        signer = Signature(warrant, vouched, b"").by
    except (OSError, ContractError) as exc:
        raise ConfigurationError([f"{section.warrant_file}: expected a warrant: {exc}"]) from exc
    if (signer.site, signer.name) != (site, name):
        expected = f"expected the warrant of {name} at {site}"
        raise ConfigurationError([f"{section.warrant_file}: {expected}, got {signer.name}'s"])
    if signer.key != bytes(SigningKey(private).verify_key).hex():
        expected = f"{section.warrant_file}: expected the warrant of key_file"
        raise ConfigurationError([f"{expected}, got another's"])
    return Signer(private, warrant, vouched)


def read_warrant(path: Path) -> tuple[bytes, bytes]:
    """Return a warrant and the site's signature of it. Raises OSError, ContractError."""
    signature = parse_signature(f"{path.read_text('ascii').strip()}.")
    return signature.warrant, signature.vouched


def issue_warrant(root: bytes, warrant: Warrant) -> str:
    """Return the text of a warrant's file, for which `root` vouches."""
    said = warrant.model_dump_json().encode()
    vouched = SigningKey(root).sign(warrant_to_sign(said)).signature
    return Signature(said, vouched, b"").encode().rstrip(".") + "\n"


def public_signing_key(private: bytes) -> bytes:
    """Return the public half."""
    return bytes(SigningKey(private).verify_key)
