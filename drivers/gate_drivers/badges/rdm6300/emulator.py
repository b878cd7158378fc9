"""An RDM6300 from the wire's side."""

from __future__ import annotations

from gate_agent.driver_api import SpeakingEmulator
from gate_drivers.badges.rdm6300.codec import START, encode


class Rdm6300Emulator(SpeakingEmulator[str]):
    """Sends the number of each badge that is held to it."""

    def __init__(self) -> None:
        super().__init__(near_miss=START + b"01")

    def hold(self, number: str) -> None:
        """Hold this badge to it once."""
        self.say(encode(number))
