"""The fuzz targets hold for their own seeds and for Hypothesis; atheris goes on from there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tree import tool

TARGETS: Any = tool("fuzz/targets")


@pytest.mark.parametrize("name", TARGETS.TARGETS)
def test_a_target_holds_for_sound_and_for_broken_input(name: str) -> None:
    target = TARGETS.TARGETS[name]
    for seed in TARGETS.seeds(name):
        target(seed)
        for end in range(0, len(seed), max(1, len(seed) // 50)):
            target(seed[:end] + seed)
            target(seed[end:])


@pytest.mark.parametrize("name", TARGETS.TARGETS)
@given(data=st.data())
def test_a_target_holds_for_what_hypothesis_makes_of_its_seeds(
    name: str, data: st.DataObject
) -> None:
    piece = st.one_of(st.binary(max_size=12), st.sampled_from(TARGETS.seeds(name)))

    TARGETS.TARGETS[name](b"".join(data.draw(st.lists(piece, max_size=4))))
