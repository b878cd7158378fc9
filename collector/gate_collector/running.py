"""One site's centre put together: broker, one writer, pages. What a process adds is in `app`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from gate_agent.config.keyfile import load_key
from gate_agent.config.load import load_policy_file
from gate_agent.contract.moment import format_utc
from gate_agent.host.clock import SystemClock
from gate_agent.host.supervision import KeptThread, Parts
from gate_agent.version import program_version
from gate_agent.words import both
from gate_collector.alarms.book import AlarmKind, raise_alarm
from gate_collector.alarms.planted import watch_planted
from gate_collector.alerts.alerter import EVERY_S, Alerter
from gate_collector.alerts.book import ANSWERS, AlertBook
from gate_collector.alerts.channels import AppriseMessenger, load_recipients
from gate_collector.centre import Centre
from gate_collector.config import CollectorConfig
from gate_collector.contacts.morning import FollowUpsTold
from gate_collector.ingest.broker import Broker, Hears
from gate_collector.ingest.corrected_times import Corrector
from gate_collector.ingest.disbelieved import Disbelieved
from gate_collector.ingest.workers import Workers
from gate_collector.ingest.writer import Ingest
from gate_collector.ledger.renewed import renew_views
from gate_collector.live.found_orders import OrderBook
from gate_collector.live.overview import overview
from gate_collector.policies.book import PolicyBook
from gate_collector.policies.unapplied import PolicyWatch
from gate_collector.reports.versions import AnchorTeller, conclusion, make_due, watch_missing
from gate_collector.retention.erasure import PurgeDesk
from gate_collector.retention.retention import Retention, spool_of
from gate_collector.roles.accounts import Accounts
from gate_collector.schedule import Duty, Schedule
from gate_collector.site import SiteAccess, create_app
from gate_collector.store.opening import open_to_run
from gate_collector.store.place import PlaceTaken, StorePlace, place_at
from gate_collector.store.secret import secret_of
from gate_collector.store.signers import signatures_of

_CLERK_S = 5.0
_PLACE_S = 1.0
_LOG = logging.getLogger(__name__)


class RunningCentre:
    """The parts of one site's centre; each is made of those above it.

    Nothing in it is of the process: several of them run beside each other in one.
    """

    def __init__(self, config: CollectorConfig, config_file: Path, *, told_as: str = "") -> None:
        """Open the store and make the parts; nothing starts yet. Raises StorageError.

        `told_as`: which hall it is in the log of a process that carries several.
        """
        self._told_as = f"{told_as}: " if told_as else ""
        self._config = config
        self._clock = SystemClock()
        self._zone = ZoneInfo(config.collector.timezone)
        self._site_key = _key(config.keys.site_key_file)
        self._base_url = config.alerts.base_url or config.web.url
        self.parts = Parts(self._clock)
        self._engine = open_to_run(config.store.url, _LOG.warning, config_file=config_file)
        try:
            self._make_parts(config, config_file)
        except BaseException:
            self._engine.dispose()
            raise

    def _make_parts(self, config: CollectorConfig, config_file: Path) -> None:
        renew_views(self._engine, self._zone, _LOG.warning)
        self._signatures = signatures_of(config, self._engine)
        self._broker = self._make_broker()
        self._ingest = self._make_ingest()
        self._workers = Workers(config_file, config.workers, self.parts)
        self.book = self._make_book()
        self._orders = OrderBook(
            self._engine,
            site=config.collector.site,
            clock=self._clock,
            publish=self._broker.publish,
        )
        self.centre = self._make_centre()
        self._policy_watch = PolicyWatch(self.centre, self.book)
        self._anchors = AnchorTeller(self.centre, self._broker.publish)
        self._accounts = Accounts(self.centre)
        self._desk = PurgeDesk(self.centre, self._make_retention())
        self._shelf = AlertBook(self._engine, secret_of(self._engine, ANSWERS))
        self._alerter = self._make_alerter()
        self._teller = self._schedule("teller", {"alerts": self._alerter.round}, EVERY_S)
        self._clerk = self._schedule("clerk", self._duties(), _CLERK_S)

    @property
    def is_alive(self) -> bool:
        """Whether the writer lives, and no part fails for good: else only another start helps."""
        return self._ingest.alive and not self.parts.is_stuck

    @property
    def writes(self) -> bool:
        """Whether the writer lives."""
        return self._ingest.alive

    @property
    def failing(self) -> str:
        """Why nothing can be stored, or which part fails; empty when all is well."""
        return self._ingest.failing or self.parts.told or self._workers.failing

    @contextmanager
    def running(self, lost: Callable[[PlaceTaken], None]) -> Iterator[FastAPI]:
        """Collect as long as this lasts; yield the pages, for somebody to serve.

        `lost` is told, in a thread of ours, when another process took our place at the store.
        Raises PlaceTaken when one has it already.
        """
        try:
            with place_at(self._engine, "collector") as place:
                yield from self._collecting(place, lost)
        finally:
            self._engine.dispose()

    def _collecting(
        self, place: StorePlace, lost: Callable[[PlaceTaken], None]
    ) -> Iterator[FastAPI]:
        self._tell_first_code()
        stopping = threading.Event()
        place_kept = KeptThread(
            "place", lambda: _watch(place, stopping, lost), self.parts, stopping
        )
        app, disbelieved = self._app(), Disbelieved(self._ingest.write, self._clock)
        self._broker.start(self._ingest.offer, self._tell_all, disbelieved.tell, self._met)
        for part in (self._ingest, self._workers, place_kept, self._clerk, self._teller):
            part.start()
        try:
            yield app
        finally:
            stopping.set()
            for ended in (self._teller, self._clerk, self._workers, self._broker, self._ingest):
                ended.close()
            self._alerter.close()  # after the receipts: a service that hangs may take its time
            place_kept.join(_PLACE_S)

    def _make_broker(self) -> Broker:
        config = self._config
        hears = Hears.STATES if config.workers else Hears.ALL
        return Broker(
            config.mqtt,
            site=config.collector.site,
            clock=self._clock,
            signatures=self._signatures,
            hears=hears,
            parts=self.parts,
        )

    def _make_ingest(self) -> Ingest:
        return Ingest(
            self._engine,
            site=self._config.collector.site,
            zone=self._zone,
            clock=self._clock,
            publish=self._broker.tell,
            hearing=lambda: self._broker.hearing,
            tell_seen=self._broker.tell_seen,
            parts=self.parts,
            doors=self._config.collector.doors,
        )

    def _make_book(self) -> PolicyBook:
        given = load_policy_file(self._config.policy.file)
        for warning in given.warnings:
            _LOG.warning("the policy file: %s", warning)
        return PolicyBook(
            self._engine,
            site=self._config.collector.site,
            clock=self._clock,
            first=given.policy,
            publish=self._broker.publish,
            publish_behind=self._broker.publish_behind,
            largest=lambda: self._broker.largest,
        )

    def _make_centre(self) -> Centre:
        hall = self._config.collector
        return Centre(
            engine=self._engine,
            clock=self._clock,
            zone=self._zone,
            site=hall.site,
            name=hall.name,
            unit=hall.unit,
            policy=self.book.in_force,
            policy_then=self.book.held,
            sign=self._signatures.sign,
        )

    def _make_retention(self) -> Retention:
        return Retention(
            write=self._ingest.write,
            clock=self._clock,
            days=self._config.retention.registration_days,
            spool=spool_of(self._config.store.url),
        )

    def _make_alerter(self) -> Alerter:
        return Alerter(
            self.centre,
            self._shelf,
            people=load_recipients(self._config.alerts.channels_file),
            messenger=AppriseMessenger(),
            base_url=self._base_url,
            parts=self.parts,
        )

    def _schedule(self, name: str, duties: dict[str, Duty], every_s: float) -> Schedule:
        return Schedule(name, duties, every_s=every_s, parts=self.parts)

    def _duties(self) -> dict[str, Duty]:
        """What becomes due at the centre by itself, in this order."""
        return {
            "reports": self._make_reports,
            "follow_ups": FollowUpsTold(self.centre, self._shelf, self._alerter.tell).round,
            "anchor": self._anchors.round,
            "missing": lambda: watch_missing(self.centre),
            "planted": lambda: watch_planted(self.centre),
            "policy": self.book.keep_published,
            "applied": self._policy_watch.round,
            "orders": self._orders.keep_published,
            "times": Corrector(self._ingest.write, self._zone).round,
            "asked": self._desk.retention.asked,
            "erasures": self._desk.resume,
            "retention": self._desk.retention.due,
        }

    def _make_reports(self) -> None:
        for report in make_due(self.centre):
            self._alerter.tell(conclusion(report, self._base_url))

    def _app(self) -> FastAPI:
        web = self._config.web
        return create_app(
            self.centre,
            self._overview,
            book=self.book,
            orders=self._orders,
            shelf=self._shelf,
            alerter=self._alerter,
            accounts=self._accounts,
            desk=self._desk,
            door=SiteAccess(
                sign_on=web.sign_on,
                secure=self._base_url.startswith("https:") or web.url.startswith("https:"),
                url=self._base_url.rstrip("/"),
                names=frozenset({web.host, web.name, urlsplit(self._base_url).hostname or ""}),
            ),
            private=_key(self._config.keys.registrations_key_file),
            site_key=self._site_key,
            failing=lambda: self.failing,
            faults=lambda: self.parts.counts,
            version=program_version(),
        )

    def _overview(self) -> dict[str, Any]:
        return overview(self.centre)

    def _tell_all(self) -> None:
        """Tell the broker, which may be a new one, what it must keep."""
        self._orders.publish()  # a person waits for it
        self.book.publish()
        self._anchors.anew()
        self._ingest.tell_all()

    def _met(self, who: str) -> None:
        """Raise the alarm of another collector at the broker with our name."""
        at = format_utc(self._clock.now().utc)
        self._ingest.write(lambda store: raise_alarm(store, AlarmKind.RIVAL, "", who, at))

    def _tell_first_code(self) -> None:
        if self._config.web.sign_on and self._accounts.first_code:
            code = self._accounts.first_code
            _LOG.warning(
                "%s%s: %s %s",
                self._told_as,
                both("terminal.first_start"),
                both("terminal.one_time_code"),
                code,
            )


def _watch(
    place: StorePlace, stopping: threading.Event, lost: Callable[[PlaceTaken], None]
) -> None:
    """Tell when another one took our place: we would throw it off the broker."""
    while not stopping.wait(_PLACE_S):
        try:
            place.expect_ours()
        except PlaceTaken as exc:
            lost(exc)
            return


def _key(file: Path | None) -> bytes | None:
    return None if file is None else load_key(file)
