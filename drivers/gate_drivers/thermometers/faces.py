"""Finds the face in a thermal picture (no I/O): a warm spot of a face's size, and only one.

The hottest point of a whole picture is a lamp, a heater or a fixture far more often than a face: it
is never taken. Where two faces are, whose temperature it would be is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import median_low

SKIN_CENTI_C = range(3100, 4301)
_SUPPORT_CENTI_C = 100  # a point that stands out more from all its neighbours is noise


class NoFace(Enum):
    """Why there is no temperature."""

    NOBODY = "nobody"
    TOO_SMALL = "too_small"  # too far away: the background is measured with them
    TOO_LARGE = "too_large"  # no face fills that much
    SEVERAL = "several_faces"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """A part of the picture that does not count: a lamp, a screen, a heater."""

    left: int
    top: int
    width: int
    height: int

    def covers(self, x: int, y: int) -> bool:
        """Whether this point is in it."""
        return 0 <= x - self.left < self.width and 0 <= y - self.top < self.height


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceForm:
    """What counts as a face, in points."""

    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One face: its maximum, and where it is."""

    maximum_centi_c: int
    points: frozenset[int]


def find_face(
    points: Sequence[int], width: int, *, form: FaceForm, masks: Sequence[Mask] = ()
) -> Face | NoFace:
    """Return the one face in the picture, or why there is none."""
    warm = {
        at
        for at, value in enumerate(points)
        if value in SKIN_CENTI_C and not _is_masked(at, width, masks)
    }
    spots = _spots(warm, width)
    faces = [spot for spot in spots if form.least <= len(spot) <= form.most]
    if len(faces) > 1:
        return NoFace.SEVERAL
    if faces:
        return Face(maximum_centi_c=_maximum(points, faces[0], width), points=frozenset(faces[0]))
    if any(len(spot) > form.most for spot in spots):
        return NoFace.TOO_LARGE
    return NoFace.TOO_SMALL if spots else NoFace.NOBODY


def background(points: Sequence[int], width: int, masks: Sequence[Mask] = ()) -> int:
    """Return what most of the picture shows: the middle of all points that count."""
    seen = [value for at, value in enumerate(points) if not _is_masked(at, width, masks)]
    return median_low(seen or points)


def _spots(warm: set[int], width: int) -> list[set[int]]:
    """Return the warm points in groups of those that touch, also at a corner."""
    left, spots = set(warm), []
    while left:
        grown, edge = set(), [left.pop()]
        while edge:
            at = edge.pop()
            grown.add(at)
            near = left.intersection(_neighbours(at, width))
            left -= near
            edge += near
        spots.append(grown)
    return spots


def _maximum(points: Sequence[int], face: set[int], width: int) -> int:
    """Return the hottest point of the face that does not stand alone."""
    for at in sorted(face, key=lambda at: points[at], reverse=True):
        beside = [points[near] for near in _neighbours(at, width) if near in face]
        if any(points[at] - value <= _SUPPORT_CENTI_C for value in beside):
            return points[at]
    return max(points[at] for at in face)


def _neighbours(at: int, width: int) -> list[int]:
    y, x = divmod(at, width)
    return [
        (y + down) * width + x + right
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
        if (down or right) and 0 <= x + right < width
    ]


def _is_masked(at: int, width: int, masks: Sequence[Mask]) -> bool:
    if not masks:
        return False
    y, x = divmod(at, width)
    return any(mask.covers(x, y) for mask in masks)
