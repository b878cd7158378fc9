"""A bureau's configuration: which halls one process carries, and where the bureau keeps its own."""

from __future__ import annotations

import contextlib
import tomllib
from pathlib import Path

from pydantic import Field

from gate_agent.config.load import load_config
from gate_agent.config.model import Section, WebSection, ZoneName
from gate_collector.config import StoreSection, store_in

MOST_SITES = 32


class BureauSection(Section):
    """The bureau (局) over its halls: 区中心及分中心."""

    name: str = Field(min_length=1, max_length=60, description="the bureau, on pages and reports")
    unit: str = Field(min_length=1, max_length=60, description="who signs its day report 单位")
    timezone: ZoneName = Field("Asia/Shanghai", description="IANA name, for the bureau's own times")
    sites: tuple[Path, ...] = Field(
        min_length=1,
        max_length=MOST_SITES,
        description="a centre's configuration for each hall, as of one that runs alone",
    )


class BureauConfig(Section):
    """The whole file."""

    bureau: BureauSection
    store: StoreSection = Field(description="the bureau's own: its accounts and its reports")
    web: WebSection = Field(
        WebSection(port=8090),
        description="the one listener, for the bureau's name and for each hall's",
    )


def is_bureau(path: Path) -> bool:
    """Whether a file is a bureau's; one that nobody can read is told by who loads it."""
    with contextlib.suppress(OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return "bureau" in tomllib.loads(path.read_text(encoding="utf-8"))
    return False


def load_bureau(path: Path) -> BureauConfig:
    """Return the configuration in `path`, its paths taken from its folder.

    Raises ConfigurationError with every fault at once.
    """
    config, folder = load_config(path, BureauConfig), path.absolute().parent
    sites = tuple(folder / site for site in config.bureau.sites)
    bureau = config.bureau.model_copy(update={"sites": sites})
    store = store_in(folder, config.store)
    return config.model_copy(update={"bureau": bureau, "store": store})
