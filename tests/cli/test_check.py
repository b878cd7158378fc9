"""`gate-agent check`: every fault at once, then which device answers, over real serial lines."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
import serial

from cli.commands import Said, command, devices
from doorfiles import Changes, write_door

BOTH = ("thermometer", "id_reader")


def check(config: Path, *plugged: str) -> Said:
    async def beside_devices() -> Said:
        async with devices(config, *plugged):
            return await asyncio.to_thread(command, "gate-agent", "check", "--config", config)

    return asyncio.run(beside_devices())


def write_key(path: Path, text: str = "5a" * 32, mode: int = 0o600) -> Path:
    path.write_text(text, encoding="ascii")
    path.chmod(mode)
    return path


def test_a_sound_door_answers_for_every_device(tmp_path: Path) -> None:
    keys = {
        f"{name}_file": write_key(tmp_path / name)
        for name in ("site_key", "collector_public_key", "store_key")
    }

    said = check(write_door(tmp_path, {"keys": keys}), *BOTH)

    assert said.code == 0
    assert "gate.toml: sound 配置无误: door west-1f of hall-01" in said.out
    assert "GY-614V3, forehead thermometer module): answers 应答" in said.out
    assert "SAM ID-card reader): answers 应答: SAM 05.01-" in said.out
    assert re.search(r"^clock 时钟: .+; battery clock 后备电池时钟: \S", said.out, re.MULTILINE)
    assert "warning" not in said.out
    assert said.err == ""


def test_a_silent_device_is_named_and_the_other_one_answers(tmp_path: Path) -> None:
    said = check(write_door(tmp_path), "thermometer")

    assert said.code == 1
    assert "forehead thermometer module): answers" in said.out
    assert "id_reader (sam-uart): no answer 无应答: " in said.out
    assert "expected a free serial port, got: no such port" in said.out


def test_a_thermometer_in_the_readers_place_does_not_answer(tmp_path: Path) -> None:
    ports = {"thermometer": {"port": "same"}, "id_reader": {"port": "same"}}

    said = check(write_door(tmp_path, ports), "thermometer")

    assert said.code == 1
    assert "thermometer (额温测温模块 GY-614V3" in said.out
    assert "id_reader (sam-uart): no answer" in said.out


def test_a_port_that_another_program_holds_is_said_to_be_in_use(tmp_path: Path) -> None:
    config = write_door(tmp_path)

    async def held() -> Said:
        async with devices(config, *BOTH):
            with serial.Serial(str(tmp_path / "ports/thermometer"), exclusive=True):
                return await asyncio.to_thread(command, "gate-agent", "check", "--config", config)

    said = asyncio.run(held())

    assert said.code == 1
    assert "thermometer (gy-614v3): no answer 无应答" in said.out
    assert "got: another program uses it" in said.out


def test_a_file_in_the_ports_place_is_no_serial_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    said = check(write_door(tmp_path, {"id_reader": {"port": "file"}}), "thermometer")

    assert said.code == 1
    assert "got: not a serial line" in said.out


def test_keys_that_nobody_brought_and_names_that_may_change_are_warned_of(tmp_path: Path) -> None:
    said = check(write_door(tmp_path, {"thermometer": {"port": "ttyUSB0"}}), *BOTH)

    assert said.code == 0
    for key in ("site_key_file", "collector_public_key_file", "store_key_file"):
        assert f"warning 注意: keys.{key}: expected a key file of the site, got none" in said.out
    assert "warning 注意: thermometer.port: " in said.out
    assert "may change with the next plug: use /dev/serial/by-id" in said.out
    assert list(tmp_path.glob("journal")) == [], "a check makes nothing"


def test_every_fault_of_every_kind_is_told_in_one_go(tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_text('{"hall_mod": "open"}', encoding="utf-8")
    said = check(
        write_door(
            tmp_path,
            {
                "gate": {"site": "Hall 1"},
                "thermometer": {"driver": "gy-614v4"},
                "id_reader": {"options": {"continul": True}},
                "mqtt": {"url": "mqtts://broker", "ca_file": "ca.crt"},
                "policy": {"file": "policy.json"},
                "keys": {
                    "site_key_file": write_key(tmp_path / "wide.key", mode=0o644),
                    "collector_public_key_file": write_key(tmp_path / "short.pub", "5a"),
                    "store_key_file": "none.key",
                },
            },
        )
    )

    assert said.code == 2
    assert said.out == ""
    told = said.err.splitlines()
    for where, expected, got in (
        ("gate.site", "a-z, 0-9 and -", "'Hall 1'"),
        ("thermometer.driver", "gy-614v3, gy-mcu90614", "'gy-614v4'"),
        ("id_reader.options.continul", "a known key: continual perhaps", "this one"),
        ("mqtt.ca_file", "a file", "nothing"),
        ("policy.file", "policy.json:1: hall_mod: expected a known key: hall_mode", "this one"),
        ("keys.site_key_file", "mode 0600", "0644"),
        ("keys.collector_public_key_file", "64 hexadecimal digits", "2 characters"),
        ("keys.store_key_file", "a key file", "No such file"),
    ):
        (line,) = [line for line in told if f": {where}: " in line]
        assert re.match(rf"gate-agent: {tmp_path}/gate.toml:\d+: {where}: ", line)
        assert expected in line
        assert got in line
    assert len(told) == 8


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"id_reader": {"driver": "gy-614v3"}}, "the driver of this kind of device, got thermo"),
        ({"id_reader": {"driver": "no.such:MODEL"}}, "expected pkg.mod:MODEL, got 'no.such:MODEL'"),
        ({"id_reader": {"driver": "os:path"}}, "to name a driver's Model, got a module"),
        ({"id_reader": {"options": {"continual": "maybe"}}}, "a valid boolean, got 'maybe'"),
        ({"thermometer": {"options": {"unit": "x"}}}, "options.unit: expected a known key: none"),
        ({"thermometer": {"port": "i2c://1"}}, "got i2c://, which is not there yet"),
        ({"thermometer": {"port": "socket://host"}}, "expected socket://host:port, got another"),
        ({"thermometer": {"port": "scoket://host:1"}}, "socket://, rfc2217://, got scoket://"),
        ({"thermometer": {"parity": "evn"}}, "'none', 'even' or 'odd', got 'evn'"),
        ({"policy": {"file": "gone.json"}}, "gone.json: expected a readable file"),
        ({"keys": {"site_key_file": "."}}, "expected a key file, got: Is a directory"),
    ],
)
def test_what_a_setting_names_is_looked_at_too(
    changes: Changes, expected: str, tmp_path: Path
) -> None:
    said = check(write_door(tmp_path, changes))

    assert said.code == 2
    (line,) = said.err.splitlines()
    assert expected in line
