"""SAM reader, the driver: each laid card once, whatever the reader, the line or the person does."""

from __future__ import annotations

import asyncio
from itertools import count

import pytest

from gate_agent.driver_api import (
    Card,
    CardRefused,
    CardType,
    FaultyEmulator,
    NoReplyError,
    ProtocolError,
    Report,
    Unread,
)
from gate_agent.emulation.people import synthetic_card
from gate_agent.testing import cable, check_driver, eventually, run_virtual
from gate_agent.testing.cable import End
from gate_drivers.card_readers.sam_uart import MODEL
from gate_drivers.card_readers.sam_uart.codec import Command, RequestDecoder, encode_reply
from gate_drivers.card_readers.sam_uart.driver import ANSWER_S, READ_ANSWER_S, SamUart
from gate_drivers.card_readers.sam_uart.emulator import SamUartEmulator
from wire import sam_vectors as vectors
from wire.talk import Talk, talking

LI, WANG = synthetic_card(1), synthetic_card(2)
LOST = ("silence", "missing_byte", "flipped_byte", "wrong_baud")
HARMLESS = (
    "leading_noise", "trailing_noise", "split_1", "split_7", "split_64", "duplicate", "heartbeat",
)  # fmt: skip


def test_it_conforms_whatever_fault_is_injected() -> None:
    numbers = count()
    laid: list[Card] = []

    def lay(emulator: FaultyEmulator) -> None:
        assert isinstance(emulator, SamUartEmulator)
        laid.append(synthetic_card(next(numbers)))
        emulator.lift()
        emulator.place(laid[-1])

    def sound(report: Report) -> bool:
        return report in laid or isinstance(report, CardRefused)  # where reading is the fault

    first = run_virtual(check_driver(MODEL, lay, sound=sound))

    assert first == laid[:1]


@pytest.mark.parametrize("fields", [vectors.T0, vectors.J, vectors.I, vectors.Y])
def test_all_four_kinds_of_card_are_reported(fields: vectors.Fields) -> None:
    text = vectors.block(fields)
    answers = {
        Command.SAM_ID: vectors.SAM_NUMBER,
        Command.FIND: vectors.FOUND,
        Command.SELECT: vectors.SELECTED,
        Command.READ: vectors.read_reply(text, vectors.WL_PHOTO),
    }

    async def main() -> Card:
        ours, theirs = cable()
        async with talking(SamUart, line=ours) as talk, asyncio.TaskGroup() as group:
            answering = group.create_task(_answer(theirs, answers))
            (card,) = await talk.reports(1)
            answering.cancel()
        assert isinstance(card, Card)
        return card

    card = run_virtual(main())

    assert card.number == {at: told for at, _, told in fields}[122]
    assert list(CardType).index(card.card_type) == [
        vectors.T0, vectors.J, vectors.I, vectors.Y,
    ].index(fields)  # fmt: skip


async def _answer(line: End, answers: dict[Command, bytes]) -> None:
    ear = RequestDecoder()
    while True:
        for request in ear.feed(await line.read()):
            await line.write(answers[Command(request.code)])


def test_a_card_that_lies_there_is_reported_once_and_again_when_it_was_lifted() -> None:
    async def main() -> Talk:
        emulator = SamUartEmulator()
        async with talking(SamUart, emulator) as talk:
            emulator.place(LI)
            await asyncio.sleep(20)
            assert talk.got == [LI]
            emulator.lift()
            await asyncio.sleep(2)
            emulator.place(LI)
            await asyncio.sleep(5)
            emulator.lift()
            emulator.place(WANG)
            await asyncio.sleep(5)
        return talk

    talk = run_virtual(main())

    assert talk.got == [LI, LI, WANG]
    assert talk.fault is None
    assert not talk.counters


def test_a_continual_reader_still_gives_one_report_a_card() -> None:
    async def main() -> Talk:
        emulator = SamUartEmulator(continual=True)
        async with talking(SamUart, emulator, continual=True) as talk:
            emulator.place(LI)
            await asyncio.sleep(20)
            emulator.lift()
            await asyncio.sleep(2)
            emulator.place(LI)
            await asyncio.sleep(5)
            emulator.lift()
            emulator.place(WANG)
            await asyncio.sleep(5)
        return talk

    assert run_virtual(main()).got == [LI, LI, WANG]


def test_one_miss_of_a_card_that_lies_there_is_not_a_lift() -> None:
    async def main() -> Talk:
        emulator = SamUartEmulator(continual=True)
        async with talking(SamUart, emulator, continual=True) as talk:
            emulator.place(LI)
            await talk.reports(1)
            emulator.lift()  # gone for less than two polls
            await asyncio.sleep(0.31)
            emulator.place(LI)
            await asyncio.sleep(10)
        return talk

    assert run_virtual(main()).got == [LI]


@pytest.mark.parametrize("lifted_after_s", [0.02, 0.2, 0.61, 0.68])
def test_a_card_lifted_too_early_is_read_when_it_is_laid_again(lifted_after_s: float) -> None:
    async def main() -> Talk:
        emulator = SamUartEmulator()
        async with talking(SamUart, emulator) as talk:
            await asyncio.sleep(0.29)
            emulator.place(LI)
            await asyncio.sleep(lifted_after_s)
            emulator.lift()
            await asyncio.sleep(2)
            emulator.place(LI)
            await asyncio.sleep(3)
        return talk

    talk = run_virtual(main())

    assert set(talk.got) == {LI}
    assert talk.fault is None


@pytest.mark.parametrize("fault", HARMLESS)
@pytest.mark.parametrize("times", [1, 40])
def test_what_a_line_adds_or_splits_costs_nothing(fault: str, times: int) -> None:
    async def main() -> Talk:
        emulator = SamUartEmulator()
        async with talking(SamUart, emulator) as talk:
            emulator.inject(fault, times=times)
            for card in (LI, WANG, LI):
                emulator.lift()
                emulator.place(card)
                await asyncio.sleep(4)
        return talk

    talk = run_virtual(main())

    assert talk.fault is None
    assert talk.got == [LI, WANG, LI]


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("command", ["find", "read"])
def test_a_reply_that_is_lost_ends_the_conversation_in_its_time(fault: str, command: str) -> None:
    async def main() -> tuple[Talk, float]:
        emulator = SamUartEmulator()
        async with talking(SamUart, emulator) as talk:
            loop = asyncio.get_running_loop()
            await asyncio.sleep(0.1)
            if command == "read":
                emulator.place(LI)
                await asyncio.sleep(0.5)  # found and selected: the card is being read
            emulator.inject(fault)
            began = loop.time()
            error = await talk.end()
            assert isinstance(error, NoReplyError)
            assert command in str(error)
            return talk, loop.time() - began

    talk, took_s = run_virtual(main())

    assert not talk.got
    assert took_s <= {"find": 0.3 + ANSWER_S, "read": READ_ANSWER_S}[command] + 0.1


@pytest.mark.parametrize(("fault", "cause"), [("flipped_byte", "length"), ("wrong_baud", "noise")])
def test_what_was_dropped_is_counted(fault: str, cause: str) -> None:
    async def main() -> Talk:
        emulator = SamUartEmulator()
        async with talking(SamUart, emulator) as talk:
            await asyncio.sleep(0.1)
            emulator.inject(fault)  # a bare status: its middle is the length
            await talk.end()
        return talk

    assert run_virtual(main()).counters[cause] > 0


def test_a_late_answer_is_never_taken_for_the_next_one() -> None:
    async def main() -> list[Talk]:
        emulator = SamUartEmulator()
        ours, theirs = cable()
        talks: list[Talk] = []
        async with asyncio.TaskGroup() as group:
            speaking = group.create_task(emulator.run(theirs))
            async with talking(SamUart, line=ours) as first:
                emulator.place(LI)
                await asyncio.sleep(0.2)
                emulator.inject("late")  # the answer to the read, after 4 s
                await first.end()
            emulator.lift()
            emulator.place(WANG)
            while not any(talk.got for talk in talks):  # the port is opened again and again
                async with talking(SamUart, line=ours) as again:
                    talks.append(again)
                    await eventually(lambda: again.got or again.fault, 60)
            speaking.cancel()
        return talks

    talks = run_virtual(main())

    assert [report for talk in talks for report in talk.got] == [WANG]
    assert sum(talk.counters.get("unexpected", 0) for talk in talks) == 2


@pytest.mark.parametrize("stale", [vectors.NOT_FOUND, vectors.FOUND, vectors.NO_NEW_ADDRESS])
def test_answers_to_an_older_conversation_are_dropped_before_the_first_question(
    stale: bytes,
) -> None:
    async def main() -> Talk:
        ours, theirs = cable()
        async with talking(SamUart, line=ours) as talk:
            assert await theirs.read() == encode(Command.SAM_ID)
            await theirs.write(stale)
            await asyncio.sleep(0.4)
            await theirs.write(vectors.SAM_NUMBER)
            assert await theirs.read() == encode(Command.FIND)
            await theirs.write(vectors.NOT_FOUND)
            await asyncio.sleep(0.1)
        return talk

    def encode(command: Command) -> bytes:
        return vectors.frame(int(command).to_bytes(2, "big"))

    talk = run_virtual(main())

    assert talk.fault is None
    assert talk.frames_and_counts() == (3, {"unexpected": 1})


@pytest.mark.parametrize(
    ("fault", "words"), [("self_test", "self-test"), ("not_authorised", "not authorised")]
)
def test_a_dead_module_is_a_fault_and_a_self_test_is_tried_again_after_a_reset(
    fault: str, words: str
) -> None:
    async def main() -> Talk:
        emulator = SamUartEmulator()
        async with talking(SamUart, emulator) as talk:
            await asyncio.sleep(1)
            emulator.place(LI)
            emulator.inject(fault)
            error = await talk.end()
            assert isinstance(error, ProtocolError)
            assert words in str(error)
        return talk

    assert run_virtual(main()).counters == {
        {"self_test": "status_60", "not_authorised": "status_66"}[fault]: 1
    }


@pytest.mark.parametrize(
    ("fault", "count"), [("not_read", "status_41"), ("unknown_card", "status_40")]
)
def test_a_card_that_cannot_be_read_is_counted_and_tried_again(fault: str, count: str) -> None:
    async def main() -> Talk:
        emulator = SamUartEmulator()
        async with talking(SamUart, emulator) as talk:
            emulator.inject(fault)
            emulator.place(LI)
            await talk.reports(1)
        return talk

    talk = run_virtual(main())

    assert talk.counters == {count: 1}
    assert talk.got == [LI]


@pytest.mark.parametrize(
    ("fault", "why"),
    [("not_read", Unread.NOT_READ), ("unknown_card", Unread.UNKNOWN_KIND)],
)
def test_a_card_that_is_refused_twice_is_told_once_and_may_still_be_read(
    fault: str, why: Unread
) -> None:
    async def main() -> Talk:
        emulator = SamUartEmulator()
        async with talking(SamUart, emulator) as talk:
            emulator.inject(fault, times=5)
            emulator.place(LI)
            await talk.reports(2)
        return talk

    assert run_virtual(main()).got == [CardRefused(why=why), LI]


def test_the_next_card_that_is_refused_is_told_of_too() -> None:
    async def main() -> Talk:
        emulator = SamUartEmulator()
        async with talking(SamUart, emulator) as talk:
            emulator.inject("not_read", times=1_000)
            for told in (1, 2):
                emulator.place(LI)
                await talk.reports(told)
                emulator.lift()
                await asyncio.sleep(1)
        return talk

    assert run_virtual(main()).got == [CardRefused(why=Unread.NOT_READ)] * 2


@pytest.mark.parametrize("status", [0x10, 0x11])
def test_a_question_that_was_spoilt_on_its_way_is_asked_once_more(status: int) -> None:
    async def main() -> Talk:
        ours, theirs = cable()
        async with talking(SamUart, line=ours) as talk:
            for answer in (vectors.SAM_NUMBER, encode_reply(status), vectors.NOT_FOUND):
                await theirs.read()
                await theirs.write(answer)
            await asyncio.sleep(0.1)
        return talk

    talk = run_virtual(main())

    assert talk.fault is None
    assert talk.counters == {"line": 1}


def test_a_reader_that_tells_no_number_is_taken_as_it_is() -> None:
    async def main() -> tuple[str, str]:
        ours, theirs = cable()
        told = [encode_reply(0x21), vectors.STATUS_OK]
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(SamUart(ours).identify())
            for answer in told:
                await theirs.read()
                await theirs.write(answer)
        named = SamUartEmulator()
        ours, theirs = cable()
        async with asyncio.TaskGroup() as group:
            speaking = group.create_task(named.run(theirs))
            name = await SamUart(ours).identify()
            speaking.cancel()
        return asking.result(), name

    assert run_virtual(main()) == ("SAM, no number", "SAM 05.01-20100101-0000000001-0000000001")


def test_a_card_prints_no_more_than_four_characters_of_its_number() -> None:
    assert repr(LI) == f"Card(resident, …{LI.number[-4:]})"
