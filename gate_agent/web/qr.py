"""QR codes that a door shows (二维码)."""

from __future__ import annotations

import io

from fastapi import Response

_BORDER = 3  # quiet modules around a code; the page is white around it


def qr_code(text: str) -> Response:
    """Return the code of a text as a drawing."""
    import segno  # noqa: PLC0415 nobody waits for it at the start

    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", border=_BORDER, xmldecl=False)
    return Response(out.getvalue(), media_type="image/svg+xml")
