"""The pictures of the screens are there, small, and the README shows one."""

from __future__ import annotations

import struct

import pytest

from tree import ROOT, links, text

FOLDER = ROOT / "docs" / "screens"
LARGEST_BYTES = 100 * 1024
SIZES = {"390": (390, 844), "1280": (1280, 800), "1920": (1920, 1080), "800": (800, 480)}
PICTURES = sorted(path.name for path in FOLDER.glob("*.png"))


def test_the_readme_shows_the_guard_screen() -> None:
    assert "docs/screens/guard-1280.png" in links(text("README.md"))
    assert {"guard-1280.png", "guard-390.png", "collector-1280.png"} <= set(PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_small_and_of_the_size_in_its_name(name: str) -> None:
    content = (FOLDER / name).read_bytes()

    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(content) <= LARGEST_BYTES
    size = struct.unpack(">II", content[16:24])
    assert size == SIZES[name.removesuffix(".png").rpartition("-")[2]]
