"""The text that describes an object, for tests."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from nbreason.capture import Limits, describe
from nbreason.core.parts import Text

from .conftest import ROOT


def text(value: Any, name: str = "x", limits: Limits | None = None) -> str:
    """The text of the only part that describes an object."""
    (part,) = describe(value, name, limits) if limits else describe(value, name)
    assert isinstance(part, Text), part
    assert part.source == name
    return part.text


def body(value: Any) -> str:
    """The same without the marks around it."""
    return text(value).split("\n", 1)[1].removesuffix("\n</data>")


def printed(code: str, **environment: str) -> str:
    """What code prints in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()
