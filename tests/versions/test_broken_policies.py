"""A policy that is broken opens nothing; an emergency in it closes the door all the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gate_agent.contract.json_text import read_json
from gate_agent.contract.policy import LAST_VERSION, HallMode, Policy
from gate_agent.contract.policy_document import read_policy
from gate_agent.errors import ContractError
from gate_agent.gate.policies import PolicyKeeper
from gate_agent.testing import FakeClock

_NOW = FakeClock().utc
_DEEP = b"[" * 100_000 + b"]" * 100_000


def _inside(text: bytes, more: bytes) -> bytes:
    """Return an object with one more member."""
    return text[:-1] + b"," + more + b"}"


_BREAKS: dict[str, Callable[[bytes], bytes]] = {
    "a byte order mark": lambda text: b"\xef\xbb\xbf" + text,
    "a NUL at the end": lambda text: text + b"\0",
    "a NUL in a text": lambda text: _inside(text, b'"later": "a\0b"'),
    "UTF-16": lambda text: text.decode().encode("utf-16"),
    "bytes of no text": lambda text: _inside(text, b'"later": "\xff"'),
    "deep": lambda text: _inside(text, b'"later": ' + _DEEP),
    "33 levels": lambda text: _inside(text, b'"later": ' + b"[" * 33 + b"]" * 33),
    "a key twice": lambda text: _inside(text, b'"hold": {"report_s": 9, "report_s": 8}'),
    "another mode too": lambda text: _inside(text, b'"hall_mode": "open"'),
    "another mode before": lambda text: b'{"hall_mode": "open",' + text[1:],
    "another version too": lambda text: _inside(text, b'"version": 2'),
    "not a number": lambda text: _inside(text, b'"later": NaN'),
    "a number of 9999 digits": lambda text: _inside(text, b'"later": ' + b"9" * 9999),
    "cut off": lambda text: _inside(text, b'"hold": {"report_s')[:-1],
    "more behind it": lambda text: text + b"}",
    "no valid_from": lambda text: _inside(text, b'"valid_from": "soon"'),
    "one fault behind another": lambda text: _inside(
        text, b'"roster": [' + b'{"person_ref": 1},' * 40 + b"1]"
    ),
}


def _document(mode: str, version: object = 7) -> bytes:
    return json.dumps({"version": version, "hall_mode": mode}).encode()


@pytest.mark.parametrize("name", _BREAKS)
def test_a_broken_emergency_closes_the_door(name: str) -> None:
    told = read_policy(_BREAKS[name](_document("emergency")))

    assert (told.policy.hall_mode, told.policy.version) == (HallMode.EMERGENCY, 7)


@pytest.mark.parametrize("mode", ["open", "appointment", "closed"])
@pytest.mark.parametrize("name", [name for name in _BREAKS if "fault" not in name])
def test_no_other_broken_policy_counts(name: str, mode: str) -> None:
    with pytest.raises(ContractError) as refused:
        read_policy(_BREAKS[name](_document(mode)))

    assert mode not in str(refused.value)


_NO_VERSIONS: list[object] = [
    LAST_VERSION + 1, 2**63, 10**400, -1, 1.5, 5.0, "5", True, None, [], {}
]  # fmt: skip


@pytest.mark.parametrize("version", _NO_VERSIONS, ids=lambda value: str(value)[:20])
def test_what_is_no_version_is_refused_and_closes_the_door_in_an_emergency(version: object) -> None:
    for mode in ("open", "of a newer version"):
        with pytest.raises(ContractError):
            read_policy(_document(mode, version))

    told = read_policy(_document("emergency", version))
    assert told.policy.hall_mode is HallMode.EMERGENCY
    assert ("version" in told.unread) == (version != "5"), "written so, it can be made out"


@pytest.mark.parametrize(
    "document",
    [
        b"", b"{}", b"[]", b"null", b"emergency", b'"emergency"', b'{"hall_mode"', b"\0" * 9,
        b'{"hall_mode": "open"}', b'["hall_mode", "emergency"]', b'[{"hall_mode": "emergency"}]',
        b'{"version": 7, "hold": {"hall_mode": "emergency"}, "version": 8}',
        b'{"version": 7, "why": "hall_mode: emergency", "why": ""}',
        b'{"why": "\\", \\"hall_mode\\": \\"emergency\\"", "why": 1}',
        b'"' + b'\\"' * 200_000,
    ],
)  # fmt: skip
def test_nothing_is_heard_that_is_not_said(document: bytes) -> None:
    with pytest.raises(ContractError):
        read_policy(document)


def test_an_emergency_without_a_number_counts_once_and_what_comes_after_it_counts(
    tmp_path: Path,
) -> None:
    keeper = PolicyKeeper(file=None, beside=tmp_path)
    keeper.offer(_document("open", 5))
    keeper.due(_NOW)
    emergency = b'{"hall_mode": "emergency"}'

    assert keeper.offer(emergency)
    closed = keeper.due(_NOW)
    assert closed is not None
    assert (closed.policy.version, closed.policy.hall_mode) == (6, HallMode.EMERGENCY)
    assert not keeper.offer(emergency), "the broker gives it again at each connection"

    restarted = PolicyKeeper(file=None, beside=tmp_path)
    assert restarted.current == closed
    assert not restarted.offer(_document("open", 6))
    assert restarted.offer(_document("open", 7))


def test_an_emergency_keeps_what_it_does_not_say_over_a_restart_too(tmp_path: Path) -> None:
    before = Policy(version=5).model_dump(mode="json")
    before["hold"]["contact_line_centi_c"] = 3700
    before["calls"] = [{"post": "区疫情防控办", "phone": "010-5555 0101"}]
    keeper = PolicyKeeper(file=None, beside=tmp_path)
    keeper.offer(json.dumps(before).encode())
    keeper.due(_NOW)

    for version, more in ((6, b'"hold": {"report_s": 60}, "x": NaN'), (7, b'"hold": {}')):
        keeper.offer(_inside(_document("emergency", version), more))
        keeper.due(_NOW)
        for one in (keeper, PolicyKeeper(file=None, beside=tmp_path)):
            policy = one.current.policy
            assert (policy.version, policy.hall_mode) == (version, HallMode.EMERGENCY)
            assert (policy.hold.contact_line_centi_c, len(policy.calls)) == (3700, 1)

    keeper.offer(_document("open", 8))
    assert (keeper.due(_NOW) or keeper.current).policy == Policy(version=8)
    assert PolicyKeeper(file=None, beside=tmp_path).current == keeper.current


def test_an_emergency_that_cannot_be_kept_closes_the_door(tmp_path: Path) -> None:
    keeper = PolicyKeeper(file=None, beside=tmp_path)
    keeper.offer(_document("open", 5))
    keeper.due(_NOW)
    (tmp_path / ".policy.next.json.new").mkdir()

    assert keeper.offer(_document("emergency", 6))
    keeper.due(_NOW)

    assert keeper.current.policy.hall_mode is HallMode.EMERGENCY
    assert PolicyKeeper(file=None, beside=tmp_path).current.policy.version == 5


def test_what_is_read_is_what_json_says() -> None:
    assert read_json('{"a": [1, 1.5, "是", null]}'.encode()) == {"a": [1, 1.5, "是", None]}
