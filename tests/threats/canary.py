"""Keys that must not come to light, and where they would be found."""

from __future__ import annotations

import base64
import re
from pathlib import Path

CANARY = "sk-canary-0123456789abcdefghij"
ODD_CANARY = "qwertz.unshaped.key.4711"
"""A key without a known shape: found by its value."""
COLOURS = re.compile(rb"\x1b\[[0-9;]*m|\\u001b\[[0-9;]*m")


def needles(canary: str) -> list[bytes]:
    """The canary and its first half (a repr may be cut short), and what base64 makes of it, wherever it begins."""
    coded = [base64.b64encode(b"." * before + canary.encode())[4:-4] for before in range(3)]
    return [canary[: len(canary) // 2].encode(), *coded]


def holding(folder: Path, canary: str = CANARY) -> list[str]:
    """The files below a folder that hold the canary, in plain, coloured or in base64."""
    sought = needles(canary)
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(needle in COLOURS.sub(b"", path.read_bytes()) for needle in sought)
    ]
