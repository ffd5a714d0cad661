"""The rehearsal server shares nothing with the client, so that one mistake cannot hide another."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import nbreason.rehearsal

FILES = sorted(Path(nbreason.rehearsal.__file__).parent.glob("*.py"))


def test_only_the_standard_library_and_its_own_rooms_are_imported() -> None:
    outside = set()
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                outside |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level <= 1, f"{file.name} reaches out of its folder"
                outside |= {(node.module or "").split(".")[0]} if node.level == 0 else set()
    assert len(FILES) > 10
    assert outside <= set(sys.stdlib_module_names)


def test_the_public_names_are_these() -> None:
    assert nbreason.rehearsal.__all__ == ["DIRECTIVES", "Rehearsal", "run", "start"]
