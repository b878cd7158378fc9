"""Films for a camera that is a file: noise, as a sensor gives, with a code in it if wanted."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import segno

WIDTH, HEIGHT, FRAMES = 640, 480, 40
_MODULE_PX = 8


def film(path: Path, *, code: str | None = None, frozen: bool = False) -> Path:
    """Write a film of 40 frames at `path` (.avi); return it."""
    dice = np.random.default_rng(1)
    out = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 5, (WIDTH, HEIGHT))
    frame = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for _ in range(FRAMES):
        if not frozen:
            frame = dice.integers(90, 110, (HEIGHT, WIDTH, 3), np.uint8)
        out.write(frame if code is None else _with_code(frame, code))
    out.release()
    return path


def _with_code(frame: np.ndarray, text: str) -> np.ndarray:
    modules = np.array([list(row) for row in segno.make(text, micro=False).matrix_iter(border=4)])
    picture = np.where(modules, 0, 255).astype(np.uint8)
    picture = picture.repeat(_MODULE_PX, 0).repeat(_MODULE_PX, 1)
    shown = frame.copy()
    high, wide = picture.shape
    shown[20 : 20 + high, 40 : 40 + wide] = picture[:, :, None]
    return shown
