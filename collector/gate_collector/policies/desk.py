"""Issues what a form asks of the policy (防控措施), and turns every refusal into an answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Response
from fastapi.responses import JSONResponse

from gate_agent.contract.policy import HallMode, Policy
from gate_agent.errors import GateError
from gate_agent.http.answers import refusal, refused
from gate_collector.centre import Centre
from gate_collector.policies.book import Change, Outdated, PlanUndone, PolicyBook, PolicyFault
from gate_collector.policies.form import Author, local_time
from gate_collector.web.done import version_at


class PolicyDesk:
    """Issues what a form asks, and turns every refusal into an answer."""

    def __init__(self, centre: Centre, book: PolicyBook) -> None:
        self._zone = centre.zone
        self._book = book

    def base(self, asked: Author) -> Policy:
        """Return the policy that the change would start from. Raises NoMoment, ValueError."""
        return self._book.at(_valid_from(asked, self._zone))

    def issue(self, asked: Author, change: Change) -> Response:
        """Issue a change of what a page showed; from a stale page, or one of no base, none."""
        return self._answered(lambda: self._based(asked, change), "/policy")

    def order(self, asked: Author, change: Change, *, shown_at: str = "/policy") -> Response:
        """Issue what names by itself what it changes; `shown_at`: where its author sees it."""
        return self._answered(
            lambda: self._issued(asked, change, asked.base, asked.in_force), shown_at
        )

    def set_mode(self, asked: Author, mode: HallMode) -> Response:
        """Issue a mode. From a stale page, or one that names no base, one may only restrict."""
        return self._answered(lambda: self._mode_issued(asked, mode), "/policy")

    def shut(self, *, by: str, why: str) -> Policy:
        """Close the hall at once (应急关闭), whatever is issued beside it."""
        return self._mode_issued(Author(by=by, why=why), HallMode.EMERGENCY)

    def _based(self, asked: Author, change: Change, *, at_once: bool = False) -> Policy:
        """Issue a change of what a page showed. Raises Outdated also for one that names no base."""
        _valid_from(asked, self._zone)  # a slip is told before a stale page: reloading mends none
        if asked.base is None:
            newest = self._book.newest().version
            raise Outdated(f"expected a change of version {newest}, got one of none")
        return self._issued(asked, change, asked.base, asked.in_force, at_once=at_once)

    def _mode_issued(self, asked: Author, mode: HallMode) -> Policy:
        """Issue a mode; one that restricts at once does so whatever is issued beside it."""
        _valid_from(asked, self._zone)  # a slip is told before a stale page: reloading mends none

        def change(_old: Policy) -> dict[str, Any]:
            return {"hall_mode": mode.value}

        while True:
            newest = self._book.newest().version  # first: what comes after it is another's version
            restricts = not asked.valid_from and self._restricts(mode)
            if not restricts:
                return self._based(asked, change, at_once=not asked.valid_from)
            try:
                return self._issued(asked, change, newest, at_once=True)
            except Outdated:
                continue

    def _restricts(self, mode: HallMode) -> bool:
        """Whether a mode at once lets nobody in who stays out now, or by a plan that it ends."""
        now = self._book.in_force().hall_mode
        if mode is HallMode.EMERGENCY or now.admits_more_than(mode):
            return True
        return mode is now and not self._book.waiting()

    def _issued(
        self,
        asked: Author,
        change: Change,
        base: int | None,
        in_force: int | None = None,
        *,
        at_once: bool = False,
    ) -> Policy:
        return self._book.issue(
            change,
            by=asked.by,
            why=asked.why,
            base=base,
            in_force=in_force,
            valid_from=_valid_from(asked, self._zone),
            at_once=at_once,
        )

    def _answered(self, issue: Callable[[], Policy], shown_at: str) -> Response:
        try:
            policy = issue()
        except NoMoment as exc:
            return no_moment(exc)
        except PolicyFault as exc:
            return unsound(exc)
        except Outdated as exc:
            return refused(409, exc, code="outdated")
        except PlanUndone as exc:
            return refused(409, exc, code="plan_undone")
        except (ValueError, IndexError):
            return no_values()
        return version_at(policy.version, shown_at)


class NoMoment(GateError):  # noqa: N818 it is an answer
    """What was typed for the time from which a version holds is none."""


def _valid_from(asked: Author, zone: ZoneInfo) -> datetime | None:
    """Return the time from which a version is to hold, None for at once. Raises NoMoment."""
    try:
        return local_time(asked.valid_from, zone)
    except ValueError:
        expected = "valid_from: expected a local time such as 2026-12-01T08:30, or nothing"
        raise NoMoment(f"{expected}, got another form") from None


def no_moment(exc: NoMoment) -> JSONResponse:
    """Refuse a time; the code is its field's name, where a page tells it in the reader's words."""
    return refused(422, exc, code="valid_from")


def faulty(expected: str, code: str, **details: list[Any]) -> JSONResponse:
    """Return a refusal that names each fault."""
    (count,) = (len(faults) for faults in details.values())
    body = {"code": code, "expected": expected, "got": f"{count} faults", **details}
    return JSONResponse({"error": body}, status_code=422)


def unsound(exc: PolicyFault) -> JSONResponse:
    """Refuse a policy, with a line for each fault."""
    return faulty("a policy without faults", "refused", faults=exc.faults)


def no_values() -> JSONResponse:
    """Refuse values that the form does not offer."""
    return refusal(422, code="invalid", expected="values as the form asks", got="others")


def no_key() -> JSONResponse:
    """Refuse a number where there is no key to hash it with."""
    expected = "keys.site_key_file in the collector's configuration"
    return refusal(409, code="no_key", expected=expected, got="none: numbers cannot be hashed")
