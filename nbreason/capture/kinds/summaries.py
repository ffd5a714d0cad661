"""Fitted models that can sum themselves up: statsmodels' results."""

from __future__ import annotations

import re
from typing import Any

from nbreason.capture.delimit import data_block
from nbreason.capture.limits import Limits
from nbreason.capture.recognise import defines, is_a
from nbreason.capture.safe import type_name
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part, Text

SENT = (Sent("objects", "results of statsmodels", "their summary, without the time"),)

# When the summary was printed says nothing about the model, and would make every description a new one.
_WHEN = re.compile(r"^(?:Date|Time): +\S.*?(?=  )", re.MULTILINE)


def matches(value: object) -> bool:
    """Results and the wrappers around them, which pass every name on to the results inside."""
    wrapped = is_a(value, "statsmodels", "ResultsWrapper")
    return wrapped or (is_a(value, "statsmodels", "Results") and defines(value, "summary"))


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text: the summary as statsmodels prints it."""
    body = _WHEN.sub(lambda found: " " * len(found.group()), str(value.summary()))
    characters = limits.characters
    return [Text(data_block(body, name=name, kind="model", type=type_name(value), characters=characters), name)]
