"""The tables of docs/what-is-sent.md, made from what each module of this package says of its kind of object.

``python -m nbreason.capture.listing docs/what-is-sent.md`` writes them anew; a test fails when they have drifted.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Sequence
from types import ModuleType

import nbreason.capture.kinds
import nbreason.notebook
from nbreason import documents
from nbreason.capture.finding import order
from nbreason.capture.sent import Sent

MARK = documents.mark("nbreason.capture.listing")


def modules() -> list[ModuleType]:
    """The modules of this package that say what is sent, in the order in which they are asked about an object."""
    rooms = (nbreason.capture, nbreason.capture.kinds, nbreason.notebook)
    found = (info.name for room in rooms for info in pkgutil.iter_modules(room.__path__, f"{room.__name__}."))
    names = sorted(found, key=lambda name: name.rpartition(".")[2])
    loaded = [importlib.import_module(name) for name in names]
    return sorted((module for module in loaded if hasattr(module, "SENT")), key=order)


def rows() -> list[Sent]:
    """All that is said."""
    return [row for module in modules() for row in module.SENT]


def table(group: str) -> str:
    """The rows of one group as a Markdown table."""
    lines = ["| kind of object | what is sent |", "|---|---|"]
    lines += [f"| {row.objects} | {row.what} |" for row in rows() if row.group == group]
    return "\n".join(lines) + "\n"


def renewed(text: str) -> str:
    """A document with its tables made anew."""
    return documents.renewed(text, "nbreason.capture.listing", table)


def main(names: Sequence[str]) -> int:
    """Renew the tables of these files."""
    documents.rewrite(names, renewed)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
