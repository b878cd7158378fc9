"""What visitors type themselves: a code for one entry and two minutes, by which nothing is read."""

from __future__ import annotations

import httpx
import pytest

from gate_agent.contract.identity import Secret
from gate_agent.contract.policy import Policy
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.gate.entries import GOOD_FOR_S, EntryBook
from gate_agent.gate.errors import Invalid, NotFound, OutOfTurn
from gate_agent.testing.time import FakeClock
from gate_agent.web.entry_routes import WRONG_AT_ONCE
from web import scenes
from web.served_door import Served

PHONE = "13812345678"
ENTRY, JUDGED = "/api/v1/visitor/entry", "/api/v1/passages/ab12-901/entry"


def token(client: httpx.Client) -> str:
    return str(client.get(ENTRY).json()["token"])


def typed(phone: str = PHONE, purpose: str = "社保") -> RegistrationDetails:
    return RegistrationDetails(phone=Secret(phone), purpose=purpose)


def test_what_a_visitor_typed_waits_masked_for_the_guard_and_is_registered_in_one_tap(
    served: Served, client: httpx.Client
) -> None:
    served.show(scenes.registering())
    body = {"token": token(client), "phone": PHONE, "purpose": "社保"}
    assert client.post(ENTRY, json=body).json() == {"status": "waits"}

    state = client.get("/api/v1/state")
    assert state.json()["passage"]["entered"] == {"phone": "138****5678", "purpose": "社保"}
    assert PHONE not in state.text
    assert PHONE not in client.get("/api/v1/visitor").text
    assert served.asked() == []

    assert client.post(JUDGED, json={"take": True, "by": "guard-1"}).status_code == 200
    (asked,) = served.asked()
    assert (asked.what, asked.about) == ("register", "ab12-901")
    assert (asked.details["phone"], asked.details["purpose"]) == (f"+86{PHONE}", "社保")


def test_a_code_is_spent_by_its_entry_and_given_anew_when_the_guard_refuses(
    served: Served, client: httpx.Client
) -> None:
    served.show(scenes.registering())
    first = token(client)
    body = {"token": first, "phone": PHONE, "purpose": "社保"}
    assert client.post(ENTRY, json=body).status_code == 200
    assert client.post(ENTRY, json=body).status_code in (404, 429)
    assert client.get(ENTRY).status_code == 404

    client.post(JUDGED, json={"take": False, "by": "guard-1"})
    assert token(client) != first
    assert client.post(JUDGED, json={"take": True, "by": "guard-1"}).status_code == 409


def test_a_stranger_guesses_nothing_and_is_slowed_while_the_right_code_is_taken(
    served: Served, client: httpx.Client
) -> None:
    served.show(scenes.registering())
    right = token(client)
    guess = {"token": "x" * 22, "phone": PHONE, "purpose": "社保"}
    answers = [client.post(ENTRY, json=guess) for _ in range(WRONG_AT_ONCE + 1)]

    assert {one.status_code for one in answers} == {404, 429}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert client.post(ENTRY, json={**guess, "token": right}).status_code == 200


def test_a_number_that_is_none_spends_no_code(served: Served, client: httpx.Client) -> None:
    served.show(scenes.registering())
    body = {"token": token(client), "phone": "12812345678", "purpose": "社保"}
    refused = client.post(ENTRY, json=body)
    assert refused.status_code == 422
    assert "12812345678" not in refused.text

    assert client.post(ENTRY, json={**body, "phone": PHONE}).status_code == 200


def test_without_anybody_who_registers_there_is_no_code(
    served: Served, client: httpx.Client
) -> None:
    served.show(scenes.measuring())

    assert client.get(ENTRY).status_code == 404
    assert client.get("/visitor/entry.svg").status_code == 404
    assert client.get("/api/v1/visitor").json()["entry"] is None


def test_the_picture_of_the_code_is_there_and_another_site_may_link_to_the_page(
    served: Served, client: httpx.Client
) -> None:
    served.show(scenes.registering())

    assert client.get("/visitor/entry.svg").headers["content-type"] == "image/svg+xml"
    page = client.get("/enter", headers={"Sec-Fetch-Site": "cross-site"})
    assert page.status_code == 200
    assert token(client) not in page.text


def test_a_code_lasts_two_minutes_and_is_of_one_passage() -> None:
    clock, shown, policy = FakeClock(), scenes.registering(), Policy()
    entries = EntryBook(clock.now)
    ticket = entries.ticket(shown)
    assert ticket is not None
    assert entries.ticket(shown) == ticket

    clock.advance(61)
    fresh = entries.ticket(shown)
    assert fresh is not None
    assert fresh.token != ticket.token
    clock.advance(GOOD_FOR_S - 61)
    with pytest.raises(NotFound):
        entries.take(ticket.token, typed(), shown, policy)
    with pytest.raises(NotFound):
        entries.take(fresh.token, typed(), scenes.registering("ab12-999"), policy)
    with pytest.raises(NotFound):  # and the code of who has gone is nobody's, should they be back
        entries.take(fresh.token, typed(), shown, policy)


@pytest.mark.parametrize("later_s", [0, GOOD_FOR_S])
def test_what_was_typed_is_forgotten_after_two_minutes_or_with_its_person(later_s: int) -> None:
    clock, shown, policy = FakeClock(), scenes.registering(), Policy()
    entries = EntryBook(clock.now)
    ticket = entries.ticket(shown)
    assert ticket is not None
    entries.take(ticket.token, typed(), shown, policy)
    assert entries.ticket(shown) is None

    clock.advance(later_s)
    entries.seen(shown if later_s else scenes.idle())

    with pytest.raises(OutOfTurn):
        entries.details("ab12-901", shown)


def test_a_phone_that_must_be_there_is_asked_for() -> None:
    entries, shown = EntryBook(FakeClock().now), scenes.registering()
    ticket = entries.ticket(shown)
    assert ticket is not None

    with pytest.raises(Invalid):
        entries.take(ticket.token, RegistrationDetails(purpose="社保"), shown, Policy())


def test_two_who_register_at_once_are_asked_one_after_the_other() -> None:
    clock, one = FakeClock(), scenes.registering()
    waits = scenes.registering("ab12-800").passage
    assert waits is not None
    shown = one.model_copy(update={"desk": (waits,)})
    entries = EntryBook(clock.now)

    first = entries.ticket(shown)
    assert first is not None
    assert first.passage_id == "ab12-800"
    entries.take(first.token, typed(), shown, Policy())
    second = entries.ticket(shown)
    assert second is not None
    assert second.passage_id == "ab12-901"
