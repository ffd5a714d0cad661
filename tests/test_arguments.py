"""What `ask()` is given is looked at without running it, however odd it is."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from nbreason.arguments import checked
from nbreason.errors import UsageError


class Loud:
    """An object that must not be turned into text to be refused."""

    def __str__(self) -> str:
        raise RuntimeError("asked")

    __repr__ = __str__


@pytest.mark.parametrize(
    "name", ["figs", "cells", "image", "model", "max_tokens", "timeout", "data", "params", "alone"]
)
@pytest.mark.parametrize("value", [Loud(), [Loud()], 10**5000, b"x"], ids=["loud", "in a list", "long", "bytes"])
def test_what_cannot_be_taken_is_refused_in_one_line_without_being_shown(name: str, value: Any) -> None:
    if name in ("max_tokens", "figs", "cells") and isinstance(value, int):
        value = -value
    with pytest.raises(UsageError) as caught:
        checked("why?", {name: value})
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


def test_numbers_of_numpy_select_as_those_of_python_do() -> None:
    _, given = checked("why?", {"figs": numpy.int64(2), "cells": [numpy.int32(3)]})
    assert given == checked("why?", {"figs": 2, "cells": [3]})[1]
