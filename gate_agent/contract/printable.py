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
# Letters by their kind that are drawn as nothing, beside every blank and every format character.
_DRAWN_AS_NOTHING = "\u115f\u1160\u2800\u3164\uffa0"
_NOTHING_KINDS = ("Zs", "Zl", "Zp", "Cc", "Cf")
# What a spreadsheet may take for a formula at a cell's begin, in either width.
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def in_one_form(text: str) -> str:
    """Return a text in the composed form, its lines ended by line feeds; nothing for blanks alone.

    Raises ValueError for what cannot be printed.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = text.replace("\r\n", "\n")
    if _UNPRINTABLE.search(text):
        raise ValueError("expected text that can be printed, got other characters in it")
    return "" if is_blank(text) else text


def is_blank(text: str) -> bool:
    """Whether nobody who reads a text sees anything: blanks of any width, or nothing at all."""
    return all(one in _DRAWN_AS_NOTHING or unicodedata.category(one) in _NOTHING_KINDS
               for one in text)  # fmt: skip


def as_cell(text: str) -> str:
    """Return any text, also one that came before there was a rule, as a spreadsheet's cell."""
    text = _UNPRINTABLE.sub("�", text)
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text
