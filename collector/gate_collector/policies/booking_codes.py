"""The codes of appointments (预约码), kept so that they can be printed again.

A policy holds their digests alone. Here they are encrypted with the site's key, which is in no
store and in no backup; whoever has no key can print none.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import sha256

from nacl.encoding import Base64Encoder
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from sqlalchemy import Engine, delete, select

from gate_agent.contract.identity import Secret
from gate_agent.contract.moment import format_utc
from gate_collector.store.bulk import in_parts
from gate_collector.store.schema_office import BOOKING_CODE

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that looks like another
_LENGTH = 10  # 49 bits: nobody guesses one at a door


def new_code() -> Secret:
    """Return a code that nobody has."""
    return Secret("".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)))


def keep_codes(
    engine: Engine, codes: Mapping[str, tuple[Secret, datetime | None]], site_key: bytes
) -> None:
    """Keep codes by their digests, each until its appointment is over."""
    box = _box(site_key)
    rows = [
        {
            "code_sha256": digest,
            "sealed": box.encrypt(code.reveal().encode(), encoder=Base64Encoder).decode("ascii"),
            "until": None if until is None else format_utc(until),
        }
        for digest, (code, until) in codes.items()
    ]
    if not rows:
        return
    with engine.begin() as connection:
        for some in in_parts(codes):
            these = BOOKING_CODE.c.code_sha256.in_(some)
            connection.execute(delete(BOOKING_CODE).where(these))
        connection.execute(BOOKING_CODE.insert(), rows)


def kept_codes(engine: Engine, digests: Collection[str], site_key: bytes) -> dict[str, Secret]:
    """Return the codes of these digests that are kept."""
    box, opened = _box(site_key), dict[str, Secret]()
    with engine.connect() as connection:
        for some in in_parts(digests):
            these = BOOKING_CODE.c.code_sha256.in_(some)
            for row in connection.execute(select(BOOKING_CODE).where(these)):
                try:
                    code = box.decrypt(row.sealed.encode("ascii"), encoder=Base64Encoder)
                except CryptoError:
                    continue  # of another site's key
                opened[row.code_sha256] = Secret(code.decode())
    return opened


def _box(site_key: bytes) -> SecretBox:
    return SecretBox(hmac.digest(site_key, b"codes of appointments", sha256))
