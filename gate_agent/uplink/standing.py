"""How a gate stands with the centre: what has no receipt yet, and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gate_agent.contract.messages import LINK_0, GateState, Receipt
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.record import Life
from gate_agent.contract.records import DeviceState
from gate_agent.contract.thermometer import ThermometerState
from gate_agent.errors import StorageError
from gate_agent.host.clock import Clock
from gate_agent.host.tls import CertificateWatch
from gate_agent.store.journal import Journal
from gate_agent.store.reader import JournalReader

State = Literal["connecting", "connected", "refused", "unheard"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UplinkStatus:
    """How the way to the centre is. `pending` events have no receipt yet.

    `certificate_until`: when the first of the link's certificates expires.
    """

    state: State
    cause: str
    pending: int
    oldest_pending_s: float
    receipted: int
    certificate_until: datetime | None = None
    has_twin: bool = False  # another board speaks in this door's name
    disbelieved: int = 0  # messages, since the start


class Delivered:
    """The newest receipt of our chain, and the journal's head."""

    def __init__(
        self,
        *,
        journal: Journal,
        reader: JournalReader,
        clock: Clock,
        version: str,
        devices: Callable[[], dict[str, DeviceState]],
        thermometer: Callable[[], ThermometerState | None],
        certificates: CertificateWatch,
        name: str | None = None,
    ) -> None:
        self._journal = journal
        self._reader = reader
        self._clock = clock
        self._version = version
        self._devices = devices
        self._thermometer = thermometer
        self._certificates = certificates
        self._name = name
        self._oldest: tuple[int, float] = (0, 0.0)  # first pending sequence, its UTC timestamp
        saved = journal.receipt
        ours = saved is not None and saved.epoch == journal.epoch
        self.receipt: Receipt | None = saved if ours else None
        self._less_since = ""  # when the centre said that it has less than it had

    @property
    def receipted(self) -> int:
        """Up to which event the collector has all."""
        return 0 if self.receipt is None else self.receipt.upto

    @property
    def pending(self) -> int:
        """How many events have no receipt yet."""
        return max(0, self._journal.head.sequence - self.receipted)

    def is_ours(self, receipt: Receipt) -> bool:
        """Whether a receipt is of our chain: its link is that of our event."""
        if receipt.upto == 0:
            return receipt.link == LINK_0.hex()
        try:
            event = self._reader.event(receipt.upto)
        except StorageError:
            return False
        return event is not None and event.link.hex() == receipt.link

    def is_news(self, receipt: Receipt) -> bool:
        """Whether a receipt says more than the last, or is later, or is the same once more.

        An older one may overtake a newer one on its way. A later one says less when the centre was
        restored from a backup: then all of it is sent again, and none from before counts.
        """
        last = self.receipt
        if last is None:
            return True
        if (receipt.time, receipt.upto) >= (last.time, last.upto):
            return True
        return receipt.upto > last.upto and receipt.time > self._less_since

    def take(self, receipt: Receipt) -> bool:
        """Go by a receipt that is news; tell whether the centre lost something."""
        is_less = receipt.upto < self.receipted
        if is_less:
            self._less_since = receipt.time
        self.receipt = receipt
        return is_less

    def oldest_pending_s(self) -> float:
        """Return the age of the oldest event without a receipt."""
        if not self.pending:
            return 0.0
        first = self.receipted + 1
        if self._oldest[0] != first:
            try:
                time = self._reader.oldest_time(self.receipted)
            except StorageError:
                return 0.0
            if time is None:
                return 0.0
            self._oldest = first, parse_utc(time).timestamp()
        return max(0.0, round(self._clock.now().utc.timestamp() - self._oldest[1], 3))

    def encode(self, state: Life) -> bytes:
        """Return what the gate says of itself now."""
        head, until = self._journal.head, self._certificates.until
        return GateState(
            state=state,
            epoch=head.epoch,
            sequence=head.sequence,
            link=head.link.hex(),
            pending=self.pending,
            oldest_pending_s=self.oldest_pending_s(),
            clock=self._clock.quality(),
            devices=self._devices(),
            version=self._version,
            time=format_utc(self._clock.now().utc),
            name=self._name,
            certificate_until=None if until is None else format_utc(until),
            thermometer=self._thermometer(),
        ).encode()
