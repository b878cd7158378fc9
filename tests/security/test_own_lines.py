"""What a site wrote into the broker's files stays, whatever is made anew around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from children import Child, free_port, listens, wait_until
from gate_agent.provision import Site, broker
from gate_agent.provision.own_lines import merged_rules, merged_settings
from security.secured_hall import mosquitto, provision, today

COLLECTOR = "user collector-hall-01"
OWN_RULES = """\
# the dashboard of the IT room
user dashboard
topic read gate/v1/hall-01/+/state
topic read $SYS/#"""


def rules_of(folder: Path) -> list[str]:
    return (folder / "broker/gate.acl").read_text(encoding="utf-8").splitlines()


def whose(lines: list[str], rule: str) -> str:
    """Return the user that a rule stands under, as mosquitto reads it."""
    before = lines[: lines.index(rule)]
    return next((line for line in reversed(before) if line.startswith("user ")), "")


def write(folder: Path, name: str, lines: list[str]) -> None:
    (folder / "broker" / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def add_readers(folder: Path, *names: str, renew: bool = False) -> tuple[str, ...]:
    site = Site.open(folder, site=None, gates=["north-3f"], brokers=[], readers=names, now=today())
    return site.write(days=90, renew=renew)


@pytest.mark.parametrize("times", [1, 3])
def test_a_sites_own_rules_stay_with_their_users(tmp_path: Path, times: int) -> None:
    folder = provision(tmp_path / "hall")
    lines = rules_of(folder)
    under_collector = lines.index(COLLECTOR) + 3
    write(
        folder,
        "gate.acl",
        [
            "pattern read gate/v1/hall-01/notices",
            *lines[:under_collector],
            "topic write gate/v1/hall-01/notices",
            *lines[under_collector:],
            "topic read $SYS/broker/uptime",  # under the last worker
            *OWN_RULES.splitlines(),
        ],
    )
    last = [line for line in lines if line.startswith("user ")][-1]

    told: tuple[str, ...] = ()
    for number in range(times):
        told = add_readers(folder, f"r{number}", renew=True)

    after = rules_of(folder)
    assert after.count("user dashboard") == 1
    for rule, user in (
        ("pattern read gate/v1/hall-01/notices", ""),
        ("topic write gate/v1/hall-01/notices", COLLECTOR),
        ("topic read $SYS/broker/uptime", last),
        ("topic read $SYS/#", "user dashboard"),
        ("topic deny gate/v1/hall-01/reader-r0/#", "user reader-r0"),
    ):
        assert after.count(rule) == 1, rule
        assert whose(after, rule) == user
    assert set(lines) <= set(after)
    assert any("of the site's own" in line and "topic read $SYS/#" in line for line in told)


def test_a_rule_that_the_site_took_away_does_not_come_back(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall")
    taken = "pattern read gate/v1/hall-01/+/door"
    write(folder, "gate.acl", [line for line in rules_of(folder) if line != taken])

    add_readers(folder, "acme", renew=True)

    assert taken not in rules_of(folder)


def test_what_stands_under_a_revoked_reader_goes_with_it(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall")
    add_readers(folder, "acme")
    write(folder, "gate.acl", [*rules_of(folder), "topic read gate/v1/hall-01/+/orders"])

    site = Site.open(folder, site=None, gates=[], brokers=[], now=today())
    site.revoke("reader-acme")
    site.write(days=90, renew=False)

    assert "topic read gate/v1/hall-01/+/orders" not in rules_of(folder)
    assert not any("acme" in line for line in rules_of(folder))


def test_rules_of_a_version_that_kept_no_record_are_added_to_and_none_is_lost() -> None:
    made = broker.rules("hall-01", listeners=["reader-acme"]).splitlines()
    older = [line for line in broker.rules("hall-01").splitlines() if "anchor" not in line]

    merged = merged_rules([*older, *OWN_RULES.splitlines()], None, made).text.splitlines()

    assert set(made) <= set(merged)
    assert whose(merged, "topic read $SYS/#") == "user dashboard"


def test_settings_that_the_site_changed_stay_changed_and_its_listener_is_its_last(
    tmp_path: Path,
) -> None:
    folder = provision(tmp_path / "hall")
    conf = folder / "broker/gate.conf"
    own = ["listener 1884 127.0.0.1", "allow_anonymous true", "log_type warning"]
    changed = conf.read_text(encoding="utf-8").replace("20000", "50000")
    changed = changed.replace("set_tcp_nodelay true\n", "")
    conf.write_text(changed + "\n".join(own) + "\n", encoding="utf-8")

    for _ in range(2):
        add_readers(folder, renew=True)

    after = conf.read_text(encoding="utf-8").splitlines()
    assert "max_queued_messages 50000" in after
    assert "max_queued_messages 20000" not in after
    assert "set_tcp_nodelay true" not in after
    assert after[-3:] == own
    assert after.count("listener 1884 127.0.0.1") == 1


def test_a_new_version_of_ours_reaches_a_file_that_the_site_added_to() -> None:
    was = ["listener 8883", "ciphers OLD", "max_packet_size 1"]
    made = ["listener 8883", "ciphers NEW", "max_packet_size 1", "tls_version tlsv1.3"]

    merged = merged_settings(["listener 8883", "ciphers OLD", "max_packet_size 9"], was, made)

    assert merged.text.splitlines() == [
        "listener 8883", "ciphers NEW", "max_packet_size 9", "tls_version tlsv1.3",
    ]  # fmt: skip
    assert merged.own == ("max_packet_size 9",)


def test_a_unit_that_the_site_changed_stays_changed(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall")
    unit = folder / "broker/unit.conf"
    unit.write_text(
        unit.read_text(encoding="utf-8").replace("RestartSec=2", "RestartSec=10\nNice=-5"),
        encoding="utf-8",
    )

    add_readers(folder, renew=True)

    after = unit.read_text(encoding="utf-8").splitlines()
    assert "RestartSec=10" in after
    assert "RestartSec=2" not in after
    assert "Nice=-5" in after


def test_untouched_files_are_as_made(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall")
    provision(folder, renew=True)

    assert "\n".join([*rules_of(folder), ""]) == broker.rules("hall-01", ["w1", "b1"])
    conf = (folder / "broker/gate.conf").read_text(encoding="utf-8")
    assert conf == broker.configuration()


def test_mosquitto_starts_with_what_is_merged(tmp_path: Path) -> None:
    folder, port, own = provision(tmp_path / "hall"), free_port(), free_port()
    conf = folder / "broker/gate.conf"
    conf.write_text(
        conf.read_text(encoding="utf-8") + f"listener {own} 127.0.0.1\nallow_anonymous true\n",
        encoding="utf-8",
    )
    write(folder, "gate.acl", [*rules_of(folder), *OWN_RULES.splitlines()])
    add_readers(folder, "acme", renew=True)
    text = conf.read_text(encoding="utf-8").replace(broker.INSTALLED, str(folder / "broker"))
    text = text.replace("listener 8883", f"listener {port} 127.0.0.1")
    (tmp_path / "mosquitto.conf").write_text(
        f"user root\npersistence_location {tmp_path}/\n{text}", encoding="utf-8"
    )

    with Child(tmp_path / "log", mosquitto(), "-c", tmp_path / "mosquitto.conf") as child:
        child.start()
        wait_until(lambda: listens(own) or not child.runs, "a broker that listens")
        assert listens(port), child.said
