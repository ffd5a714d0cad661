"""Tables in documents that are made from the code: each stands between a mark that names it and an end.

<!-- NAME: made by MODULE -->
<!-- end -->
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path


def renewed(text: str, module: str, make: Callable[[str], str]) -> str:
    """A document with the tables that a module makes made anew.  make: from the name of a table to its lines"""
    return mark(module).sub(lambda found: found[1] + make(found[2]) + found[3], text)


def mark(module: str) -> re.Pattern[str]:
    """What finds the tables of a module: the mark, its name, and the end are groups."""
    return re.compile(rf"(<!-- (\w+): made by {re.escape(module)} -->\n).*?(<!-- end -->)", re.DOTALL)


def rewrite(names: Sequence[str], renew: Callable[[str], str]) -> None:
    """Write files anew."""
    for name in names:
        file = Path(name)
        file.write_text(renew(file.read_text(encoding="utf-8")), encoding="utf-8")
