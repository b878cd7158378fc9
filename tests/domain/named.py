"""A door whose guard says whose card it is."""

from __future__ import annotations

from dataclasses import dataclass

from domain.benches import Bench, somebody
from gate_agent.contract.hold_records import HoldIdentified
from gate_agent.domain.door import CardJudged, HandMeasured, PersonIdentified
from gate_agent.domain.hold import Hold
from gate_agent.domain.passage import OpenPassage, Settled

FLAG, WELL = 3540, 3650


@dataclass
class Named(Bench):
    """A door, and what a guard says of whose card it is."""

    def by_hand(self, passage_id: str, contact: int = WELL) -> None:
        self.take(HandMeasured(at=self.now, passage_id=passage_id, contact_centi_c=contact, by="g"))

    def judge(self, passage_id: str, *, theirs: bool) -> None:
        self.take(CardJudged(at=self.now, passage_id=passage_id, theirs=theirs, by="g"))

    def type_document(self, passage_id: str, letter: str) -> None:
        typed = somebody(letter)
        self.take(PersonIdentified(at=self.now, person=typed, passage_id=passage_id))

    def cleared(self, letter: str) -> None:
        """Let somebody be flagged, and found well by the contact thermometer."""
        self.card(letter)
        self.steady(FLAG)
        self.by_hand(self.door.holds[-1].passage_id)
        self.nobody_for(30)

    def place(self, passage_id: str) -> OpenPassage | Settled:
        state = self.door.find(passage_id)
        assert state is not None
        return state

    @property
    def hold(self) -> Hold:
        return self.door.holds[-1]

    @property
    def newest(self) -> HoldIdentified:
        return [one for one in self.records if isinstance(one, HoldIdentified)][-1]
