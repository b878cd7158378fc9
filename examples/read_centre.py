"""Reads the centre with a client made from its own OpenAPI: read_centre.py URL KEY.

No generator is needed: an operation's name is made of method and path, so a client is a few lines.
A generated one has the same names (`openapi-python-client generate --url URL/api/v1/openapi.json`).
"""

import json
import sys
from collections.abc import Callable
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen


class Centre:
    """What may be read, each by the name of its operation."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._key = url.rstrip("/"), key
        paths = self._ask("/api/v1/openapi.json")["paths"]
        self._reads = {
            does["get"]["operationId"]: path for path, does in paths.items() if "get" in does
        }

    def __getattr__(self, name: str) -> Callable[..., dict]:
        path = self._reads[name]

        def read(*places: str, **query: object) -> dict:
            filled = path
            for place in places:
                head, _, rest = filled.partition("{")
                filled = head + quote(place, safe="") + rest.partition("}")[2]
            return self._ask(filled, query)

        return read

    def _ask(self, path: str, query: dict[str, object] | None = None) -> dict:
        whole = f"{self._url}{path}" + (f"?{urlencode(query)}" if query else "")
        asked = Request(whole, headers={"Authorization": f"Bearer {self._key}"})  # noqa: S310 the URL given
        with urlopen(asked, timeout=30) as answer:  # noqa: S310 as above
            return json.load(answer)


if __name__ == "__main__":
    centre = Centre(sys.argv[1], sys.argv[2])
    for stream in centre.get_events()["streams"]:
        events = centre.get_events_by_gate_by_epoch(stream["gate"], stream["epoch"], limit=1000)
        print(
            stream["gate"],
            stream["epoch"][:8],
            "up to",
            stream["upto"],
            ":",
            len(events["events"]),
            "events",
        )
    for hold in centre.get_holds(limit=10)["holds"]:
        print("hold", hold["gate"], hold["hold_id"], hold["state"])
