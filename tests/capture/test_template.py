"""``{{ expr }}`` is replaced; everything else with braces in it goes through as it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbreason.notebook.template import fill, inline


def filled(text: str) -> str:
    return fill(text, lambda expression: f"<{expression}>")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a {{df}} b", "a <df> b"),
        ("{{ df.corr() }}", "<df.corr()>"),
        ("{{df}}{{ x }}", "<df><x>"),
        ("{{ {'a': {'b': 1}}['a'] }}", "<{'a': {'b': 1}}['a']>"),
        ("{{ '}}' }}", "<'}}'>"),
        ('{{ f"{x}" }}', '<f"{x}">'),
        ("{{ await table() }}", "<await table()>"),
        ("{{Out[5]}}?", "<Out[5]>?"),
        ("{{ [i\nfor i in x] }}", "<[i\nfor i in x]>"),
    ],
)
def test_an_expression_is_replaced(text: str, expected: str) -> None:
    assert filled(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "{x}",
        'json: {"a": {"b": 1}}',
        "f'{x}'",
        r"\frac{a}{b} and \sqrt{2}",
        "$x^{{n}}$ and $$\\frac{{a}}{{b}}$$",
        r"\(x_{{1}}\) and \[y_{{2}}\]",
        "`{{df}}` and ``{{ a ` b }}``",
        "```\n{{ user.name }}\n```",
        "~~~jinja\n{% for x in y %}{{ x }}{% endfor %}\n~~~",
        "```\n{{ never closed }}",
        "{{}}",
        "{{ }}",
        "{{ no end",
        "no start }}",
        "",
    ],
)
def test_what_is_no_expression_stays_as_it_is(text: str) -> None:
    assert filled(text) == text


def test_an_escaped_pair_of_braces_is_a_pair_of_braces() -> None:
    assert filled(r"write \{{ df }} for a dataframe, here {{df}}") == "write {{ df }} for a dataframe, here <df>"


def test_a_slip_is_taken_for_an_expression_so_that_it_is_reported_and_not_sent() -> None:
    assert filled("the {{ df. }} here") == "the <df.> here"


def test_two_prices_do_not_make_a_formula_of_what_is_between() -> None:
    assert filled("from $5 to {{ x }} costs $6") == "from $5 to <x> costs $6"


@given(st.text(alphabet="{}\\`$~ab \n'\"()", max_size=60))
def test_any_text_is_taken_apart_without_an_exception_and_nothing_but_expressions_is_lost(text: str) -> None:
    kept: list[str] = []

    def keep(expression: str) -> str:
        kept.append(expression)
        return "\0"

    rest = fill(text, keep)
    assert rest.count("\0") == len(kept)
    if not kept and r"\{{" not in text:
        assert rest == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, "3"),
        (np.float64(0.9), "0.9"),
        (np.int64(7), "7"),
        (2.5, "2.5"),
        (True, "True"),
        (None, "None"),
        ("short", "short"),
        ("a\nb", None),
        ("x" * 201, None),
        ([], None),
    ],
)
def test_numbers_and_short_strings_stand_within_the_sentence(value: object, expected: str | None) -> None:
    assert inline(value) == expected
