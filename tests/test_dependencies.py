"""Each dependency has a lower bound, which ``.ci/lowest`` tries, and its reason in docs/dependencies.md."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from renew import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NAMED = [*PROJECT["dependencies"], *(one for extra in PROJECT["optional-dependencies"].values() for one in extra)]
REASONS = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()


@pytest.mark.parametrize("line", [line for line in NAMED if not line.startswith("nbreason[")])
def test_a_dependency_has_a_lower_bound_and_a_reason(line: str) -> None:
    needed = Requirement(line)
    assert any(bound.operator == ">=" for bound in needed.specifier), f"pyproject.toml: {line} needs a lower bound, >="
    name = needed.name.removesuffix("-framework").removesuffix("-python").lower()
    assert re.search(rf"\b{re.escape(name)}\b", REASONS), f"docs/dependencies.md: say what {needed.name} is for"
