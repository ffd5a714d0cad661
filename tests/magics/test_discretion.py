"""``--columns-only`` and ``--anonymise``: values that are to stay here are in no request."""

from __future__ import annotations

import re

import pytest

from nbreason.errors import Refused, UsageError
from nbreason.rehearsal import Rehearsal
from tests.conftest import Shell, sent

pytest.importorskip("pandas")

SALES = """
import pandas as pd
sales = pd.DataFrame({
    'buyer': ['Ann Lee', 'Bob Roy', 'Ann Lee', None] * 60,
    'seller': ['Bob Roy', 'Cem Oz', 'Dee Fox', 'Ann Lee'] * 60,
    'grade': pd.Categorical(['low', 'high', 'low', 'high'] * 60, categories=['low', 'high', 'unheard'], ordered=True),
    'paid': [10.5, 20.0, 30.25, 40.0] * 60,
    'day': pd.date_range('2024-01-01', periods=240),
}, index=[f'receipt {n}' for n in range(240)])
"""
SECRETS = ("Ann Lee", "Bob Roy", "Cem Oz", "Dee Fox", "low", "high", "unheard", "receipt")


@pytest.fixture(autouse=True)
def sales(shell: Shell) -> None:
    """A table with names in columns, in categories and in its index."""
    shell.run(SALES)


LIBRARIES = {
    "pandas": "table = sales",
    "a series": "table = sales.buyer",
    "a small table": "table = sales.head(3)",
    "levels of an index": "table = sales.set_index(['seller', 'grade'], append=True)",
    "an index of categories": "table = sales.set_index('grade')",
    "columns of objects": "table = sales.astype({'buyer': object, 'seller': object})",
    "polars": "import polars; table = polars.from_dict({name: [*sales[name]] for name in ('seller', 'paid')})",
    "categories of polars": "import polars; table = polars.DataFrame({'grade': polars.Series(['low', 'high'] * 50,"
    " dtype=polars.Enum(['low', 'high', 'unheard'])), 'paid': [*range(100)]})",
}


@pytest.mark.parametrize("option", ["--columns-only", "--anonymise"])
@pytest.mark.parametrize("attached", ["%reason {option} --with table Why?", "%reason {option} Why {{{{table}}}}?"])
@pytest.mark.parametrize("make", LIBRARIES.values(), ids=LIBRARIES)
def test_no_value_of_text_leaves(shell: Shell, rehearsal: Rehearsal, make: str, attached: str, option: str) -> None:
    if "polars" in make:
        pytest.importorskip("polars")
    shell.run(make)
    shell.run(attached.format(option=option))
    text = sent(rehearsal)
    assert '<data name="table"' in text
    assert not [secret for secret in SECRETS if re.search(rf"\b{secret}\b", text)], text


def test_only_the_columns_go_with_their_types_and_the_ranges_of_numbers_and_dates(
    shell: Shell, rehearsal: Rehearsal
) -> None:
    shell.run("%reason --columns-only --with sales Why?")
    text = sent(rehearsal)
    assert "- seller: " in text
    assert "ordered category of 3; distinct 2" in text
    assert "min 10.5; quartiles" in text
    assert "first 2024-01-01; last 2024-08-27" in text
    assert "Rows are not attached." in text
    assert "×" not in text


@pytest.mark.parametrize(
    "make",
    [
        "import polars; table = polars.DataFrame({'name': ['Ann Lee'] * 99}).lazy()",
        "import pyarrow; table = pyarrow.table({'name': ['Ann Lee', 'Bob Roy'] * 99})",
        "table = sales.buyer.rename('name').to_frame().style",
    ],
    ids=["lazy", "pyarrow", "styled"],
)
def test_columns_only_takes_every_kind_of_table(shell: Shell, rehearsal: Rehearsal, make: str) -> None:
    for library in ("polars", "pyarrow"):
        if library in make:
            pytest.importorskip(library)
    shell.run(make)
    shell.run("%reason --columns-only --with table Why?")
    assert "- name: " in sent(rehearsal)
    assert "Ann Lee" not in sent(rehearsal)


def test_the_same_value_has_the_same_label_in_columns_statistics_rows_and_other_tables(
    shell: Shell, rehearsal: Rehearsal
) -> None:
    shell.run("people = pd.DataFrame({'age': [30, 40]}, index=pd.Index(['Ann Lee', 'Eva Kim'], name='person'))")
    before = shell.run("sales.copy()")
    shell.run("%reason --anonymise --with sales --with people Why?")
    text = sent(rehearsal)
    assert "missing 60; distinct 2: 'buyer 1' ×120, 'buyer 2' ×60" in text
    assert "index 1,buyer 1,buyer 2,grade 1,10.5,2024-01-01" in text, "numbers and dates stay"
    assert "buyer 1,30\nperson 1,40" in text
    assert shell.run("sales").equals(before)


def test_chosen_columns_are_replaced_whole_and_the_others_stay(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("%reason --anonymise=buyer,paid --with sales Why?")
    text = sent(rehearsal)
    assert "receipt 0,buyer 1,Bob Roy,low,paid 1,2024-01-01" in text
    assert "10.5" not in text


def test_ask_has_both_as_keywords(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("import nbreason; answer = nbreason.ask('Why?', sales, anonymise=['seller'])")
    assert "receipt 0,Ann Lee,seller 1," in sent(rehearsal)
    shell.run("answer = nbreason.ask('Why?', sales, anonymise=True, columns_only=True)")
    assert "distinct 4" in sent(rehearsal)
    assert "seller 1" not in sent(rehearsal)
    with pytest.raises(UsageError, match="anonymise must be"):
        shell.run("nbreason.ask('Why?', sales, anonymise=[])")


REFUSED = [
    ("--columns-only --with matrix", "--columns-only works on tables, and matrix is numpy.ndarray."),
    ("--columns-only --with named", "--columns-only works on tables, and named is dict."),
    ("--columns-only --with sales.groupby('buyer')", "is pandas."),
    ("--columns-only --with sales --with sales.buyer.iloc[0]", "sales.buyer.iloc[0] is str."),
    ("--columns-only --with sales --cells 1", "--columns-only works on tables, and --cells may show the same values:"),
    ("--columns-only --with sales --error", "--error may show the same values: drop one of them."),
    ("--columns-only", "--columns-only works on tables, and none is attached: add --with NAME."),
    ("--anonymise --with sales --figs", "--anonymise works on tables, and --figs may show the same values:"),
    ("--anonymise --with sales --fix", "--fix may show the same values"),
    ("--anonymise --with matrix", "--anonymise works on dataframes and series of pandas and polars, and matrix is"),
    ("--anonymise --with [sales]", "[sales] is list."),
    ("--anonymise=byer --with sales", "No attached table has a column 'byer'."),
    ("--anonymise=buyer --with sales --with sales[['paid']]", "sales[['paid']] has none of the columns to be anony"),
    ("--anonymise --with sales -- {{sales.buyer.iloc[0]}} or", "sales.buyer.iloc[0] is text."),
    ("--anonymise --with broken", "--anonymise works on dataframes and series of pandas and polars, and broken is"),
]


@pytest.mark.parametrize(("line", "reason"), REFUSED, ids=[line for line, _ in REFUSED])
def test_what_cannot_be_kept_back_is_refused_and_nothing_is_sent(
    shell: Shell, rehearsal: Rehearsal, line: str, reason: str
) -> None:
    shell.run("import numpy; matrix = numpy.eye(3); named = {'sales': sales.head(2)}")
    shell.run("class Broken:\n    def __hash__(self): raise OSError\nbroken = pd.DataFrame({'a': [Broken()]})")
    with pytest.raises(Refused) as refusal:
        shell.run(f"%reason {line} Why?")
    assert reason in str(refusal.value)
    assert str(refusal.value).endswith(" Nothing was sent.")
    assert "\n" not in str(refusal.value)
    assert rehearsal.posts == 0


def test_figures_may_go_with_columns_and_a_number_into_the_sentence(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("from IPython.display import Image, display\nfrom nbreason.capture.pixels import png")
    shell.run("display(Image(png(bytes([90]) * 4096, 64, 64, 1)))")
    shell.run("%reason --columns-only --figs --with sales Why has it {{len(sales)}} rows?")
    assert "Why has it 240 rows?" in sent(rehearsal)
    assert "[image]" in sent(rehearsal)
    shell.run("import nbreason\nfrom PIL.Image import new")
    shell.run("photo = new('RGB', (64, 64)); answer = nbreason.ask('Why?', photo, sales, columns_only=True)")
    assert "[image]" in sent(rehearsal)
    with pytest.raises(Refused, match="none is attached"):
        shell.run("nbreason.ask('Why?', photo, columns_only=True)")
