"""Turns a registration into what the journal keeps: sealed for the centre, encrypted at home.

And back: what is known here of an earlier visit.
"""

from __future__ import annotations

from gate_agent.contract.moment import Moment
from gate_agent.contract.records import PersonRegistered
from gate_agent.domain.effects import Registration
from gate_agent.store.journal import Draft, PersonRow
from gate_agent.store.keys import Keys
from gate_agent.store.seal import seal_registration


def registration_draft(registration: Registration, at: Moment, keys: Keys) -> Draft:
    """Return the draft of `person.registered` (实名登记), with the gate's own row beside it."""
    person, details = registration.person, registration.details
    sealed, key_id = seal_registration(
        {
            "name": person.name.reveal(),
            "number": person.number.reveal(),
            "card_type": person.card_type,
            "country": person.country or None,
            "notice_version": registration.notice_version,
            **details.to_be_sealed(),
        },
        keys.collector_public,
    )
    return Draft(
        record=PersonRegistered(
            passage_id=registration.passage_id,
            person_ref=person.person_ref,
            sealed=sealed,
            key_id=key_id,
            by_hand=person.by_hand,
            companions=len(details.companions),
            notice_version=registration.notice_version,
            by=registration.by,
        ),
        at=at,
        person=PersonRow(
            person_ref=person.person_ref,
            passage_id=registration.passage_id,
            name=person.name,
            number=person.number,
            phone=details.phone,
            card_type=person.card_type,
        ),
    )
