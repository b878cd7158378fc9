"""A broker is a road, not an authority: what centre and doors say is signed, and judged by that."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from gate_agent.config.model import SignaturesSection, Unsigned
from gate_agent.contract.messages import Topics
from gate_agent.contract.signed import CENTRE, Signature, owner_of, parse_signature
from gate_agent.errors import ConfigurationError, ContractError
from gate_agent.host.keys import KnownInFile, Signatures
from gate_agent.provision.signing import KEY, ROOTS, WARRANT
from signatures import NOW, SITE, SigningSite, unsigned

WEST, CENTRAL = "west-1f", "central-2f"
TOPICS = Topics(site=SITE, gate=WEST)
SAID = b'{"version":2}'


@pytest.fixture
def site(tmp_path: Path) -> SigningSite:
    return SigningSite(tmp_path / "site", WEST, CENTRAL, CENTRE)


def test_each_topic_belongs_to_one() -> None:
    assert {topic: owner_of(topic) for topic in (TOPICS.state, TOPICS.receipt, TOPICS.policy)} == {
        TOPICS.state: WEST,
        TOPICS.receipt: CENTRE,
        TOPICS.policy: CENTRE,
    }
    assert owner_of(TOPICS.seen) == owner_of("gate/v1/hall-01/policy/now") == CENTRE


def test_what_the_owner_signed_is_believed_and_nothing_else(site: SigningSite) -> None:
    west, centre, central = site.of(WEST), site.of(CENTRE), site.of(CENTRAL)
    good = centre.sign(TOPICS.policy, SAID)
    told = parse_signature(str(good))
    forged = {
        "no signature": (TOPICS.policy, SAID, None),
        "other bytes": (TOPICS.policy, SAID + b" ", good),
        "another topic": (TOPICS.receipt, SAID, good),
        "a door in the centre's name": (TOPICS.policy, SAID, central.sign(TOPICS.policy, SAID)),
        "no text": (TOPICS.policy, SAID, "x"),
        "a long text": (TOPICS.policy, SAID, "x" * 10_000),
        "no warrant": (
            TOPICS.policy, SAID, Signature(b"{}", told.vouched, told.signature).encode()
        ),
        "its own warrant": (
            TOPICS.policy, SAID, Signature(told.warrant, bytes(64), told.signature).encode()
        ),
    }  # fmt: skip

    assert west.fault_of(TOPICS.policy, SAID, good) is None

    assert [name for name, one in forged.items() if west.fault_of(*one) is None] == []


def test_a_door_speaks_for_itself_alone(site: SigningSite) -> None:
    west, central, centre = site.of(WEST), site.of(CENTRAL), site.of(CENTRE)

    for hearer in (west, centre):
        assert hearer.fault_of(TOPICS.state, SAID, site.of(WEST).sign(TOPICS.state, SAID)) is None
        assert hearer.fault_of(TOPICS.state, SAID, central.sign(TOPICS.state, SAID)) is not None
        assert hearer.fault_of(TOPICS.state, SAID, centre.sign(TOPICS.state, SAID)) is not None


def test_another_site_vouches_for_nobody_here(site: SigningSite, tmp_path: Path) -> None:
    other = SigningSite(tmp_path / "other", CENTRE)

    assert site.of(WEST).fault_of(TOPICS.policy, SAID, other.of(CENTRE).sign(TOPICS.policy, SAID))


def test_a_replaced_key_signs_nothing_any_more_also_after_a_restart(site: SigningSite) -> None:
    before = site.of(CENTRE)
    site.write(NOW + timedelta(days=1), renew=True)
    old, new = (one.sign(TOPICS.policy, SAID) for one in (before, site.of(CENTRE)))

    west = site.of(WEST)
    assert west.fault_of(TOPICS.policy, SAID, old) is None
    assert west.fault_of(TOPICS.policy, SAID, new) is None

    assert west.fault_of(TOPICS.policy, SAID, old) is not None
    assert site.of(WEST).fault_of(TOPICS.policy, SAID, old) is not None
    assert site.of(WEST).fault_of(TOPICS.policy, SAID, new) is None


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (Unsigned.UNTIL_SIGNED, True, False),
        (Unsigned.REFUSE, False, False),
        (Unsigned.ACCEPT, True, True),
    ],
)
def test_an_unsigned_word_counts_as_configured(
    site: SigningSite, rule: Unsigned, *, before: bool, after: bool
) -> None:
    west = site.of(WEST, rule)
    assert (west.fault_of(TOPICS.policy, SAID, None) is None) is before

    good = site.of(CENTRE).sign(TOPICS.policy, SAID)
    assert west.fault_of(TOPICS.policy, SAID, good) is None

    for now in (west, site.of(WEST, rule)):
        assert (now.fault_of(TOPICS.policy, SAID, None) is None) is after
        state = Topics(site=SITE, gate=CENTRAL).state  # who never signed is judged for itself
        assert (now.fault_of(state, SAID, None) is None) is before


def test_without_keys_all_is_as_it_was(site: SigningSite, tmp_path: Path) -> None:
    plain = unsigned(WEST, tmp_path)

    assert plain.sign(TOPICS.state, SAID) is None
    assert plain.fault_of(TOPICS.policy, SAID, None) is None
    assert plain.fault_of(TOPICS.policy, SAID, site.of(CENTRE).sign(TOPICS.policy, SAID)) is None


def test_roots_that_are_taken_away_believe_nobody_who_signed(site: SigningSite) -> None:
    good = site.of(CENTRE).sign(TOPICS.policy, SAID)
    assert site.of(WEST).fault_of(TOPICS.policy, SAID, good) is None
    known = KnownInFile(site.folder / WEST / "signers.json")

    plain = Signatures(SignaturesSection(), site=SITE, name=WEST, known=known)

    assert plain.fault_of(TOPICS.policy, SAID, None) is not None


def test_a_rotated_root_vouches_beside_the_old_one(site: SigningSite) -> None:
    authority = site.folder / "authority"
    old = site.of(CENTRE).sign(TOPICS.policy, SAID)
    (authority / "signers.key").rename(authority / "signers-0011.key")
    site.write(NOW + timedelta(days=1), renew=True)

    west = site.of(WEST)
    assert len((site.folder / WEST / ROOTS).read_text().split()) == 2
    assert west.fault_of(TOPICS.policy, SAID, old) is None
    assert west.fault_of(TOPICS.policy, SAID, site.of(CENTRE).sign(TOPICS.policy, SAID)) is None


@pytest.mark.parametrize(
    ("file", "content"),
    [
        (WARRANT, b"x"), (WARRANT, None), (KEY, b"11" * 32),
        (ROOTS, b""), (ROOTS, b"zz"), (ROOTS, b"00"),
    ],
)  # fmt: skip
def test_files_that_do_not_belong_together_are_named(
    site: SigningSite, file: str, content: bytes | None
) -> None:
    path = site.folder / WEST / file
    path.write_bytes((site.folder / CENTRAL / file).read_bytes() if content is None else content)

    with pytest.raises(ConfigurationError, match=r"signing|signers"):
        site.of(WEST)


def test_what_is_no_signature_is_refused_without_its_content() -> None:
    for text in ("", "a.b", "a.b.c.d", "é.b.c", "..."):
        with pytest.raises(ContractError):
            parse_signature(text)
