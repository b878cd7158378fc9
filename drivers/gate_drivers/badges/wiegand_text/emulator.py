"""A Wiegand-to-serial converter from the wire's side."""

from __future__ import annotations

from gate_agent.driver_api import SpeakingEmulator
from gate_drivers.badges.wiegand_text.codec import encode


class WiegandTextEmulator(SpeakingEmulator[str]):
    """Sends the number of each badge that is held to its reader."""

    def __init__(self, form: str) -> None:
        super().__init__(near_miss=b"0A\r\n")
        self._form = form

    def hold(self, number: str) -> None:
        """Hold this badge to it once."""
        self.say(encode(number, self._form))
