"""Reads the data blocks that a notebook puts into the text of a message.

A block is ``<data name="…" kind="…" type="…" shape="…">``, lines, ``</data>``; only name and kind are sure.
"""

from __future__ import annotations

import csv
import html
import re
from dataclasses import dataclass

_OPEN = re.compile(r"^[ \t]*<data((?:\s+[\w-]+=\"[^\"]*\")+)\s*>", re.MULTILINE)
_CLOSE = re.compile(r"^[ \t]*</data>", re.MULTILINE)
_ATTRIBUTE = re.compile(r"([\w-]+)=\"([^\"]*)\"")
_ABOUT_PICTURES = re.compile(r"^\[(?:The|This|An) (?:picture|image) [^\n]*\]$", re.MULTILINE)
_COLUMN = re.compile(r"^- (.+?): ")


@dataclass(frozen=True)
class Data:
    """One attached thing: its attributes as sent, the names of its columns, and where it stood."""

    name: str
    kind: str
    type: str
    shape: str
    columns: tuple[str, ...]
    characters: int
    start: int
    end: int


def find(text: str) -> tuple[Data, ...]:
    """The data blocks of ``text`` in their order; ``start`` and ``end`` are offsets into it."""
    found: list[Data] = []
    at = 0
    while opening := _OPEN.search(text, at):
        attributes = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(opening.group(1))}
        if not attributes.get("name") or not attributes.get("kind"):
            at = opening.end()
            continue
        closing = _CLOSE.search(text, opening.end())
        if closing is None:
            break
        inside = text[opening.end() : closing.start()].strip("\n")
        found.append(
            Data(
                attributes["name"],
                attributes["kind"],
                attributes.get("type", ""),
                attributes.get("shape", ""),
                _columns(inside),
                len(inside),
                opening.start(),
                closing.end(),
            )
        )
        at = closing.end()
    return tuple(found)


def without(text: str) -> str:
    """``text`` without its data blocks and lines about pictures of before: what the person wrote."""
    text, rest, at = _ABOUT_PICTURES.sub("", text), [], 0
    for data in find(text):
        rest.append(text[at : data.start].rstrip())
        at = data.end
    rest.append(text[at:])
    return "\n".join(piece.strip("\n") for piece in rest if piece.strip()).strip()


def _columns(inside: str) -> tuple[str, ...]:
    """Names of columns, from lines like ``- city: str`` and from a grid that begins ``name,distinct,``."""
    names: list[str] = []
    listing, width = False, 0
    for line in inside.splitlines():
        cells = next(csv.reader([line[:10_000]]), []) if listing else []
        if line.startswith("Columns"):
            listing = True
        elif listing and line.startswith("name,") and not names:
            width = len(cells)
        elif listing and width and len(cells) == width and not line.startswith("- "):
            names.append(cells[0])
        elif listing and (column := _COLUMN.match(line)):
            names.append(column.group(1))
        elif listing and not line.startswith((" ", "-")):
            break
    return tuple(names)
