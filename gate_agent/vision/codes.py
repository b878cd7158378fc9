"""Reads a QR code in a frame. The ArUco detector reads more of the small and blurred ones."""

from __future__ import annotations

from typing import Any

from gate_agent.vision.camera import Frame


class CodeReader:
    """One detector; use it in one thread."""

    def __init__(self) -> None:
        self._detector: Any = None

    def read(self, frame: Frame) -> str | None:
        """Return the text of a code in the frame, None if there is none."""
        import cv2  # noqa: PLC0415 only where there is a camera

        if self._detector is None:
            self._detector = cv2.QRCodeDetectorAruco()
        text, _points, _straight = self._detector.detectAndDecode(frame)
        return text or None
