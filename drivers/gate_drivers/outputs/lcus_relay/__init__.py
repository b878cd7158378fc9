"""LCUS USB relays: 1 to 8 contacts behind a CH340 (USB 继电器)."""

from pydantic import Field

from gate_agent.driver_api import DeviceKind, Driver, Model, Options, SerialLine, Transport
from gate_drivers.outputs.lcus_relay.driver import LcusRelay
from gate_drivers.outputs.lcus_relay.emulator import LcusRelayEmulator


class LcusRelayOptions(Options):
    """What is printed on the board."""

    contacts: int = Field(4, ge=1, le=8, description="how many contacts it has")
    read_back: bool = Field(
        default=True, description="false for a board of one contact: it tells nothing"
    )

    def stale_after_s(self, usual: float | None) -> float | None:
        """Return None for a board that never says anything."""
        return usual if self.read_back else None


def _driver(transport: Transport, options: LcusRelayOptions) -> Driver:
    return LcusRelay(transport, contacts=options.contacts, read_back=options.read_back)


MODEL = Model(
    api=1,
    name="lcus-relay",
    title="USB 继电器 LCUS / USB relay board",
    kind=DeviceKind.OUTPUT,
    line=SerialLine(baud=9600),
    stale_after_s=4.0,
    maturity="emulated",
    driver=_driver,
    emulator=lambda options: LcusRelayEmulator(contacts=options.contacts),
    options=LcusRelayOptions,
    facts={
        "price": "¥",
        "wiring": "USB; contacts NO/COM/NC",
        "check": "low byte of the sum one way; what is read back is compared with what was put",
        "traps": "a board of one contact tells nothing back: what is shown of it is what was sent; "
        "without power every contact falls open: wire a fire exit to NC",
    },
)
