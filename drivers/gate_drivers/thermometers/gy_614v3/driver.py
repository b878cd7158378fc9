"""Listens to a GY-614V3 that sends by itself, ten times a second."""

from __future__ import annotations

from gate_agent.driver_api import Reading, StreamingThermometer, Transport
from gate_drivers.thermometers.gy_614v3.codec import (
    BINARY,
    CONTINUOUS,
    RATES_HZ,
    Decoder,
    Register,
    Sight,
    Write,
    encode_command,
)


class Gy614V3(StreamingThermometer[Sight]):
    """One conversation. The settings are written, never saved: a power cycle forgets them."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(
            transport,
            name="GY-614V3",
            wake=[
                encode_command(Write(register=Register.FORMAT, value=BINARY)),
                encode_command(Write(register=Register.RATE, value=RATES_HZ.index(10))),
                encode_command(Write(register=Register.MODE, value=CONTINUOUS)),
            ],
            decoder=Decoder(),
            reading=lambda sight: Reading(
                surface_centi_c=sight.object_centi_c,
                ambient_centi_c=sight.ambient_centi_c,
                body_centi_c=sight.body_centi_c,
            ),
        )
