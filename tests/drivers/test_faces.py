"""The face in a thermal picture: one warm spot of a face's size, and never the hottest point."""

from __future__ import annotations

import pytest

from gate_drivers.thermometers.faces import (
    Face,
    FaceForm,
    Mask,
    NoFace,
    background,
    find_face,
)
from gate_drivers.thermometers.gy_mcu90640.codec import HEIGHT, WIDTH
from gate_drivers.thermometers.gy_mcu90640.emulator import faces

FORM = FaceForm(least=12, most=400)
ROOM = 2400
LEFT, MIDDLE, RIGHT = (7, 12, 3640), (16, 12, 3640), (25, 12, 3580)


def seen(*places: tuple[int, int, int], masks: tuple[Mask, ...] = ()) -> Face | NoFace:
    return find_face(faces(*places, ambient=ROOM).points, WIDTH, form=FORM, masks=masks)


def test_a_face_gives_its_own_maximum_and_not_the_lamps() -> None:
    picture = faces(MIDDLE, ambient=ROOM)
    face = find_face(picture.points, WIDTH, form=FORM)

    assert max(picture.points) == 6000, "the lamp is the hottest point"
    assert isinstance(face, Face)
    assert face.maximum_centi_c == 3640


def test_two_faces_are_ambiguous() -> None:
    assert seen(LEFT, RIGHT) is NoFace.SEVERAL
    assert isinstance(seen(LEFT, RIGHT, masks=(Mask(left=18, top=0, width=14, height=24),)), Face)


def test_nobody_is_nobody_and_the_wall_is_told() -> None:
    points = faces(ambient=ROOM).points

    assert find_face(points, WIDTH, form=FORM) is NoFace.NOBODY
    assert background(points, WIDTH) == ROOM


def test_who_is_too_far_away_is_no_face() -> None:
    points = list(faces(ambient=ROOM).points)
    for at in (300, 301, 332, 333):
        points[at] = 3600

    assert find_face(points, WIDTH, form=FORM) is NoFace.TOO_SMALL


def test_a_wall_in_the_sun_is_no_face() -> None:
    assert find_face([3300] * (WIDTH * HEIGHT), WIDTH, form=FORM) is NoFace.TOO_LARGE


def test_one_noisy_point_is_not_the_maximum() -> None:
    points = list(faces(MIDDLE, ambient=ROOM).points)
    points[10 * WIDTH + 16] = 4200

    face = find_face(points, WIDTH, form=FORM)

    assert isinstance(face, Face)
    assert face.maximum_centi_c == 3640


@pytest.mark.parametrize("across", range(6, 26))
def test_it_is_found_wherever_it_is_and_no_row_runs_into_the_next(across: int) -> None:
    face = seen((across, 12, 3700))

    assert isinstance(face, Face)
    assert face.maximum_centi_c == 3700
    columns = {at % WIDTH for at in face.points}
    assert columns == set(range(across - 5, across + 6))
