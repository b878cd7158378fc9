"""Real tabs of one window: one is shown, the others are hidden, as at a desk.

Playwright holds every page of its own shown; these it does not know.
"""

from __future__ import annotations

import json
from typing import Any, Self

from playwright.sync_api import Browser

from children import wait_until


class Tabs:
    """A window of Chromium with a profile of its own; use as a context."""

    def __init__(self, browser: Browser) -> None:
        self._session = browser.new_browser_cdp_session()
        self._session.on("Target.receivedMessageFromTarget", self._heard)
        self._context = self._session.send("Target.createBrowserContext")["browserContextId"]
        self._answers: dict[int, Any] = {}
        self._asked = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.send("Target.disposeBrowserContext", {"browserContextId": self._context})
        self._session.detach()

    def open(self, url: str = "about:blank") -> Tab:
        """Open one more, which is the one that is shown."""
        return Tab(self, url)

    def send(self, method: str, **parameters: object) -> dict[str, Any]:
        """Ask the browser; what its tabs answered meanwhile is heard."""
        told: dict[str, Any] = self._session.send(method, parameters)
        return told

    def evaluate(self, session: str, expression: str) -> Any:
        """Return what an expression is in a tab; None while the tab loads another page."""
        self._asked += 1
        number = self._asked
        asked = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        message = {"id": number, "method": "Runtime.evaluate", "params": asked}
        self.send("Target.sendMessageToTarget", sessionId=session, message=json.dumps(message))
        wait_until(
            lambda: self.send("Browser.getVersion") and number in self._answers, "a tab's answer"
        )
        told = self._answers.pop(number).get("result", {})
        return told.get("result", {}).get("value")

    @property
    def context(self) -> str:
        """Which profile."""
        return str(self._context)

    def _heard(self, event: dict[str, Any]) -> None:
        message = json.loads(event["message"])
        if "id" in message:
            self._answers[message["id"]] = message


class Tab:
    """One of them."""

    def __init__(self, tabs: Tabs, url: str) -> None:
        self._tabs = tabs
        self._target = tabs.send("Target.createTarget", url=url, browserContextId=tabs.context)[
            "targetId"
        ]
        attached = tabs.send("Target.attachToTarget", targetId=self._target, flatten=False)
        self._session = str(attached["sessionId"])

    def show(self) -> None:
        """Let this one be shown, and the one before hidden."""
        self._tabs.send("Target.activateTarget", targetId=self._target)

    def close(self) -> None:
        """Close it."""
        self._tabs.send("Target.closeTarget", targetId=self._target)

    def evaluate(self, expression: str) -> Any:
        """Return what an expression is here."""
        return self._tabs.evaluate(self._session, expression)

    def until(self, expression: str, within_s: float = 60) -> None:
        """Wait until an expression is true here."""
        wait_until(lambda: self.evaluate(expression), expression, within_s)
