"""Cells of the notebook as text: their source with line numbers, and what they printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nbreason.capture.errors import with_line_numbers, without_paths
from nbreason.capture.limits import DEFAULT, Limits, fit_tokens
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import without_addresses
from nbreason.core.characters import cut_middle
from nbreason.core.data_block import data_block
from nbreason.core.parts import Part, Text

SENT = (
    Sent(
        "code",
        "cells (`--cells`)",
        "number, source, and the text of their output (IPython 9 keeps it), at most 2,000 characters, without the"
        " paths in warnings and without addresses of memory; never one with `# reason: skip`, and none that only asks",
    ),
)

_SKIP = re.compile(r"^\s*#\s*reason:\s*skip\s*$", re.MULTILINE | re.IGNORECASE)
_ASKS = re.compile(r"\s*(%%reason|%reason|%nbreason)\b")
_SELECTOR = re.compile(r"In\[(\d*)(:?)(\d*)\]")
_OUTPUT = 2_000  # characters of one cell's output that are sent, from its beginning and its end


class NoSuchCell(LookupError):
    """No cell matches a selector.  The message is one line and says which cells exist."""


def select(shell: Any, selector: str, current: int, limits: Limits = DEFAULT) -> list[Part]:
    """The cells that a selector matches, one part each.

    selector: empty for the last cell, ``3`` for the last three, ``In[5]``, or ``In[4:7]`` as in Python (4, 5, 6)
    current:  the number of the running cell, which is never included
    Cells with ``# reason: skip`` and those that only ask are left out of counts and slices.
    Raises NoSuchCell.
    """
    sources: list[str] = list(shell.history_manager.input_hist_raw)[:current]
    numbers = [number for number, source in enumerate(sources) if number and _may_be_sent(source)]
    chosen = _choose(selector, numbers)
    if not chosen:
        existing = (
            f"cells In[{numbers[0]}] to In[{numbers[-1]}] can be attached" if numbers else "no other cell has run"
        )
        raise NoSuchCell(f"No cell matches --cells {selector}".rstrip() + f": {existing}")
    return [part for number in chosen for part in _describe(shell, number, sources[number], limits)]


def _may_be_sent(source: str) -> bool:
    """Whether a cell may be sent; those that only ask are in the conversation already."""
    return bool(source.strip()) and not _SKIP.search(source) and not _ASKS.match(source)


def _choose(selector: str, numbers: list[int]) -> list[int]:
    if not selector:
        return numbers[-1:]
    if selector.isdigit():
        return numbers[-int(selector) :] if int(selector) else []
    found = _SELECTOR.fullmatch(selector)
    if not found:
        return []
    first = int(found[1] or 0)
    last = int(found[3] or 10**9) if found[2] else first + 1
    return [number for number in numbers if first <= number < last]


def _describe(shell: Any, number: int, source: str, limits: Limits) -> list[Part]:
    """One cell as delimited data."""
    name, printed = f"In[{number}]", _output(shell, number)
    body = with_line_numbers(source) + (f"\nOutput:\n{cut_middle(printed, _OUTPUT)}" if printed else "")

    def make(fewer: Limits) -> list[Part]:
        return [Text(data_block(body, name=name, kind="cell", characters=fewer.characters), name)]

    return fit_tokens(limits, make)


def _output(shell: Any, number: int) -> str:
    """What a cell printed and its value, as far as IPython has kept it.

    Printed text is kept by IPython from version 9 on; before, only the value of the cell is known.
    """
    kept: Mapping[int, Any] = getattr(shell.history_manager, "outputs", None) or {}
    texts = [_text(item) for item in kept.get(number, [])]
    if not any(texts) and number in shell.user_ns.get("Out", {}):
        texts = [_formatted(shell, shell.user_ns["Out"][number])]
    return "\n".join(text.strip("\n") for text in texts if text.strip())


def _text(item: Any) -> str:
    """The text of one output."""
    printed = getattr(item, "output_type", "") in ("out_stream", "err_stream")
    text = getattr(item, "bundle", {}).get("stream" if printed else "text/plain", "")
    text = "".join(text) if isinstance(text, list) else str(text)
    return without_paths(text) if printed else without_addresses(text)


def _formatted(shell: Any, value: object) -> str:
    try:
        return without_addresses(str(shell.display_formatter.formatters["text/plain"](value)))
    except Exception:  # a repr of somebody else's object may raise anything
        return f"(a {type(value).__name__}, whose repr raises)"
