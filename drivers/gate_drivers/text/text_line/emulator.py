"""A device that sends lines, from the wire's side: its sample with other values."""

from __future__ import annotations

from gate_agent.driver_api import FaultyEmulator, SpeakingEmulator, StreamingEmulator
from gate_drivers.text.text_line.codec import LineSaid
from gate_drivers.text.text_line.options import TextLineOptions

_BELOW_RANGE_CENTI_C = -7000


class TextThermometerEmulator(StreamingEmulator):
    """Sends its sample with what it sees, by itself or when asked."""

    def __init__(self, options: TextLineOptions) -> None:
        self._options = options
        super().__init__(
            frame=self._line,
            below_range_centi_c=_BELOW_RANGE_CENTI_C,
            near_miss=options.sample[:2].encode() + options.sent_end,
            period_s=options.period_ms / 1000,
        )
        self.sends = not options.ask
        self._heard = b""

    def obey(self, data: bytes) -> int:
        """Count how often it is asked."""
        question = self._options.ask.encode()
        if not question:
            return 0
        self._heard += data
        asked = self._heard.count(question)
        if asked:
            self._heard = self._heard[self._heard.rindex(question) + len(question) :]
        return asked

    def _line(self, surface: int, ambient: int) -> bytes:
        values = {"temperature": surface, "ambient": ambient}
        options = self._options
        return options.form.encode(options.sample, values) + options.sent_end


class TextReaderEmulator(SpeakingEmulator[LineSaid]):
    """Sends its sample with the badge or code that is held to it."""

    def __init__(self, options: TextLineOptions) -> None:
        super().__init__(near_miss=options.sample[:2].encode() + options.sent_end)
        self._options = options

    def hold(self, number: str) -> None:
        """Hold this badge to it once."""
        self._send(badge=number)

    def scan(self, text: str) -> None:
        """Show this code once."""
        self._send(code=text)

    def _send(self, **values: str) -> None:
        options = self._options
        line = options.form.encode(options.sample, values)
        if options.form.parse(line) is None:
            raise ValueError("expected what the pattern fits, got another")
        self.say(line + options.sent_end)


def emulator(options: TextLineOptions) -> FaultyEmulator:
    """Return the emulator for what the lines say."""
    return (
        TextThermometerEmulator(options) if options.is_thermometer else TextReaderEmulator(options)
    )
