"""Opens with the collector's private key what doors sealed: registrations, free texts (揭示)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Boolean, Engine, literal_column, select

from gate_agent.contract.free_text import free_fields, sealed_box
from gate_agent.contract.messages import parse_body
from gate_agent.contract.records import PersonRegistered
from gate_agent.errors import ContractError
from gate_collector.roles.known_names import known_names
from gate_collector.store.schema import EVENT, PASSAGE, SEALED

_NEAR = 500  # a registration stands so many events from its passage's verdict, at most
_MOST = 20


class RevealedCompanion(BaseModel):
    """Who came along."""

    model_config = ConfigDict(frozen=True)
    name: str
    number: str | None = None


class OpenedText(BaseModel):
    """What somebody wrote freely."""

    model_config = ConfigDict(frozen=True)
    text: str


class Opened(BaseModel):
    """What a registration says; what a later version says beside it is left out."""

    model_config = ConfigDict(frozen=True)
    name: str = ""
    number: str = ""
    card_type: str | None = None
    phone: str | None = None
    purpose: str | None = None
    companions: tuple[RevealedCompanion, ...] = ()
    came_with: RevealedCompanion | None = Field(None, validation_alias="with")


def reveal(engine: Engine, ref: str, private: bytes) -> list[Opened]:
    """Return what this person's newest registrations say; empty when they are gone or not ours.

    Who is not registered has the name that a sheet brought: staff, whoever is booked.
    """
    opened: dict[tuple[str, str], Opened] = {}  # by gate and passage
    with engine.connect() as connection:
        passages = connection.execute(
            select(PASSAGE.c.gate, PASSAGE.c.epoch, PASSAGE.c.sequence, PASSAGE.c.passage_id)
            .where(PASSAGE.c.person_ref == ref)
            .order_by(PASSAGE.c.decided.desc())
            .limit(_MOST)
        ).all()
        for gate, epoch, sequence, passage_id in passages:
            bodies = connection.execute(
                select(EVENT.c.body)
                .where(
                    EVENT.c.gate == gate,
                    EVENT.c.epoch == epoch,
                    EVENT.c.sequence.between(sequence - _NEAR, sequence + _NEAR),
                    EVENT.c.type == PersonRegistered.TYPE,
                )
                .order_by(EVENT.c.sequence.desc())  # what was typed later stands
            ).scalars()
            for body in bodies:
                fields = _open(body, ref, private)
                if fields is not None:
                    opened.setdefault((gate, passage_id), fields)
    if not opened:
        return [Opened(name=name) for name in known_names(engine, private, refs=[ref]).values()]
    return list(dict.fromkeys(opened.values()))


def names_of(
    engine: Engine, refs: Collection[str], private: bytes, *, since: str, until: str = "~"
) -> dict[str, Opened]:
    """Return who these people are, by their newest registration of this time; staff by name."""
    wanted, opened = set(refs), dict[str, Opened]()
    fresh = literal_column(SEALED, Boolean) & EVENT.c.stored.between(since, until)
    bodies = select(EVENT.c.body).where(fresh).order_by(EVENT.c.stored.desc())
    with engine.connect() as connection:
        for body in connection.execute(bodies).scalars():
            if not wanted:
                break
            ref = _ref_of(body)
            if ref in wanted and (fields := _open(body, ref, private)) is not None:
                opened[ref] = fields
                wanted.discard(ref)
    return opened | {
        ref: Opened(name=name)
        for ref, name in known_names(engine, private, refs=sorted(wanted)).items()
    }


def open_texts(
    engine: Engine, gate: str, epoch: str, sequence: int, private: bytes, *, since: str
) -> dict[str, list[str]]:
    """Return the sealed texts of one event, by field; none where it is older, gone or not ours."""
    with engine.connect() as connection:
        row = connection.execute(
            select(EVENT.c.body).where(
                EVENT.c.gate == gate,
                EVENT.c.epoch == epoch,
                EVENT.c.sequence == sequence,
                EVENT.c.stored >= since,
            )
        ).first()
    try:
        record = None if row is None or row.body is None else parse_body(bytes(row.body)).record()
    except ContractError:
        record = None
    opened: dict[str, list[str]] = {}
    for field in () if record is None else free_fields(type(record)):
        value = getattr(record, field)
        for text in (value,) if isinstance(value, str) else value or ():
            if (plain := _open_text(text, private)) is not None:
                opened.setdefault(field, []).append(plain)
    return opened


def _open_text(text: str, private: bytes) -> str | None:
    sealed = sealed_box(text)
    try:
        box = b"" if sealed is None else base64.b64decode(sealed[1], validate=True)
        return OpenedText.model_validate_json(SealedBox(PrivateKey(private)).decrypt(box)).text
    except (CryptoError, binascii.Error, ValueError, TypeError):
        return None


def _ref_of(body: bytes) -> str:
    try:
        record = parse_body(bytes(body)).record()
    except ContractError:
        return ""
    return record.person_ref if isinstance(record, PersonRegistered) else ""


def _open(body: bytes | None, ref: str, private: bytes) -> Opened | None:
    try:
        record = None if body is None else parse_body(bytes(body)).record()
        if not isinstance(record, PersonRegistered) or record.person_ref != ref:
            return None
        box = base64.b64decode(record.sealed, validate=True)
        return Opened.model_validate_json(SealedBox(PrivateKey(private)).decrypt(box))
    except (ContractError, CryptoError, binascii.Error, ValueError):
        return None
