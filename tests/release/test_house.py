"""A release is put beside the others whole or not at all, and one rename lets it count."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from children import wait_until
from disks import private_mounts, tmpfs
from gate_agent.errors import StorageError
from gate_agent.release import board_files
from gate_agent.release.errors import ReleaseRefused
from gate_agent.release.house import House
from gate_agent.release.removal import remove
from gate_agent.release.services import Systemctl
from gate_agent.release.update import Update
from release.shop import again, key_in, small_wheel
from tools.release.archive import pack
from tools.release.bundles import lay_out
from tools.release.sums import signers

_SAY = "import gate_agent; print(gate_agent.__version__)"
NOBODY = Systemctl(("true",))


def bundle(folder: Path, version: str) -> Path:
    """Return a bundle's folder that brings almost nothing."""
    wheel = small_wheel(folder / f"w-{version}", version)
    return lay_out(folder / f"b-{version}", [wheel], version=version, machine="any")


def put(house: House, folder: Path, version: str) -> None:
    house.stage(bundle(folder, version), version)
    house.switch(version)


def test_a_release_has_an_environment_of_its_own(tmp_path: Path) -> None:
    house = House(root=tmp_path / "root")

    put(house, tmp_path, "0.4.0")

    said = subprocess.run(
        [house.prefix / "bin/python", "-c", _SAY],
        check=True, capture_output=True, text=True, cwd="/",
    )  # fmt: skip
    assert said.stdout == "0.4.0\n"
    assert (house.prefix / "bin/gate-agent").read_text("ascii").splitlines()[0] == (
        "#!/opt/gate-agent/releases/0.4.0/bin/python"
    )
    assert (house.prefix / "share/systemd/gate-agent@.service").is_file()
    assert list(house.place("0.4.0").rglob("*.pyc"))


def test_the_one_before_stays_and_older_ones_go(tmp_path: Path) -> None:
    house = House(root=tmp_path / "root")
    for version in ("0.4.0", "0.4.1", "0.5.0"):
        put(house, tmp_path, version)

    house.forget_older()

    assert {path.name for path in (house.prefix / "releases").iterdir()} == {"0.4.1", "0.5.0"}
    assert (house.version_at("previous"), house.version_at("current")) == ("0.4.1", "0.5.0")


def test_a_release_that_is_not_there_never_counts(tmp_path: Path) -> None:
    house = House(root=tmp_path / "root")
    put(house, tmp_path, "0.4.0")

    with pytest.raises(ReleaseRefused):
        house.switch("0.5.0")

    assert house.version_at("current") == "0.4.0"


def test_two_who_install_at_once_are_one(tmp_path: Path) -> None:
    house = House(root=tmp_path / "root")

    with house.alone(), pytest.raises(ReleaseRefused, match="another who does"), house.alone():
        pass


def test_killed_while_it_is_put_in_place_nothing_of_it_counts_or_stays(tmp_path: Path) -> None:
    house = House(root=tmp_path / "root")
    put(house, tmp_path, "0.4.0")
    wheel = small_wheel(tmp_path / "big", "0.5.0")
    with_much = tmp_path / "big/gate_more-1-py3-none-any.whl"
    subprocess.run([sys.executable, "-c", _MUCH, with_much], check=True)  # enough to be killed in
    folder = lay_out(tmp_path / "b", [wheel, with_much], version="0.5.0", machine="any")
    code = (
        "import sys; from pathlib import Path; from gate_agent.release.house import House;"
        "House(root=Path(sys.argv[1])).stage(Path(sys.argv[2]), '0.5.0')"
    )
    installing = subprocess.Popen([sys.executable, "-c", code, house.root, folder])
    draft = house.prefix / "releases/.0.5.0.new"

    wait_until(lambda: len(list(draft.rglob("*.py"))) > 20, "it to be half there")
    installing.send_signal(signal.SIGKILL)
    installing.wait()

    assert house.version_at("current") == "0.4.0"
    assert not house.place("0.5.0").exists()
    assert draft.exists()
    house.stage(folder, "0.5.0")
    assert not draft.exists()
    assert house.place("0.5.0").is_dir()


_MUCH = """
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    for number in range(1500):
        archive.writestr(f"gate_more/m{number}.py", f"x = {number}\\n" * 50)
"""


@private_mounts
def test_a_full_disk_leaves_the_old_one_and_nothing_half(tmp_path: Path) -> None:
    root = tmpfs(tmp_path / "root", "48m")
    house = House(root=root)
    put(house, tmp_path, "0.4.0")
    (root / "ballast").write_bytes(b"\0" * 20 * 1024 * 1024)

    with pytest.raises(StorageError, match="MB free to put"):
        house.stage(bundle(tmp_path, "0.5.0"), "0.5.0")

    assert [path.name for path in (house.prefix / "releases").iterdir()] == ["0.4.0"]


@private_mounts
def test_a_disk_that_fills_up_meanwhile_leaves_the_old_one_and_nothing_half(
    tmp_path: Path,
) -> None:
    root = tmpfs(tmp_path / "root", "48m")
    subprocess.run(["mount", "-o", "remount,nr_inodes=60", root], check=True)
    house = House(root=root)
    put(house, tmp_path, "0.4.0")
    more = tmp_path / "more/gate_more-1-py3-none-any.whl"
    more.parent.mkdir()
    subprocess.run([sys.executable, "-c", _MUCH, more], check=True)
    folder = lay_out(
        tmp_path / "b", [small_wheel(tmp_path / "w", "0.5.0"), more], version="0.5.0", machine="any"
    )

    with pytest.raises(OSError, match="No space left"):
        house.stage(folder, "0.5.0")
    key = key_in(tmp_path / "key")
    again(folder, key)
    house.etc.mkdir(parents=True)
    house.signers.write_text(signers(key), encoding="utf-8")
    file = pack(folder, tmp_path / "b.tar.gz", epoch=0)
    with pytest.raises(ReleaseRefused, match="No space left on device: nothing was changed"):
        Update(house=house, say=print, manager=NOBODY).from_bundle(file)

    assert [path.name for path in (house.prefix / "releases").iterdir()] == ["0.4.0"]
    assert not (house.prefix / ".bundle").exists()
    assert house.version_at("current") == "0.4.0"


def test_a_board_finds_units_rules_users_and_commands_and_loses_them_again(tmp_path: Path) -> None:
    house = House(root=tmp_path / "root")
    put(house, tmp_path, "0.4.0")
    (house.root / "etc").mkdir()
    (house.root / "etc/other").touch()
    (house.root / "var/lib/gate-agent").mkdir(parents=True)

    board_files.lay(house)

    laid = {str(path.relative_to(house.root)) for path in house.root.rglob("*") if path.is_file()}
    assert {
        "etc/systemd/system/gate-agent@.service",
        "etc/systemd/system/gate-collector.service",
        "etc/systemd/system/gate-collector-worker@.service",
        "etc/sysusers.d/gate-agent.conf",
        "etc/tmpfiles.d/gate-agent.conf",
        "etc/udev/rules.d/70-gate-serial.rules",
    } <= laid
    for name in board_files.PROGRAMS:
        link = house.root / "usr/local/bin" / name
        assert str(link.readlink()) == f"/opt/gate-agent/bin/{name}"

    remove(house, NOBODY, purge=False)
    assert (house.root / "var/lib/gate-agent").is_dir()

    put(house, tmp_path / "again", "0.4.0")
    board_files.lay(house)
    remove(house, NOBODY, purge=True)
    left = {path for path in house.root.rglob("*") if not path.is_dir()}
    assert left == {house.root / "etc/other"}
    assert not (house.root / "var/lib/gate-agent").exists()


def test_what_was_installed_before_there_were_releases_makes_way(tmp_path: Path) -> None:
    house = House(root=tmp_path / "root")
    for name in ("bin", "lib", "share"):
        (house.prefix / name).mkdir(parents=True)
    (house.prefix / "bin/gate-agent").touch()
    (house.prefix / "pyvenv.cfg").touch()

    put(house, tmp_path, "0.4.0")

    assert {path.name for path in house.prefix.iterdir()} == {
        "bin", "lib", "pyvenv.cfg", "share", "current", "releases",
    }  # fmt: skip
    assert (house.prefix / "bin/gate-agent").is_file()
