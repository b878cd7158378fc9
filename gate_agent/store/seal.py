"""Personal data under lock: registrations sealed for the collector, people encrypted at home.

Sealed box: X25519 and XSalsa20-Poly1305, libsodium's crypto_box_seal; who seals cannot open.
Secret box: XSalsa20-Poly1305 under the gate's own key. Both by PyNaCl.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from hashlib import sha256

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

from gate_agent.errors import StorageError

_KEY_ID_DIGITS = 16


def key_id(public: bytes) -> str:
    """Return the name of a public key: the first 16 hex digits of its SHA-256."""
    return sha256(public).hexdigest()[:_KEY_ID_DIGITS]


def seal_registration(fields: Mapping[str, object], public: bytes) -> tuple[str, str]:
    """Return `fields` as base64 of a sealed box over a JSON object, and the key's id."""
    plain = json.dumps(dict(fields), ensure_ascii=False, separators=(",", ":")).encode()
    box = SealedBox(PublicKey(public)).encrypt(plain)
    return base64.b64encode(box).decode("ascii"), key_id(public)


def open_sealed(sealed_b64: str, private: bytes) -> dict[str, object]:
    """Return what `seal_registration` sealed. StorageError if it is for another key."""
    try:
        plain = SealedBox(PrivateKey(private)).decrypt(base64.b64decode(sealed_b64, validate=True))
    except (CryptoError, binascii.Error) as exc:
        raise StorageError("expected a registration sealed to this key, got another") from exc
    fields: dict[str, object] = json.loads(plain)
    return fields


class StoreBox:
    """Encrypts what only this gate may read again."""

    def __init__(self, key: bytes) -> None:
        """Take the store key, 32 bytes."""
        self._box = SecretBox(key)

    def encrypt(self, plain: bytes) -> bytes:
        """Return `plain` encrypted and authenticated, under a fresh nonce."""
        return bytes(self._box.encrypt(plain))

    def decrypt(self, box: bytes) -> bytes:
        """Return the plain bytes. StorageError if the box is of another key, or was touched."""
        try:
            return self._box.decrypt(box)
        except CryptoError as exc:
            raise StorageError("expected a box of this store key, got another") from exc
