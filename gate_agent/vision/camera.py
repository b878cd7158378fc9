"""One camera, on a thread of its own: frames at five a second, and how it is.

A missing, busy or frozen camera is said on the device line, and nothing else changes.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from gate_agent.contract.moment import NS_PER_S
from gate_agent.contract.records import DeviceState
from gate_agent.errors import DeviceError

if TYPE_CHECKING:
    from gate_agent.host.clock import Clock

FRAME_S = 0.2  # five a second: a code is read in 20 to 200 ms
_AGAIN_S = 2.0
_FROZEN_S = 10.0  # no sensor gives the same noise twice
_JPEG_QUALITY = 80

_LOG = logging.getLogger(__name__)
Frame = Any  # numpy.ndarray, height × width × 3, uint8, BGR


def is_installed() -> bool:
    """Whether the extra `vision` is there."""
    return importlib.util.find_spec("cv2") is not None


class Camera:
    """A camera, or a video file in its place. `on_frame` and `on_change` come in the event loop."""

    driver_name = "opencv"

    def __init__(
        self,
        device: str,
        *,
        clock: Clock,
        on_change: Callable[[DeviceState, str], None],
        wants_frames: Callable[[], bool],
        on_frame: Callable[[Frame], None],
    ) -> None:
        self._device = device
        self._clock = clock
        self._on_change = on_change
        self._wants_frames = wants_frames
        self._on_frame = on_frame
        self._ending = threading.Event()
        self._newest: Frame | None = None
        self.state: DeviceState | None = None
        self.cause = ""
        self._counters: Counter[str] = Counter()

    @property
    def counters(self) -> Mapping[str, int]:
        """Frames, and what went wrong, by cause."""
        return self._counters

    @property
    def newest(self) -> Frame | None:
        """The newest frame, None while the camera shows none."""
        return self._newest

    async def run(self) -> None:
        """Work until cancelled."""
        self._loop = asyncio.get_running_loop()
        try:
            await asyncio.to_thread(self._work)
        finally:
            self._ending.set()  # the thread ends with the frame it is at; the loop's end waits

    # --- the camera's thread ------------------------------------------------------------------

    def _work(self) -> None:
        while not self._ending.is_set():
            try:
                self._watch()
            except DeviceError as exc:
                self._newest = None
                self._tell(DeviceState.LOST, str(exc))
            self._ending.wait(_AGAIN_S)

    def _watch(self) -> None:
        """Hold one connection until it ends, always with a DeviceError."""
        import cv2  # noqa: PLC0415 17 MB resident: only where there is a camera

        capture = cv2.VideoCapture(_source(self._device))
        try:
            if not capture.isOpened():
                raise DeviceError(f"{self._device}: expected a free camera, got none")
            capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
            changed_ns = self._clock.now().boot_ns
            while not self._ending.wait(FRAME_S):
                there, frame = capture.read()
                if not there:
                    raise DeviceError(f"{self._device}: expected a frame, got none")
                self._counters["frames"] += 1
                now_ns = self._clock.now().boot_ns
                if self._newest is None or (frame != self._newest).any():
                    changed_ns = now_ns
                self._newest = frame
                if now_ns - changed_ns > _FROZEN_S * NS_PER_S:
                    self._tell(DeviceState.STALE, "expected a living picture, got a frozen one")
                    continue
                self._tell(DeviceState.OK, "")
                if self._wants_frames():
                    self._on_frame(frame)
        finally:
            capture.release()

    def _tell(self, state: DeviceState, cause: str) -> None:
        if state is self.state:
            return
        self.state, self.cause = state, cause
        _LOG.info("camera: %s %s", state, cause)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._on_change, state, cause)


def as_jpeg(frame: Frame) -> bytes:
    """Return a frame as JPEG."""
    import cv2  # noqa: PLC0415 as above

    done, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not done:
        raise DeviceError("expected a picture that can be encoded, got another")
    return bytes(data)


def _source(device: str) -> str | int:
    """OpenCV opens V4L2 devices by number, files by name."""
    number = device.removeprefix("/dev/video")
    return int(number) if number.isdigit() else device
