"""A capture as a file: what is wrong with one is named, and where."""

from __future__ import annotations

import json

import pytest

from gate_agent.capture.file_format import (
    CaptureEntry,
    CaptureError,
    CaptureHead,
    Device,
    parse_capture,
)
from gate_agent.contract.records import DeviceState

HEAD = CaptureHead(
    capture=1, site="hall-01", gate="west-1f", profile="spot-forehead",
    time="2026-11-24T02:00:00.000Z", boot_ns=1000, version="0.1.0",
    devices={"thermometer": Device(driver="gy-614v3"), "id_reader": Device(driver="sam-uart")},
)  # fmt: skip
CAME = CaptureEntry(ns=2000, device="thermometer", what="came", hex="a403")
OK = CaptureEntry(ns=1500, device="thermometer", what="state", state=DeviceState.OK)


def test_what_is_written_is_read() -> None:
    entries = [CaptureEntry(ns=1200, device="thermometer", what="opened"), CAME, OK]

    assert parse_capture([HEAD.line(), *(e.line() for e in entries)]) == (HEAD, entries)
    assert CAME.data == b"\xa4\x03"


def test_a_line_holds_no_more_than_it_must() -> None:
    assert json.loads(CAME.line()) == {
        "ns": 2000,
        "device": "thermometer",
        "what": "came",
        "hex": "a403",
    }


def test_devices_are_in_order_each_for_itself() -> None:
    late = CaptureEntry(ns=1100, device="id_reader", what="opened")

    assert len(parse_capture([HEAD.line(), CAME.line(), late.line()])[1]) == 2


def test_a_capture_that_was_cut_off_ends_with_its_last_whole_line() -> None:
    assert parse_capture([HEAD.line(), CAME.line(), OK.line()[:20]])[1] == [CAME]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "expected a capture, got an empty file"),
        (["{}\n"], "line 1: capture: Field required"),
        ([HEAD.line().replace('"capture":1', '"capture":2')], "line 1: capture: Input should"),
        ([HEAD.line(), CAME.line().replace("a403", "a40")], "line 2: hex: String should"),
        ([HEAD.line(), CAME.line().replace("came", "went")], "line 2: what: Input should be"),
        (
            [HEAD.line(), CAME.line().replace("thermometer", "scale")],
            "line 2: expected a device of the head, got another",
        ),
        (
            [HEAD.line(), CAME.line(), CAME.line().replace("2000", "1999")],
            "line 3: expected times that go on, got one before the last",
        ),
        (
            [HEAD.line(), OK.line().replace(',"state":"ok"', "")],
            "line 2: expected a state, got none",
        ),
        ([HEAD.line(), "nonsense\n"], "line 2: entry: Invalid JSON"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(lines: list[str], told: str) -> None:
    with pytest.raises(CaptureError, match=told):
        parse_capture(lines)
