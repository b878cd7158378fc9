"""Opens a person's sealed registrations with the collector's private key (揭示姓名)."""

from __future__ import annotations

import base64
import binascii

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine, select

from gate_agent.contract.messages import parse_body
from gate_agent.contract.records import PersonRegistered
from gate_agent.errors import ContractError
from gate_collector.store.schema import EVENT, PASSAGE

_NEAR = 500  # a registration stands so many events from its passage's verdict, at most
_MOST = 20


class RevealedCompanion(BaseModel):
    """Who came along."""

    model_config = ConfigDict(frozen=True)
    name: str
    number: str | None = None


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
    """Return what this person's newest registrations say; empty when they are gone or not ours."""
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
    return list(dict.fromkeys(opened.values()))


def _open(body: bytes | None, ref: str, private: bytes) -> Opened | None:
    try:
        record = None if body is None else parse_body(bytes(body)).record()
        if not isinstance(record, PersonRegistered) or record.person_ref != ref:
            return None
        box = base64.b64decode(record.sealed, validate=True)
        return Opened.model_validate_json(SealedBox(PrivateKey(private)).decrypt(box))
    except (ContractError, CryptoError, binascii.Error, ValueError):
        return None
