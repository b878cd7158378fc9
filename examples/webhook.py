"""Takes the centre's alerts as a webhook, with Python alone: webhook.py PORT.

In channels.toml: urls = ["json://127.0.0.1:PORT/"]. An alert is {"title", "message", "type"};
it names nobody, and its link opens the case for who may see it.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

MOST_BYTES = 64 * 1024


class Receiver(BaseHTTPRequestHandler):
    """Prints each alert."""

    def do_POST(self) -> None:  # noqa: D102 as http.server names it
        length = int(self.headers.get("Content-Length", 0))
        if not 0 < length <= MOST_BYTES:
            self.send_error(413)
            return
        alert = json.loads(self.rfile.read(length))
        print(alert["type"], alert["title"], "|", alert["message"].replace("\n", " "), flush=True)
        self.send_response(204)  # any 2xx: the centre has told it
        self.end_headers()

    def log_message(self, *_: object) -> None:  # noqa: D102 as above
        return


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
