"""Results of statsmodels, by their own summary; forecasts and decompositions as tables."""

from __future__ import annotations

import re
from typing import Any

from nbreason.capture.attempt import value_or_none
from nbreason.capture.blocks import text_block
from nbreason.capture.kinds import pandas_tables
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import defines, is_a
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import short_repr
from nbreason.core.parts import Part

SENT = (
    Sent(
        "objects",
        "results, summaries and tests of statsmodels",
        "their summary, without the time; of a forecast or a decomposition what is sent of a dataframe; of a fit that "
        "has no summary its parameters",
    ),
)

ORDER = 45  # before containers: some summaries are lists

# The time it was printed says nothing about the model, and would make every description a new one.
_TIME = re.compile(r"(?:Date|Time): +(?:\w{3}, \d\d,? \w{3},? \d{4}|\d{4}-\d\d-\d\d \d\d:\d\d|\d\d:\d\d:\d\d)")
_RULE = re.compile(r"^[=-]{20,}$")
_PRINTED = ("Summary", "SimpleTable")
_PARTS = ("observed", "trend", "seasonal", "resid")  # of a decomposition


def matches(value: object) -> bool:
    """What has a summary or is one, wrappers around results, which pass every name on to these, decompositions."""
    wrapped = is_a(value, "statsmodels", "ResultsWrapper", "DecomposeResult", *_PRINTED)
    return wrapped or (is_a(value, "statsmodels", type(value).__name__) and defines(value, "summary"))


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text: the summary as statsmodels prints it, with short rules."""
    if (frame := _frame(value)) is not None:
        return pandas_tables.describe(frame, name, limits)
    printed = str(value) if is_a(value, "statsmodels", *_PRINTED) else value_or_none(lambda: str(value.summary()))
    if printed is None:
        return text_block(value, name, "model", f"params: {short_repr(value.params, 1_000)}", limits)
    without = _TIME.sub(lambda found: " " * len(found.group()), printed)
    title, *lines = without.split("\n")
    if lines and lines[0].startswith("=="):  # else it is a header
        title = title.strip()
    said = [title.rstrip(), *(_RULE.sub("---", line.rstrip()) for line in lines)]
    return text_block(value, name, "model", "\n".join(said), limits)


def _frame(value: Any) -> Any:
    """The dataframe of a forecast or of a decomposition; None of others."""
    if is_a(value, "statsmodels", "DecomposeResult"):
        from pandas import DataFrame

        return DataFrame({part: getattr(value, part) for part in _PARTS})
    if is_a(value, "statsmodels", "PredictionResults", "PredictionResultsWrapper"):
        return value_or_none(value.summary_frame)
    return None
