"""Debian's nginx before a program, with nothing set but the way to it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Self

from children import Child, free_port, listens, wait_until

_CONFIG = """\
daemon off;
master_process off;
pid nginx.pid;
error_log stderr warn;
events {{ }}
http {{
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy;
  fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      {way}
    }}
  }}
}}
"""


class Nginx:
    """One address whose answers come from elsewhere; use as a context."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        assert program, "expected nginx to be installed: make test does"
        where = ("-e", "stderr", "-p", folder, "-c", folder / "nginx.conf")
        self._child = Child(folder / "nginx.log", program, *where)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def passes_to(self, port: int, *, within_s: int = 60) -> None:
        """Begin anew as the proxy of a port; what does not answer in time is a 504."""
        host = "proxy_set_header Host $http_host;"
        self._begin(f"proxy_pass http://127.0.0.1:{port}; {host} proxy_read_timeout {within_s}s;")

    def serves(self, server: str) -> None:
        """Begin anew with whole server blocks, as a site has them."""
        self._begin("", server)

    def answers(self, status: int) -> None:
        """Begin anew with this answer to everything."""
        self._begin(f"return {status};")

    def _begin(self, way: str, server: str = "") -> None:
        self._stop()
        config = _CONFIG.format(port=self.port, way=way)
        if server:
            config = config[: config.index("  server {")] + server + "}\n"
        (self._folder / "nginx.conf").write_text(config, encoding="ascii")
        self._child.start()
        wait_until(lambda: listens(self.port), "nginx")

    def _stop(self) -> None:
        if self._child.runs:
            self._child.stop()
