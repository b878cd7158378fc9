"""Talks to a SAM ID-card reader: finds, selects, reads; reports each laid card once.

One command is under way at a time. A reply that is missing or late ends the conversation: the
protocol has no sequence number, so a late one could be taken for the next. A new conversation
begins with a question whose answer no other has the shape of; what comes before it is old.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping

from gate_agent.driver_api import Card, CardRefused, NoReplyError, ProtocolError, Transport, Unread
from gate_drivers.card_readers.sam_uart.codec import (
    Command,
    Decoder,
    Reply,
    Status,
    encode_command,
    sam_id_text,
)
from gate_drivers.card_readers.sam_uart.text import ADDRESS_SIZE, SIZE, parse_card

POLL_S = 0.3  # readers want no more than this
ANSWER_S = 0.8  # vendors wait 0.5 to 1 s
READ_ANSWER_S = 3.5
_READ_HEAD = bytes.fromhex("01000400")  # 256 bytes of text, 1024 of photo
_READ_SIZE = len(_READ_HEAD) + SIZE + 1024
_MISSES = 2  # a present card may fail to answer once
_REFUSED_OFTEN = 2  # once may be a card that was moved

_SIZES: Mapping[tuple[Command, int], int] = {
    (Command.RESET, Status.OK): 0,
    (Command.FIND, Status.FOUND): 4,
    (Command.SELECT, Status.OK): 8,
    (Command.READ, Status.OK): _READ_SIZE,
    (Command.STATUS, Status.OK): 0,
    (Command.SAM_ID, Status.OK): 16,
}
_SPOILT = (Status.BAD_CHECKSUM, Status.BAD_LENGTH)  # our frame, on its way
_DEAD = {
    Status.SELF_TEST_FAILED: "its security module failed the self-test",
    Status.NOT_AUTHORISED: "its security module is not authorised",
}
_REFUSALS = (Status.BAD_COMMAND, Status.NOT_PERMITTED, *_DEAD)
_Fits = Callable[[Reply], bool]


class SamUart:
    """One conversation. `continual`: this reader finds a card that was read again and again."""

    def __init__(self, transport: Transport, *, continual: bool = False) -> None:
        self._transport = transport
        self._continual = continual
        self._decoder = Decoder()
        self._counts: Counter[str] = Counter()
        self._frames = 0
        self._lying: str | None = None  # number of the card that was reported and not seen leaving
        self._misses = 0
        self._refused = 0  # how often in a row what lies there gave nothing
        self._unread = Unread.NOT_READ

    @property
    def frames(self) -> int:
        """How many sound replies came."""
        return self._frames

    @property
    def counters(self) -> Mapping[str, int]:
        """What went wrong, by cause; `status_41` is a reply of that status."""
        return self._counts + self._decoder.drops

    async def identify(self) -> str:
        """Ask for the module's number and state."""
        number = await self._in_step()
        await self._ask(Command.STATUS)
        return f"SAM {sam_id_text(number.data)}" if number.data else "SAM, no number"

    async def reports(self) -> AsyncGenerator[Card | CardRefused, None]:
        """Yield each card that is laid, once; a card that was lifted and laid again is new.

        One that gives nothing is told of once, after the second refusal.
        """
        loop = asyncio.get_running_loop()
        await self._in_step()
        while True:
            due = loop.time() + POLL_S
            answer = await self._ask(Command.FIND)
            if answer.status == Status.FOUND:
                card = await self._read()
                self._refused = 0 if card is not None else self._refused + 1
                if card is not None and not self._is_lying(card):
                    self._lying = card.number
                    yield card
                elif self._refused == _REFUSED_OFTEN:
                    yield CardRefused(why=self._unread)
                self._misses = 0
            elif self._lying is not None:
                await self._look_whether_it_left()
            elif answer.status == Status.NOT_FOUND:
                self._refused = 0
            if answer.status not in (Status.FOUND, Status.NOT_FOUND):
                self._count(answer)
            await asyncio.sleep(due - loop.time())

    async def _read(self) -> Card | None:
        """Read the card that was found; None, counted, when it could not be read."""
        self._unread = Unread.NOT_READ
        answer = await self._ask(Command.SELECT)
        if answer.status == Status.OK:
            answer = await self._ask(Command.READ)
        if answer.status != Status.OK:
            self._count(answer)
            if answer.status == Status.UNKNOWN_CARD:
                self._unread = Unread.UNKNOWN_KIND
            return None
        try:
            return parse_card(answer.data[len(_READ_HEAD) : len(_READ_HEAD) + SIZE])
        except ValueError:
            self._counts["text"] += 1
            return None

    def _count(self, reply: Reply) -> None:
        self._counts[f"status_{reply.status:02x}"] += 1

    def _is_lying(self, card: Card) -> bool:
        needed = _MISSES if self._continual else 1
        return card.number == self._lying and self._misses < needed

    async def _look_whether_it_left(self) -> None:
        """A find that fails says "no card" and "same card" alike; the address item tells them."""
        there = await self._ask(Command.READ_ADDRESS)
        if there.status in (Status.OK, Status.NO_SUCH_ITEM):
            self._misses = 0
            return
        self._misses += 1
        if self._misses >= _MISSES:
            self._lying, self._misses = None, 0

    async def _in_step(self) -> Reply:
        """Return the module's number: when it comes, every older question has been answered.

        A reader that refuses the question is taken as it is once nothing better comes.
        """
        refused: list[Reply] = []

        def is_number(reply: Reply) -> bool:
            if reply.status in _REFUSALS:
                refused.append(reply)
            return _fits(Command.SAM_ID, reply) and bool(reply.data)

        try:
            return await self._exchange(Command.SAM_ID, is_number)
        except NoReplyError:
            if not refused:
                raise
        await self._refuse_the_dead(refused[-1])
        return refused[-1]

    async def _ask(self, command: Command) -> Reply:
        """Return the answer; a frame that was spoilt on its way is sent once more."""
        reply = await self._exchange(command)
        if reply.status in _SPOILT:
            self._counts["line"] += 1
            reply = await self._exchange(command)
        await self._refuse_the_dead(reply)
        return reply

    async def _refuse_the_dead(self, reply: Reply) -> None:
        """End with ProtocolError what no next question can mend; a reset may have, next time."""
        if reply.status not in _DEAD:
            return
        self._count(reply)
        if reply.status == Status.SELF_TEST_FAILED:
            await self._exchange(Command.RESET)
        raise ProtocolError(f"expected a working reader, got: {_DEAD[Status(reply.status)]}")

    async def _exchange(self, command: Command, fits: _Fits | None = None) -> Reply:
        """Send `command` once; return the first reply that can be its answer."""
        self._counts["unasked"] += self._transport.discard_input()
        self._decoder.reset()
        await self._transport.write(encode_command(command))
        within_s = READ_ANSWER_S if command is Command.READ else ANSWER_S
        try:
            async with asyncio.timeout(within_s):
                while True:
                    for reply in self._decoder.feed(await self._transport.read()):
                        self._frames += reply.status not in _DEAD  # no sign of life
                        if fits(reply) if fits else _fits(command, reply):
                            return reply
                        self._counts["unexpected"] += 1
        except TimeoutError:
            expected = f"an answer to {command.name.lower()} within {within_s} s"
            raise NoReplyError(f"expected {expected}, got none") from None


def _fits(command: Command, reply: Reply) -> bool:
    """Whether `reply` can be one to `command`: a late one to another mostly cannot."""
    if reply.status not in (Status.OK, Status.FOUND):
        return not reply.data
    if command is Command.READ_ADDRESS:
        whole = len(reply.data) % ADDRESS_SIZE == 0
        return reply.status == Status.OK and whole and bool(reply.data)
    return len(reply.data) == _SIZES.get((command, reply.status))
