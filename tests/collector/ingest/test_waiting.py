"""What waits for the writer: now before history, in order, bounded."""

from __future__ import annotations

import threading

from children import wait_until
from gate_collector.ingest.queue import MOST_WAITING, Waiting


def test_what_happens_now_goes_before_history_and_each_keeps_its_order() -> None:
    waiting: Waiting[int] = Waiting()
    for number in range(250):
        waiting.put(number, historical=True)
    waiting.put(1000)
    waiting.put(1001)

    assert waiting.take(0) == [1000, 1001]
    history = waiting.take(0)
    assert history == list(range(len(history)))
    assert 0 < len(history) <= 100, "a commit of history must not be long"
    rest: list[int] = []
    while batch := waiting.take(0):
        rest += batch
    assert history + rest == list(range(250))


def test_whoever_brings_too_much_waits_until_some_is_taken() -> None:
    waiting: Waiting[int] = Waiting()
    for number in range(MOST_WAITING):
        waiting.put(number)
    one_more = threading.Thread(target=waiting.put, args=(MOST_WAITING,), daemon=True)
    one_more.start()

    assert len(waiting) == MOST_WAITING
    assert one_more.is_alive()
    waiting.take(0)
    wait_until(lambda: not one_more.is_alive(), "the one that waited to be let in")
    taken = 0
    while batch := waiting.take(0):
        taken = batch[-1]
    assert taken == MOST_WAITING


def test_nobody_waits_for_a_writer_that_ends() -> None:
    waiting: Waiting[int] = Waiting()
    taker = threading.Thread(target=waiting.take, args=(3600,), daemon=True)
    taker.start()

    waiting.close()

    taker.join(60)
    assert not taker.is_alive()
