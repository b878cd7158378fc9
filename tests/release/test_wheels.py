"""The wheels of this Python are chosen and put in place, and none writes outside of it."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from gate_agent.release.errors import ReleaseRefused
from gate_agent.release.order import order
from gate_agent.release.wheels import chosen, unpack

_WHEELS = (
    "pydantic_core-2.50-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "pydantic_core-2.50-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "cryptography-50.0-cp39-abi3-manylinux_2_34_x86_64.whl",
    "cryptography-50.0-cp311-abi3-manylinux_2_34_x86_64.whl",
    "segno-1.6-py3-none-any.whl",
    "pyserial-3.5-py2.py3-none-any.whl",
    "greenlet-3.5-1-cp311-cp311-manylinux_2_24_x86_64.whl",
    "greenlet-3.5-cp313-cp313-manylinux_2_24_x86_64.whl",
)


@pytest.mark.parametrize("python", [(3, 11), (3, 13)])
def test_one_wheel_of_each_is_chosen_for_this_python(python: tuple[int, int]) -> None:
    tag = "cp{}{}".format(*python)

    names = {wheel.name for wheel in chosen(map(Path, _WHEELS), python)}

    assert {name.split("-")[0] for name in names} == {name.split("-")[0] for name in _WHEELS}
    assert len(names) == 5
    assert sum(f"-{tag}-{tag}-" in name for name in names) == 2


def test_a_python_without_its_wheel_is_refused_by_name() -> None:
    with pytest.raises(ReleaseRefused, match=r"^greenlet: expected a wheel for Python 3\.12"):
        chosen(map(Path, _WHEELS), (3, 12))


@pytest.mark.parametrize("name", ["../outside", "/outside", "a-1.data/data/../../../outside"])
def test_no_wheel_writes_outside_of_its_release(tmp_path: Path, name: str) -> None:
    wheel = tmp_path / "a-1-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        archive.writestr(name, b"x")

    with pytest.raises(ReleaseRefused, match="inside the wheel"):
        unpack(wheel, site=tmp_path / "r/site", prefix=tmp_path / "r")

    assert {path.name for path in tmp_path.rglob("*")} <= {wheel.name, "r", "site"}


def test_versions_are_compared_as_they_were_made() -> None:
    versions = ["0.3.0", "0.4.0.dev9+gabc", "0.4.0.dev10+gabc.dirty", "0.4.0", "0.4.0.post1+gd",
                "0.4.1", "0.10.0", "1.0"]  # fmt: skip

    assert sorted(set(versions), key=order) == versions
    with pytest.raises(ReleaseRefused):
        order("new")
