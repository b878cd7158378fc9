"""Names that no registration brings (花名册、预约的姓名): sealed as registrations are.

They open with the collector's private key, where a look is recorded, and go as registrations do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum

from nacl.encoding import Base64Encoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from sqlalchemy import Connection, Engine, delete, select, update

from gate_agent.contract.identity import Secret
from gate_agent.contract.moment import format_utc
from gate_collector.store.bulk import in_parts
from gate_collector.store.schema_office import KNOWN_NAME


class NamedBy(StrEnum):
    """Which sheet named somebody."""

    ROSTER = "roster"
    APPOINTMENTS = "appointments"


def keep_names(
    engine: Engine,
    kind: NamedBy,
    names: Mapping[str, tuple[Secret, datetime | None]],
    private: bytes,
) -> None:
    """Seal these names by reference, each with the time until which it is needed."""
    box = SealedBox(PrivateKey(private).public_key)
    rows = [
        {
            "person_ref": ref,
            "kind": kind.value,
            "sealed": _seal(box, name),
            "until": None if until is None else format_utc(until),
        }
        for ref, (name, until) in names.items()
    ]
    with engine.begin() as connection:
        for refs in in_parts(names):
            connection.execute(
                delete(KNOWN_NAME).where(
                    KNOWN_NAME.c.kind == kind.value, KNOWN_NAME.c.person_ref.in_(refs)
                )
            )
        if rows:
            connection.execute(KNOWN_NAME.insert(), rows)


def end_names(engine: Engine, kind: NamedBy, but: Collection[str], at: datetime) -> None:
    """Let the names of whom this sheet does not name any more go after their days."""
    stays = set(but)
    with engine.begin() as connection:
        standing = connection.execute(
            select(KNOWN_NAME.c.person_ref).where(
                KNOWN_NAME.c.kind == kind.value, KNOWN_NAME.c.until.is_(None)
            )
        ).scalars()
        for refs in in_parts([ref for ref in standing if ref not in stays]):
            connection.execute(
                update(KNOWN_NAME)
                .where(KNOWN_NAME.c.kind == kind.value, KNOWN_NAME.c.person_ref.in_(refs))
                .values(until=format_utc(at))
            )


def known_names(
    engine: Engine,
    private: bytes,
    *,
    refs: Collection[str] | None = None,
    kind: NamedBy | None = None,
) -> dict[str, str]:
    """Open the names of these people, or of everybody that a sheet of this kind names."""
    wanted = select(KNOWN_NAME.c.person_ref, KNOWN_NAME.c.sealed).order_by(KNOWN_NAME.c.kind)
    if kind is not None:
        wanted = wanted.where(KNOWN_NAME.c.kind == kind.value)
    opened: dict[str, str] = {}
    box = SealedBox(PrivateKey(private))
    with engine.connect() as connection:
        for some in [None] if refs is None else in_parts(refs):
            these = wanted if some is None else wanted.where(KNOWN_NAME.c.person_ref.in_(some))
            for row in connection.execute(these):
                name = _open(box, row.sealed)
                if name is not None:
                    opened[row.person_ref] = name
    return opened


def forget_names(
    connection: Connection, *, before: str | None = None, ref: str | None = None
) -> None:
    """Remove the names that nobody needs since before a time, one person's, or all of them."""
    gone = delete(KNOWN_NAME)
    if before is not None:
        gone = gone.where(KNOWN_NAME.c.until < before)
    if ref is not None:
        gone = gone.where(KNOWN_NAME.c.person_ref == ref)
    connection.execute(gone)


def _seal(box: SealedBox[PublicKey], name: Secret) -> str:
    return bytes(box.encrypt(name.reveal().encode(), Base64Encoder)).decode("ascii")


def _open(box: SealedBox[PrivateKey], sealed: str) -> str | None:
    try:
        return box.decrypt(sealed.encode("ascii"), Base64Encoder).decode()
    except (CryptoError, ValueError, TypeError):
        return None  # sealed to an earlier key
