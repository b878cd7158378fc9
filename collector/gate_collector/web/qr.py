"""Draws a code that a telephone or a scanner reads (二维码), inside a page."""

from __future__ import annotations

import segno
from markupsafe import Markup


def drawn(text: str) -> Markup:
    """Return `text` as a QR code, an SVG that is as large as its page wants."""
    drawing = segno.make(text, error="m", micro=False)
    return Markup(drawing.svg_inline(border=2, omitsize=True))  # noqa: S704 squares, no text
