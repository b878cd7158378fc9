"""Fetches a large policy, part by part, so that an emergency never waits behind more than one."""

from __future__ import annotations

import logging
from collections.abc import Callable

from gate_agent.contract.messages import Topics
from gate_agent.contract.moment import NS_PER_S
from gate_agent.contract.policy_parts import Assembly, Rest
from gate_agent.errors import ContractError
from gate_agent.uplink.mqtt import MqttLink

_AGAIN_S = 10.0  # a part that does not come is asked for again
_LOG = logging.getLogger(__name__)


class PolicyParts:
    """What of the centre's policy comes apart; its retained parts are asked for one by one."""

    def __init__(
        self,
        topics: Topics,
        on_policy: Callable[[bytes], Rest | None],
        now_ns: Callable[[], int],
    ) -> None:
        """`on_policy` takes what comes first, or a whole one; it says what must be fetched."""
        self._topics = topics
        self._on_policy = on_policy
        self._now_ns = now_ns
        self._link: MqttLink | None = None
        self._parts: Assembly | None = None
        self._asked = ""  # the topic that is heard for the next part
        self._asked_ns = 0

    def begin(self, link: MqttLink) -> None:
        """Go on over a new connection, which hears no part yet."""
        self._link, self._asked = link, ""
        self._ask()

    def hear(self, topic: str, payload: bytes) -> bool:
        """Take what the centre says of a policy; tell whether it did on this topic."""
        if topic == self._topics.policy_urgent:
            self._expect(self._on_policy(payload))
        elif topic == self._topics.policy:
            self._on_policy(payload)
        elif topic == self._asked:
            if self._parts is not None and self._parts.take(payload):
                self._ask()
        else:
            return False
        return True

    def look(self) -> None:
        """Ask again for what did not come, or not as it should: a broker may forget."""
        if self._parts and self._now_ns() - self._asked_ns > _AGAIN_S * NS_PER_S:
            self._ask()

    def _expect(self, rest: Rest | None) -> None:
        if rest is None or self._parts is None or self._parts.rest != rest:
            self._leave()
            self._parts = None if rest is None else Assembly(rest)
            self._ask()

    def _ask(self) -> None:
        """Hear the next part, or hand the whole on."""
        self._leave()
        if self._parts is None or self._link is None:
            return
        if (number := self._parts.wanted) is None:
            self._hand_on(self._parts)
            return
        self._asked, self._asked_ns = self._topics.policy_part(number), self._now_ns()
        self._link.hear(self._asked)

    def _hand_on(self, parts: Assembly) -> None:
        try:
            document = parts.whole()
        except ContractError as exc:
            _LOG.warning("a policy is fetched again: %s", exc)
            self._parts = Assembly(parts.rest)  # after a while
        else:
            self._parts = None
            self._on_policy(document)

    def _leave(self) -> None:
        if self._asked and self._link is not None:
            self._link.leave(self._asked)
        self._asked = ""
