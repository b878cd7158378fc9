"""An ID-card reader whose traffic nobody knows how to redact."""

from __future__ import annotations

from dataclasses import replace

from gate_drivers.card_readers.sam_uart import MODEL

READER = replace(MODEL, name="bare", redact=None)
