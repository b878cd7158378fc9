"""Trouble met again at each try (反复出现的故障) is logged once, and once when it is over."""

from __future__ import annotations

import logging


class Trouble:
    """One kind of trouble: a dead disk must not fill the log that tells of it."""

    def __init__(self, log: logging.Logger, over: str) -> None:
        """`over` is what is said when it is well again."""
        self._log = log
        self._over = over
        self._stands = False

    def met(self, text: str, *details: object) -> None:
        """It failed: the first of these is logged."""
        if not self._stands:
            self._log.warning(text, *details)
        self._stands = True

    def well(self) -> None:
        """It worked: logged where it failed before."""
        if self._stands:
            self._log.warning(self._over)
        self._stands = False
