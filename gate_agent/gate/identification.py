"""From a document to a person at the door: the same for a reader's card and a guard's typing."""

from __future__ import annotations

from dataclasses import replace

from gate_agent.contract.identity import identify, identify_badge
from gate_agent.contract.moment import Moment
from gate_agent.contract.names import same_name
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import ByHand
from gate_agent.contract.signals import BadgeRead, Card
from gate_agent.domain.events import PersonIdentified
from gate_agent.errors import StorageError
from gate_agent.gate.other_doors import OtherDoors
from gate_agent.store.keys import Keys
from gate_agent.store.people import PersonRow
from gate_agent.store.reader import JournalReader


class Identification:
    """Makes persons of documents, with the site's key and what is known of earlier visits."""

    def __init__(
        self, keys: Keys, reader: JournalReader, elsewhere: OtherDoors | None = None
    ) -> None:
        self._elsewhere = elsewhere
        self._keys = keys
        self._reader = reader

    def of(
        self,
        card: Card,
        at: Moment,
        policy: Policy,
        *,
        by_hand: ByHand | None = None,
        passage_id: str | None = None,
    ) -> PersonIdentified:
        """Return what the door takes; `passage_id` where it is known whose. Raises a CardFault.

        Who comes under another name than before is shown as such, and is no repeat visitor.
        """
        person = identify(card, self._keys.site, policy, by_hand=by_hand, today=at.newest_day)
        before = self._earlier(person.person_ref)
        if before is None:
            return PersonIdentified(at=at, person=person, passage_id=passage_id)
        if not same_name(before.name.reveal(), person.name.reveal()):
            other = replace(person, other_name=True)
            return PersonIdentified(at=at, person=other, passage_id=passage_id)
        return PersonIdentified(
            at=at, person=person, known_phone=before.phone, passage_id=passage_id
        )

    def of_badge(self, badge: BadgeRead, at: Moment, policy: Policy) -> PersonIdentified:
        """Return the same of a badge (工作证), which staff have alone. Raises a CardFault."""
        return PersonIdentified(at=at, person=identify_badge(badge.number, self._keys.site, policy))

    def was_elsewhere(self, person_ref: str, within_s: float) -> bool:
        """Whether the other door admitted this person within so many seconds, as far as known."""
        return self._elsewhere is not None and self._elsewhere.was_seen(person_ref, within_s)

    def _earlier(self, person_ref: str) -> PersonRow | None:
        try:
            return self._reader.person(person_ref)
        except StorageError:
            return None  # then everything is asked for again
