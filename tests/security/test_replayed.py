"""Nothing that was said counts once more: each kind of signed message, each way to bring it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from gate_agent.config.model import SignaturesSection
from gate_agent.contract.messages import PersonSeen, Topics
from gate_agent.contract.policy_parts import Assembly, Rest
from gate_agent.contract.signed import CENTRE, is_state, owner_of
from gate_agent.errors import ContractError
from gate_agent.gate.other_doors import OtherDoors
from gate_agent.gate.policies import MOST_STEPS, PolicyKeeper
from gate_agent.host.keys import AGAIN, KnownInFile, Signatures
from gate_agent.host.stamps import StampCounter
from gate_agent.provision.signing import KEY, ROOTS, WARRANT
from gate_agent.testing import FakeClock
from signatures import NOW, SITE, SigningSite

WEST, CENTRAL, NORTH = "west-1f", "central-2f", "north-1f"
SAID = b'{"version":2}'
MINE, ITS = Topics(site=SITE, gate=WEST), Topics(site=SITE, gate=CENTRAL)
TOPICS = {
    "state": ITS.state,
    "door": ITS.door,
    "receipt": MINE.receipt,
    "policy": MINE.policy,
    "policy/urgent": MINE.policy_urgent,
    "policy/part": MINE.policy_part(0),
    "seen": MINE.seen,
    "anchor": MINE.anchor,
    "orders": MINE.orders,
}
OF_DOORS = ("state", "door")


@dataclass
class Hall:
    """Who signs, and the door that hears them; time passes when it is told to."""

    site: SigningSite
    clock: FakeClock

    def __post_init__(self) -> None:
        self.site.clock = self.clock
        self.west, self.central, self.centre = (
            self.site.of(name) for name in (WEST, CENTRAL, CENTRE)
        )

    def signs(self, topic: str) -> Signatures:
        return {CENTRE: self.centre, CENTRAL: self.central}[owner_of(topic)]

    def said(self, topic: str, payload: bytes = SAID) -> tuple[str, bytes, str | None]:
        """Let its owner say this; ten minutes later it may say something else."""
        signed = topic, payload, self.signs(topic).sign(topic, payload)
        self.clock.advance(600)
        return signed


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall(SigningSite(tmp_path, WEST, CENTRAL, CENTRE), FakeClock(NOW))


@pytest.mark.parametrize("kind", TOPICS)
def test_what_another_said_or_to_another_or_elsewhere_is_refused_and_counted(
    hall: Hall, tmp_path: Path, kind: str
) -> None:
    topic = TOPICS[kind]
    others = Hall(SigningSite(tmp_path / "other", WEST, CENTRAL, CENTRE), hall.clock)
    to_another = topic.replace(WEST, NORTH) if WEST in topic else f"{topic}/x"
    from_another = hall.centre if owner_of(topic) != CENTRE else hall.central
    another_kind = (
        ITS.door if kind == "state" else ITS.state if kind == "door" else MINE.seen + "/x"
    )
    signer = hall.signs(topic)
    assert hall.west.fault_of(*hall.said(topic)) is None
    refused = {
        "unsigned": None,
        "of another door or the centre": from_another.sign(topic, SAID),
        "of the hearer itself": hall.west.sign(topic, SAID),
        "of another site": others.signs(topic).sign(topic, SAID),
        "to another recipient": signer.sign(to_another, SAID),
        "of another kind": signer.sign(another_kind, SAID),
        "of other bytes": signer.sign(topic, SAID + b" "),
    }
    faults = {how: hall.west.fault_of(topic, SAID, signed) for how, signed in refused.items()}

    assert [how for how, fault in faults.items() if not fault] == []
    assert hall.west.refused == len(refused)
    assert hall.west.fault_of(*hall.said(topic)) is None


@pytest.mark.parametrize("kind", OF_DOORS)
def test_an_older_word_of_a_door_is_refused_also_over_restarts_of_both(
    hall: Hall, kind: str
) -> None:
    topic = TOPICS[kind]
    old = hall.said(topic, b"a hold is open")
    new = hall.said(topic, b"none is")
    for hearer in (hall.west, hall.site.of(CENTRE)):
        assert hearer.fault_of(*old) is None
        assert hearer.fault_of(*new) is None
        assert hearer.fault_of(*old)
        assert hearer.fault_of(*new) == (AGAIN if is_state(topic) else None)
    restarted = hall.site.of(WEST)
    assert restarted.fault_of(*old)

    hall.clock.step(-86_400 * 400)  # a board without a clock battery
    hall.central = hall.site.of(CENTRAL)
    newest = hall.said(topic, b"after its restart")
    assert restarted.fault_of(*newest) is None
    assert restarted.fault_of(*new) is not None
    assert restarted.fault_of(*old) not in (None, AGAIN)


def test_a_will_counts_for_its_own_connection_alone(hall: Hall) -> None:
    topic, wills = ITS.state, []
    for _ in range(2):
        wills.append((topic, b"lost", hall.central.sign_will(topic, b"lost")))
        hall.clock.advance(300)
        said = hall.said(topic, b"online")
        assert hall.west.fault_of(*said) is None
        assert hall.west.fault_of(*wills[-1]) is None
        assert hall.west.fault_of(*said) == AGAIN, "what is lost is not said to live again"

    assert hall.west.fault_of(*wills[0]) == AGAIN
    assert hall.west.fault_of(*hall.said(topic, b"online")) is None


def test_a_word_without_a_stamp_counts_until_the_first_with_one(hall: Hall) -> None:
    home = hall.site.folder / CENTRAL
    section = SignaturesSection(
        key_file=home / KEY, warrant_file=home / WARRANT, roots_file=home / ROOTS
    )
    known = KnownInFile(home / "signers.json")
    before = Signatures(section, site=SITE, name=CENTRAL, known=known)  # of an earlier version
    old = ITS.door, SAID, before.sign(ITS.door, SAID)
    assert hall.west.fault_of(*old) is None
    assert hall.west.fault_of(*hall.said(ITS.door)) is None

    assert hall.west.fault_of(*old)
    assert hall.site.of(WEST).fault_of(*old)


def test_a_new_key_begins_anew_and_a_false_count_ends_with_it(hall: Hall) -> None:
    hall.clock.advance(86_400 * 365 * 1000)
    assert hall.west.fault_of(*hall.said(ITS.door)) is None
    hall.clock.step(-86_400 * 365 * 1000)
    (hall.site.folder / CENTRAL / "said").unlink()  # a board in its place, with its keys
    hall.central = hall.site.of(CENTRAL)
    assert hall.west.fault_of(*hall.said(ITS.door))

    hall.site.write(NOW + timedelta(days=1), renew=True)
    hall.central = hall.site.of(CENTRAL)
    assert hall.west.fault_of(*hall.said(ITS.door)) is None


def test_a_count_goes_on_over_kills_and_runs_ahead_of_no_clock(tmp_path: Path) -> None:
    clock, kept = FakeClock(NOW), tmp_path / "said"
    now_ms, newest = round(NOW.timestamp() * 1000), 0
    for _ in range(200):  # killed at once after each word
        counter = StampCounter(kept, clock)
        counter.connect()
        said = counter.next().at
        assert said > newest
        newest = said
    assert newest - now_ms < 700_000
    clock.advance(700)
    assert StampCounter(kept, clock).next().at == now_ms + 700_000

    kept.write_bytes(b"no number")
    assert StampCounter(kept, clock).next().at == now_ms + 700_000
    (tmp_path / "full").mkdir()
    counter = StampCounter(tmp_path / "full", clock)  # nothing can be written there
    assert counter.next().at < counter.next().at


# --- what the centre says tells by itself what is newer -------------------------------------------


def _policies(folder: Path) -> Callable[[bytes], bool]:
    keeper = PolicyKeeper(file=None, beside=folder)

    def counts(payload: bytes) -> bool:
        keeper.take(payload)
        return keeper.due(NOW) is not None

    return counts


def _seen(_folder: Path) -> Callable[[bytes], bool]:
    clock = FakeClock(NOW)
    elsewhere = OtherDoors(WEST, clock)

    def counts(payload: bytes) -> bool:
        clock.advance(60)
        elsewhere.hear(payload)
        return elsewhere.was_seen("a" * 64, within_s=30)

    return counts


def _parts(_folder: Path) -> Callable[[bytes], bool]:
    return Assembly(Rest(sha256="b" * 64, parts=3)).take


def _policy(version: int) -> bytes:
    return json.dumps({"version": version, "hall_mode": "open"}).encode()


def _person(minutes: int) -> bytes:
    time = (NOW + timedelta(minutes=minutes)).isoformat(timespec="milliseconds")
    return PersonSeen(person_ref="a" * 64, gate=CENTRAL, time=f"{time[:-6]}Z").encode()


@pytest.mark.parametrize(
    ("begin", "new", "stale"),
    [
        (_policies, _policy(7), {"again": _policy(7), "older": _policy(6),
                                 "future": _policy(8 + MOST_STEPS)}),
        (_seen, _person(0), {"again": _person(0), "older": _person(-1), "old": _person(-61)}),
        (_parts, b"b" * 64 + b"x", {"of another policy": b"a" * 64 + b"x"}),
    ],
    ids=["policy", "seen", "part"],
)  # fmt: skip
def test_what_the_centre_said_before_does_nothing(
    tmp_path: Path,
    begin: Callable[[Path], Callable[[bytes], bool]],
    new: bytes,
    stale: dict[str, bytes],
) -> None:
    counts = begin(tmp_path)
    assert counts(new)

    for how, payload in stale.items():
        try:
            assert not counts(payload), how
        except ContractError:
            assert how == "future"
