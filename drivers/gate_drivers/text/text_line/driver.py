"""Listens to lines of text, or asks for them; what they say is in the configuration."""

from __future__ import annotations

from gate_agent.driver_api import (
    Asking,
    BadgeRead,
    CodeRead,
    Driver,
    PollingThermometer,
    Reading,
    Report,
    SpeakingDriver,
    StreamingThermometer,
    Transport,
)
from gate_agent.driver_api.framing import LineDecoder
from gate_drivers.text.text_line.codec import LineSaid
from gate_drivers.text.text_line.options import TextLineOptions

_NAME = "text lines"
_ANSWER_S = 0.5


class AskedThermometer(PollingThermometer[LineSaid]):
    """Asks for each line; without a checksum it asks three times, and all must say the same."""

    def __init__(self, transport: Transport, options: TextLineOptions) -> None:
        self._question = options.ask.encode()
        self._is_checked = options.checksum != "none"
        asking = Asking(transport, decoder(options), answer_s=_ANSWER_S)
        super().__init__(asking, name=_NAME, poll_s=options.period_ms / 1000)

    async def read(self) -> Reading | None:
        """Ask for one reading."""
        if self._is_checked:
            return reading(await self._asking.ask(self._question))
        said = await self._asking.confirmed(self._question)
        return None if said is None else reading(said)


def driver(transport: Transport, options: TextLineOptions) -> Driver:
    """Return the driver for what the lines say."""
    if not options.is_thermometer:
        return SpeakingDriver(
            transport,
            name=_NAME,
            decoder=decoder(options),
            report=report,
            gone_s=options.gone_ms / 1000,
        )
    if options.ask:
        return AskedThermometer(transport, options)
    return StreamingThermometer(
        transport,
        name=_NAME,
        wake=[],
        decoder=decoder(options),
        reading=reading,
        silent_s=max(2.0, 4 * options.period_ms / 1000),
    )


def decoder(options: TextLineOptions) -> LineDecoder[LineSaid]:
    """Return what cuts the stream into lines."""
    return LineDecoder(parse=options.form.parse, ends=options.ends)


def reading(said: LineSaid) -> Reading | None:
    """Return the reading of a line; None for a line that has no temperature."""
    if said.temperature_centi_c is None:
        return None
    return Reading(surface_centi_c=said.temperature_centi_c, ambient_centi_c=said.ambient_centi_c)


def report(said: LineSaid) -> Report:
    """Return what was read: a badge where the line says so, else a code."""
    if said.badge is not None:
        return BadgeRead(number=said.badge)
    return CodeRead(text=said.code or "")
