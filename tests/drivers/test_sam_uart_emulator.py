"""SAM reader, the emulator: the states and answers of a real one, asked command by command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gate_agent.driver_api import Card, CardType
from gate_agent.testing import cable, run_virtual
from gate_agent.testing.cable import End
from gate_drivers.card_readers.sam_uart.codec import (
    Command,
    Decoder,
    Reply,
    Status,
    encode_command,
)
from gate_drivers.card_readers.sam_uart.emulator import SamUartEmulator
from gate_drivers.card_readers.sam_uart.text import parse_card
from wire import sam_vectors as vectors
from wire.talk import speak

ZHANG = Card(card_type=CardType.RESIDENT, name="张三", number="11010519491231002X")
FOUND, SELECTED = Reply(Status.FOUND, bytes(4)), Reply(Status.OK, bytes(8))


class Host:
    """Asks one command after the other, as a driver would, and shows every answer."""

    def __init__(self, line: End) -> None:
        self._line = line
        self._decoder = Decoder()

    async def ask(self, command: int, data: bytes = b"") -> Reply:
        await self._line.write(encode_command(command, data))
        return await self.reply()

    async def send(self, stream: bytes) -> None:
        await self._line.write(stream)

    async def reply(self, within_s: float = 6.0) -> Reply:
        async with asyncio.timeout(within_s):
            while True:
                if replies := self._decoder.feed(await self._line.read()):
                    assert len(replies) == 1
                    return replies[0]

    async def read_card(self) -> Reply:
        assert await self.ask(Command.FIND) == FOUND
        assert await self.ask(Command.SELECT) == SELECTED
        return await self.ask(Command.READ)


@asynccontextmanager
async def reader(**options: bool) -> AsyncIterator[tuple[SamUartEmulator, Host]]:
    ours, theirs = cable()
    emulator = SamUartEmulator(**options)
    async with asyncio.TaskGroup() as group:
        speaking = group.create_task(speak(emulator, theirs))
        yield emulator, Host(ours)
        speaking.cancel()


def test_without_a_card_nothing_is_found_selected_or_read() -> None:
    async def main() -> None:
        async with reader() as (_, host):
            assert await host.ask(Command.FIND) == Reply(0x80)
            assert await host.ask(Command.SELECT) == Reply(0x81)
            assert await host.ask(Command.READ) == Reply(0x41)
            assert await host.ask(Command.READ_ALL) == Reply(0x41)
            assert await host.ask(Command.READ_ADDRESS) == Reply(0x41)

    run_virtual(main())


def test_a_card_is_found_selected_read_and_then_not_found_until_it_is_laid_anew() -> None:
    async def main() -> None:
        async with reader() as (emulator, host):
            emulator.place(ZHANG)
            read = await host.read_card()
            assert parse_card(read.data[4:260]) == ZHANG
            assert (read.status, len(read.data)) == (0x90, 1284)
            assert await host.ask(Command.READ_ADDRESS) == Reply(0x91)
            assert await host.ask(Command.FIND) == Reply(0x80)
            assert await host.ask(Command.SELECT) == Reply(0x81)

            emulator.lift()
            assert await host.ask(Command.READ_ADDRESS) == Reply(0x41)
            emulator.place(ZHANG)
            assert (await host.read_card()).status == 0x90

    run_virtual(main())


def test_a_continual_reader_finds_the_card_as_long_as_it_lies_there() -> None:
    async def main() -> None:
        async with reader(continual=True) as (emulator, host):
            emulator.place(ZHANG)
            for _ in range(3):
                assert (await host.read_card()).status == 0x90
            assert await host.ask(Command.SELECT) == SELECTED

    run_virtual(main())


def test_a_reset_makes_a_read_card_new() -> None:
    async def main() -> None:
        async with reader() as (emulator, host):
            emulator.place(ZHANG)
            await host.read_card()

            assert await host.ask(Command.RESET) == Reply(0x90)
            assert (await host.read_card()).status == 0x90

    run_virtual(main())


def test_fingerprints_and_a_newer_address_come_when_the_card_has_them() -> None:
    async def main() -> None:
        async with reader() as (emulator, host):
            for prints, size in ((0, 1286), (512, 1798), (1024, 2310)):
                emulator.fingerprints = prints
                emulator.place(ZHANG)
                assert await host.ask(Command.FIND) == FOUND
                assert await host.ask(Command.SELECT) == SELECTED
                read = await host.ask(Command.READ_ALL)
                assert (len(read.data), read.data[4:6]) == (size, prints.to_bytes(2, "big"))
                assert parse_card(read.data[6:262]) == ZHANG

            emulator.new_address = "北京市海淀区新址路3号"
            await host.send(encode_command(Command.READ_ADDRESS))
            assert await host.reply() == Reply(0x90, vectors.NEW_ADDRESS[10:-1])

    run_virtual(main())


def test_state_number_baud_and_radio_settings_are_answered() -> None:
    async def main() -> None:
        async with reader() as (_, host):
            assert await host.ask(Command.STATUS) == Reply(0x90)
            assert await host.ask(Command.SAM_ID) == Reply(0x90, vectors.SAM_NUMBER[10:-1])
            assert await host.ask(Command.BAUD_9600) == Reply(0x90)
            assert await host.ask(Command.RF_BYTES, b"\x50") == Reply(0x90)

    run_virtual(main())


def test_bad_frames_and_unknown_commands_are_told_as_the_table_says() -> None:
    async def main() -> None:
        async with reader() as (_, host):
            await host.send(bytes.fromhex("AAAAAA9669 0003 2001 21"))
            assert await host.reply() == Reply(0x10)
            await host.send(bytes.fromhex("AAAAAA9669 0002 20 22"))
            assert await host.reply() == Reply(0x11)
            assert await host.ask(0x2000) == Reply(0x21)
            assert await host.ask(0x01FF) == Reply(0x21)

    run_virtual(main())


def test_a_length_that_is_too_long_is_met_with_silence_and_then_forgotten() -> None:
    async def main() -> None:
        async with reader() as (_, host):
            await host.send(bytes.fromhex("AAAAAA9669 0009 2001 28"))
            with pytest.raises(TimeoutError):
                await host.reply(within_s=0.5)

            assert await host.ask(Command.STATUS) == Reply(0x90)

    run_virtual(main())


def test_a_card_lifted_while_it_is_read_was_not_read() -> None:
    async def main() -> None:
        async with reader() as (emulator, host):
            for pause_s in (0.0, 0.3, 0.59):
                emulator.place(ZHANG)
                assert await host.ask(Command.FIND) == FOUND
                assert await host.ask(Command.SELECT) == SELECTED
                await host.send(encode_command(Command.READ))
                await asyncio.sleep(pause_s)
                emulator.lift()

                assert await host.reply() == Reply(0x41)

    run_virtual(main())


@pytest.mark.parametrize("truncating", [False, True])
def test_a_card_lifted_while_its_reply_is_sent_leaves_it_whole_or_cuts_it(
    *, truncating: bool
) -> None:
    async def main() -> None:
        async with reader(truncating=truncating) as (emulator, host):
            emulator.place(ZHANG)
            assert await host.ask(Command.FIND) == FOUND
            assert await host.ask(Command.SELECT) == SELECTED
            await host.send(encode_command(Command.READ))
            await asyncio.sleep(0.65)  # a reply takes 0.6 s to begin and 0.11 s on the wire
            emulator.lift()
            if truncating:
                with pytest.raises(TimeoutError):
                    await host.reply()
            else:
                assert (await host.reply()).status == 0x90

    run_virtual(main())


@pytest.mark.parametrize("fault", ["self_test", "not_authorised"])
def test_a_dead_module_answers_everything_so_except_a_reset(fault: str) -> None:
    status = {"self_test": 0x60, "not_authorised": 0x66}[fault]

    async def main() -> None:
        async with reader() as (emulator, host):
            emulator.inject(fault, times=4)
            for command in (Command.STATUS, Command.SAM_ID, Command.FIND):
                assert await host.ask(command) == Reply(status)
            assert await host.ask(Command.RESET) == Reply(0x90)

    run_virtual(main())


def test_an_unknown_fault_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"expected one of leading_noise, .*, got 'gremlin'"):
        SamUartEmulator().inject("gremlin")
