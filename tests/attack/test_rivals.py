"""Two collectors with one name at one broker: named at both, and slow to throw each other off."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from children import broker, free_port, listens, wait_until
from collector.recorded_gates import BEGAN, SITE
from gate_agent.config.model import MqttSection
from gate_agent.contract.messages import CollectorPresence
from gate_agent.contract.moment import format_utc
from gate_agent.host.clock import SystemClock
from gate_agent.testing import FakeClock
from gate_collector.ingest.broker import Broker
from gate_collector.ingest.rival import TAKEN_OVER, Rival
from signatures import unsigned

_OLDER_RULES = "topic readwrite gate/v1/+/+/state\ntopic readwrite gate/v1/+/+/event/#\n"


@contextmanager
def _heard_at(port: int, folder: Path, met: list[str], heard: list[str]) -> Iterator[Broker]:
    line = Broker(
        MqttSection(url=f"mqtt://127.0.0.1:{port}"),
        site=SITE,
        clock=SystemClock(),
        signatures=unsigned("collector", folder),
    )
    line.start(lambda _: None, lambda: heard.append(""), lambda *_: None, met.append)
    try:
        yield line
    finally:
        line.close()


@pytest.mark.system
@pytest.mark.parametrize(
    "rules", ["", "topic readwrite gate/v1/hall-01/+/state\n"], ids=["", "old"]
)
def test_two_collectors_with_one_name_find_each_other(
    rules: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    caplog.set_level(logging.ERROR)
    more = ""
    if rules:  # of a version that did not know of this: nobody is named, and all is heard
        (tmp_path / "acl").write_text(rules, encoding="ascii")
        more = f"acl_file {tmp_path / 'acl'}\n"
    names: list[list[str]] = [[], []]
    heard: list[list[str]] = [[], []]
    with broker(tmp_path / "broker", port, more=more) as mosquitto, ExitStack() as stack:
        mosquitto.start()
        wait_until(lambda: listens(port), "mosquitto")
        for number in range(2):
            (folder := tmp_path / str(number)).mkdir()
            stack.enter_context(_heard_at(port, folder, names[number], heard[number]))
            wait_until(lambda: heard[number], "that every gate is heard")  # noqa: B023 waited for here
        if rules:
            wait_until(lambda: len(heard[0]) > 1, "the first one again")
            return
        wait_until(lambda: all(names), "both to be told", 30)
    assert all("process " in name and ", since 20" in name for both in names for name in both)
    assert "expected to be the only collector-hall-01 at the broker, got another" in caplog.text


def _presence(number: int) -> bytes:
    return CollectorPresence(
        id=f"{number:032x}", process=7, host="b", since=format_utc(BEGAN)
    ).encode()


def test_who_was_there_before_us_is_no_rival_and_who_comes_between_us_is() -> None:
    rival = Rival(FakeClock(BEGAN).now())
    assert rival.hear(_presence(1)) == "", "it may be gone"
    assert rival.hear(rival.ours.encode()) == ""
    assert rival.next_s() == 1.0

    assert rival.hear(_presence(1)) == f"process 7 on b, since {format_utc(BEGAN)}"
    waits = [rival.next_s()]
    for _ in range(8):
        assert rival.hear(_presence(1))
        assert rival.end(TAKEN_OVER) == "", "it is named already"
        waits.append(rival.next_s())
    assert 1.0 <= waits[0] <= 3.0
    assert 15.0 <= waits[-1] <= 45.0

    assert rival.end(0) == ""
    assert rival.next_s() == 1.0
    assert rival.end(TAKEN_OVER) == "a process that left no word"
    assert rival.next_s() > 0


@pytest.mark.parametrize("said", [b"", b"{", b"[]", b'{"id":"x"}', b"\xff", b'{"host":"\\u0001"}'])
def test_what_is_no_presence_names_nobody(said: bytes) -> None:
    assert Rival(FakeClock(BEGAN).now()).hear(said) == ""
