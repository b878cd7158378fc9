"""A configuration is refused with every fault at once, each with its path and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorfiles import Changes, write_door
from gate_agent.config.load import load_config, load_policy, load_sections
from gate_agent.config.model import GateConfig
from gate_agent.errors import ConfigurationError


def faults_of(path: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as refused:
        load_config(path, GateConfig)
    return refused.value.faults


def test_every_fault_of_every_section_is_told_at_once(tmp_path: Path) -> None:
    path = write_door(
        tmp_path,
        {
            "gate": {"site": "Hall 1", "name": None, "timezone": "Asia/Shangai", "nme": "x"},
            "thermometer": {"profile": "spot", "baud": "fast"},
            "id_reader": {"options": {"continual": 1.5}},
            "mqtt": {"url": "http://broker", "window": 0},
            "journal": None,
            "web": {"host": "0.0.0.0", "port": 99999},  # noqa: S104 refused, that is the point
            "kyes": {"site_key_file": "x"},
        },
    )

    told = faults_of(path)

    for where, expected, got in (
        ("gate.site", "a-z, 0-9 and -", "'Hall 1'"),
        ("gate.name", "a value", "nothing"),
        ("gate.timezone", "IANA time zone", "'Asia/Shangai'"),
        ("gate.nme", "a known key: name perhaps", "this one"),
        ("thermometer.profile", "'spot-forehead'", "'spot'"),
        ("thermometer.baud", "integer", "'fast'"),
        ("id_reader.options.continual", "a whole number", "1.5"),
        ("mqtt.url", "mqtt://host", "'http://broker'"),
        ("mqtt.window", "greater than or equal to 1", "0"),
        ("journal", "a value", "nothing"),
        ("web.host", "loopback", "'0.0.0.0'"),
        ("web.port", "less than or equal to 65535", "99999"),
        ("kyes", "a known key: keys perhaps", "this one"),
    ):
        (fault,) = [line for line in told if f" {where}: " in line]
        assert expected in fault
        assert got in fault
    assert len(told) == 13


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"mqtt": {"url": "mqtts://b", "cert_file": "c"}}, "cert_file and key_file together"),
        ({"mqtt": {"ca_file": "ca.crt"}}, "mqtts:// with ca_file or cert_file, got mqtt://"),
        ({"mqtt": {"url": "mqtt://b:123456"}}, "mqtt://host[:1883]"),
        ({"thermometer": {"driver": ""}}, "thermometer.driver"),
        ({"gate": {"id": "west/1f"}}, "gate.id"),
        ({"gate": {"id": "#"}}, "gate.id"),
    ],
)
def test_what_would_break_later_is_refused_now(
    changes: Changes, expected: str, tmp_path: Path
) -> None:
    (fault,) = faults_of(write_door(tmp_path, changes))

    assert expected in fault


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "hall.example", "127.0.0.1.evil"])  # noqa: S104
def test_the_screen_is_not_served_to_the_network_without_sign_on(host: str, tmp_path: Path) -> None:
    (fault,) = faults_of(write_door(tmp_path, {"web": {"host": host}}))

    assert " web.host: expected a loopback address" in fault


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_every_loopback_address_will_do(host: str, tmp_path: Path) -> None:
    path = write_door(tmp_path, {"web": {"host": host}})

    assert load_config(path, GateConfig).web.host == host


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[gate", "expected TOML"),
        (b'[gate]\nname = "\xff"\n', "expected UTF-8, got byte 15"),
        (b"", "gate: expected a value, got nothing"),
    ],
)
def test_a_file_that_is_none_says_so(content: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "gate.toml"
    path.write_bytes(content)

    assert expected in "\n".join(faults_of(path))


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    (missing,) = faults_of(tmp_path / "gate.toml")
    (folder,) = faults_of(tmp_path)

    assert missing.endswith("gate.toml: expected a readable file, got No such file or directory")
    assert folder.endswith("expected a readable file, got Is a directory")


def test_relative_paths_are_taken_from_the_folder_of_the_file(tmp_path: Path) -> None:
    path = write_door(
        tmp_path, {"policy": {"file": "../p.json"}, "keys": {"site_key_file": "/etc/site.key"}}
    )

    config = load_config(path, GateConfig)

    assert config.journal.path == tmp_path / "journal/journal.sqlite"
    assert config.thermometer.port == tmp_path / "ports/thermometer"
    assert config.policy.file == tmp_path / "../p.json"
    assert config.keys.site_key_file == Path("/etc/site.key")
    assert config.keys.store_key_file is None


def test_sections_that_hold_can_be_looked_at_though_others_do_not(tmp_path: Path) -> None:
    path = write_door(tmp_path, {"web": {"port": 0}, "gate": None})

    assert set(load_sections(path, GateConfig)) == {"thermometer", "id_reader", "mqtt", "journal"}


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("mqtt://broker", "broker", 1883, False),
        ("mqtts://broker.hall.example", "broker.hall.example", 8883, True),
        ("mqtt://10.0.0.7:1884", "10.0.0.7", 1884, False),
        ("mqtt://[::1]", "::1", 1883, False),
        ("mqtts://[fe80::1]:8884", "fe80::1", 8884, True),
    ],
)
def test_a_broker_is_named_with_or_without_its_port(
    url: str, host: str, port: int, *, tls: bool, tmp_path: Path
) -> None:
    mqtt = load_config(write_door(tmp_path, {"mqtt": {"url": url}}), GateConfig).mqtt

    assert (mqtt.host, mqtt.port, mqtt.tls) == (host, port, tls)


def test_a_policy_is_refused_with_every_fault_at_once(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text(
        '{"version": -1, "hall_mod": "open", "hold": {"report_s": 0},'
        ' "roster": [{"person_ref": "张三"}], "daily_report_at": "25:00"}',
        encoding="utf-8",
    )

    with pytest.raises(ConfigurationError) as refused:
        load_policy(path)

    for where in ("version", "hall_mod", "hold.report_s", "roster.0.person_ref", "daily_report_at"):
        assert sum(f" {where}: " in fault for fault in refused.value.faults) == 1
    assert len(refused.value.faults) == 5
    assert "张三" not in str(refused.value), "a name in place of its digest must not reach a log"
