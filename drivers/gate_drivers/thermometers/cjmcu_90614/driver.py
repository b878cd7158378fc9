"""Listens to a CJMCU board that sends by itself."""

from __future__ import annotations

from gate_agent.driver_api import Reading, StreamingThermometer, Transport
from gate_drivers.thermometers.cjmcu_90614.codec import Command, Decoder, Sight, encode_command


class Cjmcu90614(StreamingThermometer[Sight]):
    """One conversation."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(
            transport,
            name="CJMCU-90614",
            wake=[encode_command(Command.CONTINUOUS)],
            decoder=Decoder(),
            reading=lambda sight: Reading(
                surface_centi_c=sight.object_centi_c, ambient_centi_c=sight.ambient_centi_c
            ),
        )
