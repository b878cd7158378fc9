"""Which text may come in, and how any text goes into a spreadsheet. Pure."""

from __future__ import annotations

import re
import unicodedata

# Controls but tab and line feed; what turns the direction of writing, or cannot be seen; halves of
# a character (lone surrogates); what is no character. None can be printed, some is not even XML.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\uffff\ud800-\udfff]"
)
# What a spreadsheet may take for a formula at a cell's begin, in either width.
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def in_one_form(text: str) -> str:
    """Return a text in the composed form, its lines ended by line feeds.

    Raises ValueError for what cannot be printed.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = text.replace("\r\n", "\n")
    if _UNPRINTABLE.search(text):
        raise ValueError("expected text that can be printed, got other characters in it")
    return text


def as_cell(text: str) -> str:
    """Return any text, also one that came before there was a rule, as a spreadsheet's cell."""
    text = _UNPRINTABLE.sub("�", text)
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text
