"""Kinds of objects are found by a scan and by entry points, and import no library."""

from __future__ import annotations

import importlib
import importlib.util

import pytest

from nbreason.capture import describe
from nbreason.capture.limits import Limits
from nbreason.capture.registry import ask, kinds
from nbreason.core.parts import Text

from .texts import printed, text


def test_every_kind_says_no_to_what_it_does_not_know_without_raising():
    """The contract of a kind; `fallback` is the one that matches all."""
    stranger = type("Stranger", (), {})()
    taken = [kind.__name__.rpartition(".")[2] for kind in kinds() if kind.matches(stranger)]  # type: ignore[attr-defined]
    assert taken == ["fallback"]
    assert kinds()[-1].__name__ == "nbreason.capture.kinds.fallback"  # type: ignore[attr-defined]


DESCRIBE = (
    "from nbreason.capture import describe\n"
    "for value in (1, 'a', [1], {}, len, ValueError(), object(), b'x'): describe(value, 'x')"
)


@pytest.mark.parametrize("code", [DESCRIBE, "import nbreason.notebook.figures"], ids=["describing", "noting figures"])
def test_no_library_is_imported(code: str):
    heavy = "('numpy','pandas','matplotlib','PIL','polars','IPython','asyncio','sqlite3','httpx')"
    assert printed(f"import sys\n{code}\nprint([m for m in {heavy} if m in sys.modules])") == "[]"


PLUGIN = """
from nbreason.core.parts import Text
ORDER = 50
def matches(value):
    return type(value).__name__ == "Volcano"
def describe(value, name, limits):
    return [Text("a volcano", name)]
"""


@pytest.mark.parametrize("given", ["['words']", "'words'", "[Text('a'), None]", "5", "None"])
def test_a_plug_in_that_gives_something_else_than_parts_has_failed(given: str, tmp_path, monkeypatch):
    (tmp_path / "odd.py").write_text(PLUGIN.replace('[Text("a volcano", name)]', given))
    spec = importlib.util.spec_from_file_location("odd", tmp_path / "odd.py")
    odd = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(odd)
    volcano = type("Volcano", (), {})()
    assert odd.matches(volcano)
    assert ask(odd, volcano, "v", Limits()) == []


def test_a_kind_behind_an_entry_point_is_found_and_a_broken_one_does_no_harm(tmp_path, monkeypatch):
    (tmp_path / "volcanoes.py").write_text(PLUGIN)
    info = tmp_path / "volcanoes-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: volcanoes\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[nbreason.capture]\nvolcano = volcanoes\nbroken = no_such_module_anywhere\nodd = json:dumps\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    kinds.cache_clear()
    try:
        assert describe(type("Volcano", (), {})(), "v") == [Text("a volcano", "v")]
        assert 'kind="number"' in text(3)
    finally:
        kinds.cache_clear()
