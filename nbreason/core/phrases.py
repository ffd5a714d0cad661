"""Phrases that many messages use."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def counted(number: int, one: str, many: str = "") -> str:
    """``1 turn``, ``1,204 turns``; many: a plural that does not end in -s"""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def day_in_words(day: date) -> str:
    """``21 Nov``, or ``21 Nov 2025`` for another year than this."""
    return f"{day.day} {MONTHS[day.month - 1]}" + (f" {day.year}" if day.year != date.today().year else "")


def did_you_mean(name: str, names: Collection[str], cutoff: float = 0.6, otherwise: str = "") -> str:
    """``Did you mean high?`` for a name that is close to one of these; else `otherwise`, or a list of them.

    cutoff: how close, 0 to 1
    """
    from difflib import get_close_matches

    close = get_close_matches(name, names, 1, cutoff)
    return f"Did you mean {close[0]}?" if close else otherwise or f"Available: {', '.join(names)}."


def without_password(url: str) -> str:
    """An address without user name and password, also a malformed one."""
    return re.sub(r"[^/\s]*@", "", url)
