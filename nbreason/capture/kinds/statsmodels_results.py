"""Results of statsmodels, by their own summary."""

from __future__ import annotations

import re
from typing import Any

from nbreason.capture.blocks import text_block
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import defines, is_a
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part

SENT = (Sent("objects", "results of statsmodels", "their summary, without the time"),)

# The time it was printed says nothing about the model, and would make every description a new one.
_TIME = re.compile(r"^(?:Date|Time): +\S.*?(?=  )", re.MULTILINE)
_RULE = re.compile(r"^[=-]{20,}$")


def matches(value: object) -> bool:
    """Results and the wrappers around them, which pass every name on to the results inside."""
    wrapped = is_a(value, "statsmodels", "ResultsWrapper")
    return wrapped or (is_a(value, "statsmodels", "Results") and defines(value, "summary"))


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text: the summary as statsmodels prints it, with short rules."""
    summary = _TIME.sub(lambda found: " " * len(found.group()), str(value.summary()))
    lines = [_RULE.sub("---", line.rstrip()) for line in summary.split("\n")]
    return text_block(value, name, "model", "\n".join([lines[0].strip(), *lines[1:]]), limits)
