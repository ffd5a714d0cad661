"""The table of options: what `ask` takes by name, and that one row is all that an option needs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest

import nbreason
from nbreason.core.options import OPTIONS, AskOptions
from nbreason.errors import UsageError
from nbreason.magics.completion import LOOKUPS


class Loud:
    """An object that must not be turned into text to be refused."""

    def __str__(self) -> str:
        raise RuntimeError("asked")

    __repr__ = __str__


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("max_tokens", "x", "max_tokens must be a whole number above 0, not 'x'"),
        ("max_tokens", 0, "not 0"),
        ("max_tokens", True, "not True"),
        ("max_tokens", 2.5, "not 2.5"),
        ("timeout", -3, "timeout must be a number of seconds above 0, not -3"),
        ("timeout", "x", "not 'x'"),
        ("timeout", float("nan"), "not nan"),
        ("timeout", float("inf"), "not inf"),
        ("timeout", 10**400, "timeout must be a number of seconds above 0"),
        ("data", 5, "data must be a dict of names and objects, not 5"),
        ("data", [1, 2], "not something of type list"),
        ("data", {1: 2}, "data must be a dict of names and objects"),
        ("params", 5, "params must be a dict of names and JSON values, not 5"),
        ("params", {"seed": object()}, "a dict of names and JSON values"),
        ("params", {"seed": float("nan")}, "a dict of names and JSON values"),
        ("format", 5, "format must be text, not 5"),
        ("model", b"o3", "model must be text, not something of type bytes"),
        ("alone", "yes", "alone must be True or False, not 'yes'"),
        ("fresh", 1, "fresh must be True or False, not 1"),
        ("figs", 2.5, "figs must be True (the last one), 2, In[5], In[5].2, "),
        ("figs", "", "or a list of those, not ''"),
        ("figs", "1-3", "or a list of those, not '1-3'"),
        ("cells", "1-3", "cells must be True (the last one), 3, In[5], In[2:5], "),
        ("image", 5, "image must be paths of files or names of variables (pass a figure itself after"),
        ("modle", "o3", "ask() has no option 'modle'. Did you mean model?"),
        ("zzz", "o3", "ask() has no option 'zzz'. Available: model, "),
        ("dry_run", True, "ask() has no option 'dry_run'"),
    ],
)
def test_a_wrong_keyword_is_one_line_that_says_what_is_right(name: str, value: Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        AskOptions.of_keywords({name: value})
    assert message in str(caught.value)
    assert str(caught.value).endswith("Nothing was sent.")


@pytest.mark.parametrize(
    "name", ["figs", "cells", "image", "model", "max_tokens", "timeout", "data", "params", "alone"]
)
@pytest.mark.parametrize("value", [Loud(), [Loud()], 10**5000, b"x"], ids=["loud", "in a list", "long", "bytes"])
def test_a_wrong_value_is_refused_in_one_short_line_without_its_own_repr(name: str, value: Any) -> None:
    if name in ("max_tokens", "figs", "cells") and isinstance(value, int):
        value = -value
    with pytest.raises(UsageError) as caught:
        AskOptions.of_keywords({name: value})
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


def test_numbers_of_numpy_select_as_those_of_python_do() -> None:
    options = AskOptions.of_keywords({"figs": numpy.int64(2), "cells": [numpy.int32(3)]})
    assert options == AskOptions.of_keywords({"figs": 2, "cells": [3]})


def test_none_is_the_same_as_not_given() -> None:
    assert AskOptions.of_keywords(dict.fromkeys(["model", "figs", "data", "timeout"])) == AskOptions()


def test_suggestions_are_looked_up_where_completion_looks_them_up() -> None:
    missing = {option.suggest for option in OPTIONS.values() if isinstance(option.suggest, str)} - LOOKUPS.keys()
    assert not missing, f"add a function to LOOKUPS in nbreason/magics/completion.py for {missing}"


ROW = """\
    tone: Annotated[str | None, Option("--tone TONE", "how the answer sounds", suggest=("dry", "warm"))]
"""
LOOK = """
import inspect, json, sys
import nbreason
from nbreason.core.options import AskOptions
from nbreason.errors import UsageError
from nbreason.magics import completion, help
from nbreason.magics.parser import parse
from docs.tools.doc_tables import TABLES

def wrong():
    try:
        nbreason.ask("Why?", tone=5)
    except UsageError as error:
        return str(error)

options, text = parse("--tone dry Why?")
line = "  --tone TONE              how the answer sounds"
print(json.dumps({
    "parsed": [options.tone, text],
    "suggested": list(completion.option_words(None, ["--tone"], "", "")[1]),
    "flags": list(completion.option_words(None, [], "--to", "")[1]),
    "keyword": AskOptions.of_keywords({"tone": "warm"}).tone,
    "signature": str(inspect.signature(nbreason.aask).parameters["tone"]),
    "docstring": "tone: how the answer sounds.  Takes text." in nbreason.ask.__doc__,
    "wrong": wrong(),
    "help": line in help.reason_help().splitlines(),
    "page": line in TABLES["reason-help"]("").splitlines(),
}))
"""


@pytest.fixture
def with_one_more_row(tmp_path: Path) -> Path:
    """A copy of the package whose table has one more row."""
    root = Path(nbreason.__file__).parent
    shutil.copytree(root, tmp_path / "nbreason", ignore=shutil.ignore_patterns("__pycache__", "labextension"))
    shutil.copytree(root.parent / "docs" / "tools", tmp_path / "docs" / "tools")
    table = tmp_path / "nbreason" / "core" / "options.py"
    before, row, after = table.read_text(encoding="utf-8").partition("    timeout: Annotated[")
    table.write_text(before + ROW + row + after, encoding="utf-8")
    return tmp_path


def test_an_option_is_one_row(with_one_more_row: Path) -> None:
    """Everything that people see of an option comes from its row in ``nbreason/core/options.py``."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=with_one_more_row, env={"PYTHONPATH": ""}, capture_output=True, timeout=60
    )
    assert done.stderr.decode() == ""
    found = json.loads(done.stdout)
    assert "--tone" in found.pop("flags")
    assert found == {
        "parsed": ["dry", "Why?"],
        "suggested": ["dry", "warm"],
        "keyword": "warm",
        "signature": "tone: str | None = None",
        "docstring": True,
        "wrong": "ask(): tone must be text, not 5. Nothing was sent.",
        "help": True,
        "page": True,
    }


@pytest.mark.slow
def test_an_option_is_one_row_for_a_type_checker_too(with_one_more_row: Path) -> None:
    (with_one_more_row / "use.py").write_text(
        "import nbreason\nnbreason.ask('Why?', tone='dry')\nnbreason.ask('', tone=5)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--follow-imports=silent", "--python-version=3.11", "use.py"],
        cwd=with_one_more_row,
        capture_output=True,
        text=True,
        timeout=300,
    )
    errors = [line for line in done.stdout.splitlines() if line.startswith("use.py")]
    assert len(errors) == 1
    assert errors[0].startswith('use.py:3: error: Argument "tone" to "ask" has incompatible type "int"')
