"""Run all front ends that are installed, or those named, and say what was seen; exit code 1 if anything was amiss."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from nbreason.rehearsal import start
from tests.frontends import converters, pages, runners  # noqa: F401  they register what they hold
from tests.frontends.world import FRONT_ENDS, World


def main(names: list[str]) -> int:
    """0, or 1 if something was not as it should be."""
    amiss = False
    for found in FRONT_ENDS:
        if names and found.name not in names:
            continue
        if found.version is None:
            print(f"--  {found.name}: not installed")
            continue
        with tempfile.TemporaryDirectory() as folder, start() as rehearsal:
            try:
                seen = list(found.look(World(Path(folder), rehearsal)))
            except Exception as error:
                seen = [(f"{type(error).__name__}: {error}", False)]
        for words, right in seen:
            print(f"{'ok' if right else 'NO'}  {found.name} {found.version}: {words}", flush=True)
            amiss = amiss or not right
    return int(amiss)


sys.exit(main(sys.argv[1:]))
