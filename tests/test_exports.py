"""The public names: whoever adds or removes one changes this test as well."""

from __future__ import annotations

import re

import pytest

import nbreason


def test_the_public_names_are_these() -> None:
    assert nbreason.__all__ == ["Answer", "NBReasonError", "__version__", "aask", "ask"]


@pytest.mark.parametrize("name", nbreason.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    value = getattr(nbreason, name)
    assert value is not None
    assert name == "__version__" or value.__doc__


def test_another_name_is_missing_as_in_any_module() -> None:
    with pytest.raises(AttributeError, match="module 'nbreason' has no attribute 'aks'"):
        nbreason.aks  # noqa: B018
    with pytest.raises(ImportError):
        from nbreason import aks  # type: ignore[attr-defined]  # noqa: F401


def test_the_version_is_a_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+(\w+\d+)?", nbreason.__version__)
