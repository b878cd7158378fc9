"""A hold with a visitor near it who is registered and confirmed, and with staff near it."""

from __future__ import annotations

from nacl.public import PrivateKey

from collector.hall_of_doors import Hall, ref
from gate_agent.contract.policy import ContactsPolicy
from gate_agent.contract.records import Category, ContactState, PersonRegistered
from gate_agent.store.seal import seal_registration
from gate_collector.contacts.judging import judge
from gate_collector.contacts.trace import trace

PRIVATE = bytes(PrivateKey(bytes(range(32))))
NAME, NUMBER, PHONE = "张三丰", "110101199003070009", "13800138000"


def registered(passage_id: str, who: str, **fields: object) -> PersonRegistered:
    """Return a person's registration as the door seals it."""
    told = {"name": NAME, "number": NUMBER, "phone": PHONE, "companions": [], **fields}
    public = bytes(PrivateKey(PRIVATE).public_key)
    sealed, key_id = seal_registration(told, public)
    return PersonRegistered(
        passage_id=passage_id, person_ref=ref(who), sealed=sealed, key_id=key_id
    )


def a_case(one: Hall, *, held: str = "周建国") -> None:
    """Let a visitor and staff pass around a hold; the visitor is confirmed."""
    companions = [{"name": "李四", "number": None}]
    passage_id = one.west.passage(who="visitor")
    one.west.say(registered(passage_id, "visitor", companions=companions))
    one.central.passage(who="staff", category=Category.STAFF)
    one.west.hold("hold-1")
    one.west.say(registered("west-1f-2", "feverish", name=held))
    one.settle()
    judged(one, "visitor", ContactState.CONFIRMED)


def judged(one: Hall, who: str, state: ContactState) -> None:
    """Let the office say what a contact is."""
    case = trace(one.engine, "west-1f", "hold-1", ContactsPolicy())
    assert case is not None
    judge(one.engine, case, ref(who), state, by="王科长", at=one.clock.utc, reason="同排队")
