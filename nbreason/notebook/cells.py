"""Cells of the notebook as text: their source with line numbers, and what they printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nbreason.capture.delimit import data_block
from nbreason.capture.fitting import within
from nbreason.capture.limits import USUAL, Limits
from nbreason.capture.safe import clip
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part, Text

SENT = (
    Sent(
        "code",
        "cells (`--cells`)",
        "number, source, and the text of their output (IPython 9 keeps it), at most 2,000 characters; never one that"
        " holds `# reason: skip`, and none that only asks",
    ),
)

SKIP = re.compile(r"^\s*#\s*reason:\s*skip\s*$", re.MULTILINE | re.IGNORECASE)
OURS = re.compile(r"\s*(%%reason|%reason|%nbreason)\b")
OUTPUT = 2_000
"""Characters of one cell's output that are sent, from its beginning and its end."""


class NoSuchCell(LookupError):
    """No cell answers to that selector; one line that says which there are."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


def select(shell: Any, selector: str, current: int, limits: Limits = USUAL) -> list[Part]:
    """The cells of a selector, one part each.

    selector: empty for the last cell, ``3`` for the last three, ``In[5]``, or ``In[4:7]`` as Python slices (4, 5, 6)
    current:  the number of the cell that is running, which is never taken
    Cells that hold ``# reason: skip`` and our own magics are left out of counts and slices.
    """
    sources: list[str] = list(shell.history_manager.input_hist_raw)[:current]
    numbers = [number for number, source in enumerate(sources) if number and offered(source)]
    chosen = _chosen(selector, numbers)
    if not chosen:
        there = f"there are In[{numbers[0]}] to In[{numbers[-1]}]" if numbers else "no other cell has run yet"
        raise NoSuchCell(f"No cell answers to --cells {selector}".rstrip() + f": {there}")
    return [part for number in chosen for part in _cell(shell, number, sources[number], limits)]


def _cell(shell: Any, number: int, source: str, limits: Limits) -> list[Part]:
    return within(limits, lambda fewer: [Text(block(shell, number, source, fewer), f"In[{number}]")])


def offered(source: str) -> bool:
    """Whether a cell may be sent."""
    return bool(source.strip()) and not SKIP.search(source) and not is_ours(source)


def is_ours(source: str) -> bool:
    """Whether a cell only asks: such cells are in the conversation already."""
    return OURS.match(source) is not None


def _chosen(selector: str, numbers: list[int]) -> list[int]:
    if not selector:
        return numbers[-1:]
    if selector.isdigit():
        return numbers[-int(selector) :] if int(selector) else []
    found = re.fullmatch(r"In\[(\d*)(:?)(\d*)\]", selector)
    if not found:
        return []
    first = int(found[1] or 0)
    last = int(found[3] or 10**9) if found[2] else first + 1
    return [number for number in numbers if first <= number < last]


def block(shell: Any, number: int, source: str, limits: Limits) -> str:
    """One cell as delimited data."""
    printed = output(shell, number)
    body = numbered(source) + (f"\nOutput:\n{clip(printed, OUTPUT)}" if printed else "")
    return data_block(body, name=f"In[{number}]", kind="cell", characters=limits.characters)


def numbered(source: str) -> str:
    """Source with line numbers, as tracebacks count them."""
    return "\n".join(f"{number:>3} {line}".rstrip() for number, line in enumerate(source.splitlines(), 1))


def output(shell: Any, number: int) -> str:
    """What a cell printed and its value, as far as IPython has kept it.

    Printed text is kept by IPython from version 9 on; before, only the value of the cell is known.
    """
    kept: Mapping[int, Any] = getattr(shell.history_manager, "outputs", None) or {}
    texts = [text for item in kept.get(number, []) for text in _texts(item)]
    if not any(texts) and number in shell.user_ns.get("Out", {}):
        texts = [_plain(shell, shell.user_ns["Out"][number])]
    return "\n".join(text.strip("\n") for text in texts if text.strip())


def _texts(item: Any) -> list[str]:
    bundle = getattr(item, "bundle", {})
    if getattr(item, "output_type", "") in ("out_stream", "err_stream"):
        stream = bundle.get("stream", "")
        return ["".join(stream) if isinstance(stream, list) else str(stream)]
    plain = bundle.get("text/plain", "")
    return ["".join(plain) if isinstance(plain, list) else str(plain)]


def _plain(shell: Any, value: object) -> str:
    try:
        return str(shell.display_formatter.formatters["text/plain"](value))
    except Exception:  # a repr of somebody else's object may raise anything
        return f"(a {type(value).__name__}, whose repr raises)"
