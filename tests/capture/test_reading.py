"""The measure of the facts reads a number where it is named, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bench.facts import Fact
from tests.bench.reading import Reading

GRID = """<data name="t" shape="178 x 2">
Columns (all float64; nothing is missing):
name,mean,max
alcohol,13.001,14.83
ash,2.367,3.23
- target: int64; missing 4; distinct 2: 0 ×59, 1 ×1,071; mean 0.938; quartiles 2.5, 3.25, 4
Rows (first 1, last 1 of 178):
,alcohol,ash,target
7,14.23,2.43,0
177,13.4,2.28,1
</data>"""
PRINTED = """          alcohol   ash
count  178.000000  12.0
mean    13.000618   2.4

            coef    std err      P>|t|
const    -1.8740      0.160      0.012"""


@pytest.mark.parametrize(
    ("text", "value", "named", "told"),
    [
        (GRID, 13.0006, ("alcohol", "mean"), True),
        (GRID, 13.0006, ("ash", "mean"), False),
        (GRID, 13.0006, ("alcohol", "max"), False),
        (GRID, 13.0017, ("alcohol", "mean"), False),
        (GRID, (178, 2), ("shape",), True),
        (GRID, 4, ("target", "missing"), True),
        (GRID, 4, ("target", "distinct"), False),
        (GRID, 1071, ("target", "distinct", "1"), True),
        (GRID, 59, ("target", "distinct", "1"), False),
        (GRID, 3.25, ("target", "50% or median"), True),
        (GRID, 2.5, ("target", "50% or median"), False),
        (GRID, 2.43, ("ash", "7"), True),
        (GRID, 2.43, ("ash", "177"), False),
        (GRID, "int64", ("target",), True),
        (PRINTED, 13.000617977, ("alcohol", "mean"), True),
        (PRINTED, 13.000617977, ("ash", "mean"), False),
        (PRINTED, 2.3665, ("ash", "mean"), False),
        (PRINTED, -1.874, ("coef", "const"), True),
        (PRINTED, 0.012, ("P>|t|", "const"), True),
        (PRINTED, 0.012, ("std err", "const"), False),
        ("dtype int32; min 0; distinct 2: 0 ×69, 1 ×47", 69, ("distinct", "0"), True),
        ("dtype int32; min 0; distinct 2: 0 ×69, 1 ×47", 47, ("distinct", "0"), False),
        ("Columns (nothing missing unless said):\n- a: int64; distinct 7", 7, ("a", "missing"), False),
        ("x: array([0.25, 1.5, 3]), y: [1.5, 9]", (0.25, 1.5, 3), ("x",), True),
        ("x: array([0.25, 1.5, 3]), y: [1.5, 9]", (0.25, 1.5, 3), ("y",), False),
        ('{"a": {"0": 1.5}, "b": {"0": 2.5}}', 2.5, ("b", "0"), True),
        ('{"a": {"0": 1.5}, "b": {"0": 2.5}}', 2.5, ("a",), False),
    ],
)
def test_a_number_is_read_where_its_names_are(text: str, value: Any, named: tuple[str, ...], told: bool) -> None:
    assert told == Reading(text).tells(Fact("?", value, named))


def test_who_sees_all_values_of_a_column_knows_its_extremes() -> None:
    fact = Fact("the largest", 14.23, ("alcohol", "highest"), (), ("alcohol", lambda cells: max(map(float, cells))))
    assert Reading(GRID.replace("first 1, last 1 of 178", "all 2").replace("alcohol,13", "other,13")).tells(fact)
    assert not Reading("Rows (all 1):\nash\n14.23").tells(fact)
