"""Turns a registration into what the journal keeps: sealed for the centre, encrypted at home.

And back: what is known here of an earlier visit.
"""

from __future__ import annotations

from gate_agent.contract.identity import Person
from gate_agent.contract.moment import Moment
from gate_agent.contract.records import PersonRegistered
from gate_agent.domain.effects import Registration
from gate_agent.store.journal import Draft, PersonRow
from gate_agent.store.keys import Keys
from gate_agent.store.seal import seal_registration


def with_whom(adult: Person) -> dict[str, str]:
    """Return whom a companion came with, as it goes under the companion's own seal."""
    return {"name": adult.name.reveal(), "number": adult.number.reveal()}


def registration_draft(registration: Registration, at: Moment, keys: Keys) -> Draft:
    """Return the draft of `person.registered` (实名登记), with the gate's own row beside it."""
    person, details, adult = registration.person, registration.details, registration.adult
    sealed, key_id = seal_registration(
        {
            "name": person.name.reveal(),
            "number": person.number.reveal(),
            "card_type": person.card_type,
            "country": person.country or None,
            "notice_version": registration.notice_version,
            **details.to_be_sealed(),
            **({} if adult is None else {"with": with_whom(adult)}),
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
            with_passage=registration.with_passage,
            with_ref=None if adult is None else adult.person_ref,
        ),
        at=at,
        person=PersonRow(
            person_ref=person.person_ref,
            passage_id=registration.passage_id,
            name=person.name,
            number=person.number,
            phone=details.phone,
            card_type=person.card_type,
            country=person.country,
        ),
    )
