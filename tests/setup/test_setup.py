"""`gate-agent setup`: a door on its board by a few answers; again, and only what is new changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.commands import command
from security.test_bundles import DOOR_FILES, bundled
from setup.board import BOTH, Board, board, systemd_runs
from tree import text

ENTER = ""
TRIAL = [ENTER, ENTER, ENTER, "一层西侧出入口", ENTER, ENTER, ENTER, ENTER, "no"]


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Board]:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    with board(tmp_path, *BOTH) as one:
        yield one


def test_a_door_with_a_bundle_is_set_up_by_enter_and_its_name(
    plugged: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = bundled(plugged.root / "hall", "west-1f") / "west-1f.bundle"
    systemd_runs(plugged, monkeypatch)

    said = plugged.set_up(typed=[str(bundle), "一层西侧出入口", *[ENTER] * 5])

    assert (said.code, said.err) == (0, "")
    config, keys = plugged.config, plugged.root / "etc/keys"
    assert (config.gate.site, config.gate.id, config.gate.name) == (
        "hall-01", "west-1f", "一层西侧出入口",
    )  # fmt: skip
    assert config.thermometer.driver == "gy-614v3"
    assert str(config.thermometer.port).endswith("/usb-thermometer")
    assert str(config.id_reader.port).endswith("/usb-id_reader")
    assert config.mqtt.url == "mqtts://127.0.0.1:8883"
    assert config.mqtt.cert_file == keys / "west-1f.crt"
    assert config.keys.site_key_file == keys / "site.key"
    assert config.signatures.roots_file == keys / "signers.pub"
    assert config.web.sign_on
    assert config.journal.path == plugged.root / "state/west-1f.sqlite"
    assert {path.name for path in keys.iterdir()} == DOOR_FILES
    assert plugged.file.stat().st_mode & 0o777 == 0o644
    assert said.out.count("answers 应答") == 2
    assert plugged.noted == [
        "systemctl daemon-reload",
        "systemctl enable gate-agent@west-1f",
        "systemctl restart gate-agent@west-1f",
    ]


def test_a_trial_needs_no_keys_and_where_systemd_does_not_run_the_commands_are_said(
    plugged: Board,
) -> None:
    said = plugged.set_up(typed=TRIAL)

    assert (said.code, said.err) == (0, "")
    assert plugged.config.mqtt.url == "mqtt://127.0.0.1:1883"
    assert not plugged.config.web.sign_on
    assert "systemd does not run here; then run:" in said.out
    assert "  sudo systemctl enable gate-agent@west-1f\n" in said.out
    assert command("gate-agent", "check", "--config", plugged.file).code == 0


def test_an_answer_that_cannot_be_used_is_asked_again_with_what_was_expected(
    plugged: Board,
) -> None:
    wrong = {
        "nowhere.bundle": "expected a bundle that can be used: nowhere.bundle: expected",
        "Hall 1": "expected a-z, 0-9 and -, got 'Hall 1'",
        "West": "expected a-z, 0-9 and -, got 'West'",
        "x" * 61: "expected 1 to 60 characters, got 61",
        "7": "expected a number of the list, or DRIVER PORT (drivers: cjmcu-90614",
        "gy-615 /dev/ttyUSB0": "expected a driver of this kind (cjmcu-90614",
        "gy-614v3 /dev/ttyUSB0": "expected a driver of this kind (sam-uart): expected the driver",
        "http://broker": "expected mqtts://HOST[:PORT], got 'http://broker'",
        "front": "expected a path such as /dev/video0, got 'front'",
        "perhaps": "expected yes or no, got 'perhaps'",
    }
    bad = list(wrong)
    right = [[bad[0], ENTER], [bad[1], ENTER], [bad[2], "west-1f"], [bad[3], "西门"]]
    right += [[bad[4], bad[5], ENTER], [bad[6], ENTER], [bad[7], "broker.hall.example"]]
    right += [[bad[8], ENTER], [bad[9], "yes"]]

    said = plugged.set_up(typed=[line for lines in right for line in lines])

    assert (said.code, said.err) == (0, "")
    for answer, expected in wrong.items():
        assert said.out.count(expected) == 1, answer
    assert plugged.config.mqtt.url == "mqtt://broker.hall.example"


def test_it_asks_in_chinese_where_the_locale_is(
    plugged: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LC_ALL")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.delenv("LC_MESSAGES", raising=False)

    said = plugged.set_up(typed=[*TRIAL[:-1], "也许", "否"])

    assert (said.code, said.err) == (0, "")
    assert "身份证阅读器：上面的序号" in said.out
    assert "须为 是 或 否，实为 '也许'" in said.out
    assert "The ID-card reader" not in said.out
    assert not plugged.config.web.sign_on


def test_again_changes_only_what_is_answered_anew_and_keeps_the_file_before(
    plugged: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugged.set_up(typed=TRIAL)
    own = plugged.file.read_text(encoding="utf-8").replace(
        "[mqtt]", "# by hand: the new line\n[mqtt]\nwindow = 50  # slow"
    )
    own = own.replace('url = "mqtt://127.0.0.1:1883"', 'url = "mqtt://127.0.0.1:1883" # ours')
    plugged.file.write_text(own, encoding="utf-8")
    systemd_runs(plugged, monkeypatch)

    said = plugged.set_up(*plugged.answers('broker = "mqtt://10.0.0.5"\n'))

    assert said.code == 0
    after = plugged.file.read_text(encoding="utf-8")
    assert after == own.replace("mqtt://127.0.0.1:1883", "mqtt://10.0.0.5")
    before = plugged.root / "etc/west-1f.toml.before"
    assert before.read_text(encoding="utf-8") == own
    assert f"the one before it is kept as {before}" in said.out
    assert "systemctl restart gate-agent@west-1f" in plugged.noted


def test_again_with_nothing_new_changes_nothing_and_interrupts_nobody(
    plugged: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugged.set_up(typed=TRIAL)
    before = plugged.file.read_text(encoding="utf-8")
    systemd_runs(plugged, monkeypatch, door="active")

    said = plugged.set_up(*plugged.answers(""))

    assert f"{plugged.file}: nothing changed" in said.out
    assert "the door is at work and holds its lines" in said.out
    assert plugged.file.read_text(encoding="utf-8") == before
    assert {path.name for path in (plugged.root / "etc").iterdir()} == {"west-1f.toml"}
    assert "systemctl restart gate-agent@west-1f" not in plugged.noted
    assert "systemctl start gate-agent@west-1f" in plugged.noted


def test_unattended_every_fault_is_told_at_once_and_nothing_is_written(plugged: Board) -> None:
    said = plugged.set_up(
        *plugged.answers(
            'site = "Hall 1"\ndor = "west-1f"\nid_reader = "sam-uart"\nbroker = "ftp://x"\n'
            'sign_on = "perhaps"\n'
        )
    )

    assert said.code == 2
    for key, expected in (
        ("site", "expected a-z, 0-9 and -, got 'Hall 1'"),
        ("dor", "expected a known question: door perhaps, got this one"),
        ("id_reader", "expected a number of the list, or DRIVER PORT"),
        ("broker", "expected mqtts://HOST[:PORT], got 'ftp://x'"),
        ("sign_on", "expected yes or no, got 'perhaps'"),
    ):
        assert f"{plugged.root}/answers.toml: {key}: {expected}" in said.err
    assert not (plugged.root / "etc").exists()


def test_unattended_with_a_bundle_and_a_camera(plugged: Board) -> None:
    bundle = bundled(plugged.root / "hall", "west-1f") / "west-1f.bundle"

    plugged.set_up(
        *plugged.answers(
            f'bundle = "{bundle}"\nname = "西门"\nsign_on = false\n'
            f'camera = "/dev/video0"\nthermometer = 2\nid_reader = "1"\n'
        )
    )
    drop_in = plugged.root / "units/gate-agent@west-1f.service.d/camera.conf"

    assert plugged.config.camera.device == "/dev/video0"
    assert "\nDeviceAllow=char-video4linux rw\n" in drop_in.read_text(encoding="utf-8")
    plugged.set_up(*plugged.answers('camera = "-"\n'))
    assert plugged.config.camera.device is None
    assert not drop_in.exists()


def test_a_file_that_would_not_hold_is_not_put_in_place(plugged: Board) -> None:
    plugged.set_up(typed=TRIAL)
    broken = plugged.file.read_text(encoding="utf-8").replace("[web]", "[web]\nprot = 8080")
    plugged.file.write_text(broken, encoding="utf-8")

    said = plugged.set_up(*plugged.answers('name = "another"\n'))

    assert said.code == 2
    assert f"{plugged.file}:" in said.err
    assert "web.prot: expected a known key: port perhaps" in said.err
    assert plugged.file.read_text(encoding="utf-8") == broken
    assert {path.name for path in (plugged.root / "etc").iterdir()} == {"west-1f.toml"}


def test_the_end_of_the_input_is_no_answer(plugged: Board) -> None:
    said = plugged.set_up(typed=[ENTER])

    assert said.code == 2
    assert "expected an answer, got the end of the input: --answers FILE" in said.err
    assert not (plugged.root / "etc").exists()


def test_what_systemd_refuses_is_told(plugged: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    systemd_runs(plugged, monkeypatch)

    said = plugged.set_up(typed=[ENTER, ENTER, "refused", "x", *TRIAL[4:]])

    assert said.code == 1
    assert "failed: systemctl enable gate-agent@refused" in said.out


def test_a_kiosk_brings_its_packages_and_its_unit(
    plugged: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    systemd_runs(plugged, monkeypatch, state="degraded")

    plugged.set_up("--kiosk", "guard", typed=TRIAL)

    assert plugged.noted[3:] == [
        "apt-get install -y --no-install-recommends cage chromium fonts-noto-cjk libpam-systemd",
        "systemd-sysusers ",
        "systemctl daemon-reload",
        "systemctl enable gate-kiosk-guard@west-1f",
        "systemctl restart gate-kiosk-guard@west-1f",
    ]


def test_a_door_whose_devices_are_not_there_is_set_up_and_says_so(tmp_path: Path) -> None:
    with board(tmp_path, "thermometer") as one:
        said = one.set_up(
            *one.answers('door = "west-1f"\nid_reader = "sam-uart /dev/gate/id-reader"\n')
        )

    assert said.code == 1
    assert one.config.id_reader.port == Path("/dev/gate/id-reader")
    assert "id_reader (sam-uart): no answer 无应答" in said.out


@pytest.mark.parametrize("manual", ["docs/operations.en.md", "docs/operations.zh-CN.md"])
def test_the_answers_of_the_manual_set_a_door_up(plugged: Board, manual: str) -> None:
    bundle = bundled(plugged.root / "hall", "west-1f") / "west-1f.bundle"
    (block,) = re.findall(r"^ +```toml\n(.*?)^ +```", text(manual), re.DOTALL | re.MULTILINE)
    sockets = f"{plugged.root}/dev/serial/by-path/usb-"
    written = "".join(f"{line.strip()}\n" for line in block.splitlines())
    written = written.replace("west-1f.bundle", str(bundle)).replace("/dev/gate/", sockets)

    said = plugged.set_up(*plugged.answers(written.replace("usb-id-reader", "usb-id_reader")))

    assert (said.code, said.err) == (0, "")
    assert plugged.config.gate.name == "一层西侧出入口"
    assert plugged.config.web.sign_on
