"""Registration at the counter: repeat visits, documents typed by hand, companions, pace."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from stdnum.iso7064 import mod_11_2

from gate.at_work import AtWork, at_work
from gate_agent.config.model import KeysSection
from gate_agent.contract.identity import Companion, Secret, person_ref
from gate_agent.contract.records import ByHand, Decision, PersonRegistered
from gate_agent.contract.signals import Card, CardType
from gate_agent.driver_api import CardRefused, Unread
from gate_agent.emulation.people import synthetic_card
from gate_agent.gate.errors import Invalid
from gate_agent.gate.guard_desk import GuardDesk
from gate_agent.gate.ports import DocumentTyped
from gate_agent.gate.screen_state import PassageView, ScreenState
from gate_agent.store.keys import Keys, resolve_keys
from gate_agent.store.seal import open_sealed
from gate_agent.testing import FakeClock
from gate_agent.words import WORDS

ZHANG = Card(card_type=CardType.RESIDENT, name="张三", number="11010519491231002X")
PASSPORT = Card(card_type=CardType.PASSPORT, name="DOE JOHN", number="123456789", country="RUS")
BORN_2099 = "110105" + "20991231001" + mod_11_2.calc_check_digit("11010520991231001")
BY_HAND = ByHand(reason="reader_broken", by="guard-1")
PHONE = "13800138000"


@dataclass(frozen=True)
class Counter:
    """A door whose phone is required, and its counter."""

    door: AtWork
    desk: GuardDesk
    keys: Keys

    async def measure(self) -> None:
        self.door.measure(3420, 5)
        await self.door.durable()

    async def leave(self) -> None:
        """Nobody stands there for long enough that the door is idle again."""
        self.door.measure(2400, 130)
        await self.door.durable()

    async def types(self, card: Card) -> None:
        """Let the guard type a document that no reader read."""
        await self.desk.request(DocumentTyped(at=self.desk.now(), card=card, by_hand=BY_HAND))

    def passage(self) -> PassageView:
        passage = self.desk.snapshot().passage
        assert passage is not None
        return passage

    def registrations(self) -> list[PersonRegistered]:
        return [one for one in self.door.records if isinstance(one, PersonRegistered)]


def at_the_counter(folder: Path, play: Callable[[Counter], Awaitable[None]]) -> None:
    async def go() -> None:
        with at_work(folder, FakeClock(), policy={"registration": {"phone": "required"}}) as door:
            await play(Counter(door, door.desk, door.keys))

    asyncio.run(go())


def test_a_repeat_visit_is_one_tap_and_shows_only_the_mask(tmp_path: Path) -> None:
    async def play(at: Counter) -> None:
        at.door.gate.on_report(ZHANG)
        await at.measure()
        assert at.passage().known_phone is None
        await at.door.register(at.passage().passage_id, phone=PHONE, purpose="社保")
        await at.leave()
        at.door.gate.on_report(ZHANG)
        await at.measure()

        passage = at.passage()
        await at.door.register(passage.passage_id, phone=None, purpose="税务")

        assert passage.known_phone == "138****8000"
        assert passage.flags == ("again",)
        assert [one.repeat_visit for one in at.door.verdicts] == [False, True]
        assert [one.decision for one in at.door.verdicts] == [Decision.ADMIT] * 2

    at_the_counter(tmp_path, play)


def test_nobody_is_turned_away_for_a_broken_reader(tmp_path: Path) -> None:
    async def play(at: Counter) -> None:
        await at.measure()

        await at.types(PASSPORT)
        await at.door.register(at.passage().passage_id, phone=PHONE, purpose="公安")

        decided = at.door.verdicts[-1]
        assert (decided.decision, decided.by_hand) == (Decision.ADMIT, BY_HAND)
        assert at.registrations()[-1].by_hand == BY_HAND
        assert at.passage().gate_open

    at_the_counter(tmp_path, play)


@pytest.mark.parametrize("number", ["110105194912310021", "11010519491331002X", "123"])
def test_a_number_that_cannot_be_one_is_refused_without_a_digit_of_it(
    tmp_path: Path, number: str
) -> None:
    async def play(at: Counter) -> None:
        typed = Card(card_type=CardType.RESIDENT, name="张三", number=number)

        with pytest.raises(Invalid) as refused:
            await at.types(typed)

        assert number[:8] not in str(refused.value)
        assert at.desk.snapshot().passage is None

    at_the_counter(tmp_path, play)


def test_companions_are_sealed_and_only_their_number_is_told(tmp_path: Path) -> None:
    async def play(at: Counter) -> None:
        at.door.gate.on_report(ZHANG)
        await at.measure()
        family = (Companion(name=Secret("小明")), Companion(name=Secret("王五")))
        private = bytes.fromhex((tmp_path / "journal" / "registrations.key").read_text().strip())

        await at.door.register(
            at.passage().passage_id, phone=PHONE, purpose="社保", companions=family
        )

        for _ in family:
            await at.leave()
            await at.measure()
        told, first, _ = at.registrations()
        assert (told.companions, told.notice_version) == (2, 1)
        assert "小明" not in told.model_dump_json()
        assert (first.with_passage, first.with_ref) == (told.passage_id, told.person_ref)
        child = open_sealed(first.sealed, private)
        assert (child["name"], child["phone"]) == ("小明", f"+86{PHONE}")
        assert child["with"] == {"name": ZHANG.name, "number": ZHANG.number}
        opened = open_sealed(told.sealed, private)
        assert opened["companions"] == [
            {"name": "小明", "number": None},
            {"name": "王五", "number": None},
        ]

    at_the_counter(tmp_path, play)


def test_a_companions_faulty_number_registers_nobody(tmp_path: Path) -> None:
    async def play(at: Counter) -> None:
        at.door.gate.on_report(ZHANG)
        await at.measure()
        wrong = Companion(name=Secret("小明"), number=Secret("110105194912310021"))

        with pytest.raises(Invalid):
            await at.door.register(
                at.passage().passage_id, phone=PHONE, purpose="社保", companions=(wrong,)
            )

        assert at.registrations() == []
        assert at.passage().phase == "registering"

    at_the_counter(tmp_path, play)


def test_the_pace_of_the_day_is_the_95th_percentile(tmp_path: Path) -> None:
    async def play(at: Counter) -> None:
        at.door.gate.on_report(ZHANG)
        await at.measure()
        at.door.passes(12)
        await at.door.register(at.passage().passage_id, phone=PHONE, purpose="社保")
        await at.leave()
        at.door.gate.on_report(ZHANG)
        await at.measure()
        at.door.passes(1)
        await at.door.register(at.passage().passage_id, phone=None, purpose="社保")
        await at.door.durable()

        shown: ScreenState = at.desk.snapshot()

        assert (shown.today.first_visit_ms, shown.today.repeat_visit_ms) == (12_500, 1500)

    at_the_counter(tmp_path, play)


def test_who_is_on_the_recheck_list_is_shown_as_such(tmp_path: Path) -> None:
    async def go() -> None:
        site = resolve_keys(KeysSection(), tmp_path / "journal").site
        rules = {"watch": [person_ref(ZHANG.number, site)]}
        with at_work(tmp_path, FakeClock(), policy=rules) as door:
            door.gate.on_report(ZHANG)

            shown = door.gate.snapshot().passage

            assert shown is not None
            assert shown.flags == ("watched",)

    asyncio.run(go())


def test_staff_who_came_are_present_once_however_often_they_pass(tmp_path: Path) -> None:
    async def go() -> None:
        site = resolve_keys(KeysSection(), tmp_path / "journal").site
        refs = [person_ref(synthetic_card(number).number, site) for number in (1, 2, 3)]
        rules = {"roster": [{"person_ref": ref} for ref in refs]}
        with at_work(tmp_path, FakeClock(), policy=rules) as door:
            for card in (1, 1, 2):
                door.comes(3420, card)
            await door.durable()

            today = door.gate.snapshot().today

            assert (today.staff_present, today.staff) == (2, 3)

    asyncio.run(go())


def test_the_next_holder_of_the_same_number_elsewhere_gets_nobodys_phone(tmp_path: Path) -> None:
    async def play(at: Counter) -> None:
        await at.measure()
        await at.types(PASSPORT)
        await at.door.register(at.passage().passage_id, phone=PHONE, purpose="公安")
        await at.leave()
        await at.measure()

        await at.types(replace(PASSPORT, name="ROE JANE", country="USA"))

        passage = at.passage()
        assert (passage.known_phone, passage.flags) == (None, ())
        assert passage.phase == "registering"

    at_the_counter(tmp_path, play)


def test_another_name_under_the_same_number_is_shown_and_is_no_repeat_visit(tmp_path: Path) -> None:
    async def play(at: Counter) -> None:
        at.door.gate.on_report(ZHANG)
        await at.measure()
        await at.door.register(at.passage().passage_id, phone=PHONE, purpose="社保")
        await at.leave()
        at.door.gate.on_report(replace(ZHANG, name="李四"))
        await at.measure()

        passage = at.passage()

        assert passage.flags[0] == "other_name"
        assert passage.known_phone is None
        await at.door.register(passage.passage_id, phone="13912345678", purpose="社保")
        assert at.door.verdicts[-1].repeat_visit is False

    at_the_counter(tmp_path, play)


@pytest.mark.parametrize(
    "phone", ["+85291234567", "+85366123456", "+886912345678", "+79123456789", "14912345678"]
)
def test_the_phone_that_people_have_registers_them(tmp_path: Path, phone: str) -> None:
    async def play(at: Counter) -> None:
        at.door.gate.on_report(ZHANG)
        await at.measure()

        await at.door.register(at.passage().passage_id, phone=phone, purpose="社保")

        assert at.door.verdicts[-1].decision is Decision.ADMIT

    at_the_counter(tmp_path, play)


def test_a_letter_in_a_phone_registers_nobody(tmp_path: Path) -> None:
    async def play(at: Counter) -> None:
        at.door.gate.on_report(ZHANG)
        await at.measure()

        with pytest.raises(Invalid, match="digits alone"):
            await at.door.register(at.passage().passage_id, phone="138OO138OOO", purpose="社保")

        assert at.registrations() == []

    at_the_counter(tmp_path, play)


@pytest.mark.parametrize(
    "card",
    [
        replace(ZHANG, name="   "),
        replace(ZHANG, name="\uffff\uffff"),
        replace(ZHANG, name="张\ufffd"),
        replace(ZHANG, name="张\u202e三"),
        replace(ZHANG, number=BORN_2099),
        replace(ZHANG, number="810000199001010019"),
    ],
)
def test_a_card_that_names_nobody_asks_for_the_guards_hand(tmp_path: Path, card: Card) -> None:
    async def play(at: Counter) -> None:
        at.door.gate.on_report(card)
        await at.measure()
        await at.door.durable()

        assert at.registrations() == []
        assert {one.decision for one in at.door.verdicts} == {Decision.RECHECK}
        assert "card_fault" in at.door.verdicts[0].reasons

    at_the_counter(tmp_path, play)


@pytest.mark.parametrize(
    "card",
    [
        Card(card_type=CardType.MILITARY, name="王卫", number="军字第1234567号"),
        Card(card_type=CardType.OTHER, name="CHAN TAI MAN", number="K123456(7)", country="HKG"),
        Card(card_type=CardType.HM_TRAVEL, name="陳大文", number="H12345678"),
        Card(card_type=CardType.TAIWAN_TRAVEL, name="林小明", number="12345678"),
    ],
)
def test_a_document_is_typed_as_it_stands(tmp_path: Path, card: Card) -> None:
    async def play(at: Counter) -> None:
        await at.measure()

        await at.types(card)

        assert at.passage().phase == "registering"

    at_the_counter(tmp_path, play)


@pytest.mark.parametrize("why", Unread)
def test_a_card_the_reader_refuses_asks_for_the_guards_hand(tmp_path: Path, why: Unread) -> None:
    async def play(at: Counter) -> None:
        await at.measure()
        at.door.gate.on_report(CardRefused(why=why))
        await at.door.durable()

        told = at.door.verdicts[-1]
        assert (told.decision, told.reasons) == (Decision.RECHECK, (why,))
        assert f"reason.{why}" in WORDS
        await at.types(PASSPORT)
        await at.measure()
        assert at.passage().phase == "registering"

    at_the_counter(tmp_path, play)
