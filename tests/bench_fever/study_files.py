"""Invented people in the shape of the study's files, with every quirk they have."""

from __future__ import annotations

import random
from pathlib import Path

_NAMES = [
    "T_offset", "Max1R13_", "Max1L13_", "aveAllR13_", "aveAllL13_", "T_RC", "T_RC_Dry", "T_RC_Wet",
    "T_RC_Max", "T_LC", "T_LC_Dry", "T_LC_Wet", "T_LC_Max", "RCC", "LCC", "canthiMax",
    "canthi4Max", "T_FHCC", "T_FHRC", "T_FHLC", "T_FHBC", "T_FHTC", "T_FH_Max", "T_FHC_Max",
    "T_Max", "T_OR", "T_OR_Max",
]  # fmt: skip
_AFTER = "aveOralF,aveOralM,Gender,Age,Ethnicity,T_atm,Humidity,Distance,Cosmetics,Time,Date"


def header() -> list[str]:
    """Return the three rows above the people."""
    names = ["SubjectID"]
    for number in (1, 2, 3, 4):
        names += ["", *(f"{name}{number}" for name in _NAMES)]
    names += ["", *_AFTER.split(",")]
    wrong = ["T_LC14" if name == "T_LC4" else name for name in names]
    commas = "," * (len(names) - 1)
    return [f",,Round 1:{commas[2:]}", f",,,T_CRmax{commas[3:]}", ",".join(wrong)]


def person(
    number: int, oral: float, face: float | None, ambient: float = 24.0, humidity: str = "28"
) -> str:
    """Return one person's row; the forehead is below the face, and None was not measured."""
    below = {"T_Max": 0.0, "T_FH_Max": 0.6, "T_FHCC": 1.4}
    seen = {} if face is None else {name: f"{face - less:.2f}" for name, less in below.items()}
    cells = [f"161117-{number}"]
    for _ in range(4):
        cells += ["", *(seen.get(name, "") for name in _NAMES)]
    time = f"{9 + number // 60 % 8}:{number % 60:02d}:00,16-11-{17 + number // 480:02d}"
    cells += ["", f"{oral:.2f},{oral:.2f},Male,41-50,White,{ambient},{humidity},,,{time}"]
    return ",".join(cells)


def write_study(folder: Path, people: int = 60) -> None:
    """Write both groups: every sixth person is feverish, and a degree warmer."""
    dice = random.Random(2)  # noqa: S311 invented people
    for group, name in ((1, "FLIR_group1.csv"), (2, "FLIR_group2.csv")):
        rows = header()
        for number in range(1, people + 1):
            hot = number % 6 == 0
            face = dice.gauss(36.9 if hot else 36.0, 0.3)
            oral = 38.2 if hot else 36.9
            typo = "3021.1" if number == 3 else "28"
            rows.append(person(number, oral, face, 20.0 + group * 2 + number % 5, typo))
        rows += ["", "," * 20, person(people + 1, 36.8, None)]
        (folder / name).write_bytes("\r\n".join(rows).encode("utf-8-sig"))
