"""What is sent of errors and of what cells printed: no path, no empty list, nothing twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbreason.capture.errors import describe_error, without_paths
from nbreason.core.parts import Text
from nbreason.notebook.cells import select
from nbreason.notebook.last_error import LastError


def failed(shell: Any, *cells: str) -> str:
    """What is sent of the error of the last cell."""
    noted = LastError(shell)
    noted.attach()
    for cell in cells:
        shell.run_cell(cell, store_history=True)
    noted.detach()
    assert noted.last
    (part,) = describe_error(*noted.last, True)
    assert isinstance(part, Text)
    return part.text


def test_a_syntax_error_tells_its_line_and_no_frames(shell: Any) -> None:
    told = failed(shell, "x = 1\nfor i in range(3)\n    print(i)")
    assert "\nSyntaxError: expected ':' (line 2)\n" in told
    assert "Frames" not in told
    assert told.count("for i in range(3)") == 1


def test_the_source_of_the_cell_is_told_once_and_that_of_another_cell_around_the_line(shell: Any) -> None:
    told = failed(shell, "def half(x):\n    y = x\n    return y / 0", "a = 1\nhalf(3)\nb = 2")
    assert told.count("a = 1") == told.count("b = 2") == 1
    assert "  this cell, line 2, in <module>\n  >    2 half(3)\n  a cell, line 3, in half\n" in told
    assert "       2     y = x\n  >    3     return y / 0\n      x = 3\n" in told


def test_a_recursion_is_one_frame(shell: Any) -> None:
    told = failed(shell, "def deep(n):\n    return deep(n + 1) if n < 60 else 1 / 0\ndeep(0)")
    assert told.count("return deep") == 2
    assert "… the same frame 47 times more …" in told


def test_compiled_frames_are_part_of_their_library(shell: Any) -> None:
    pytest.importorskip("pandas")
    told = failed(shell, "import pandas as pd\npd.DataFrame({'a': [1]})['b']")
    assert ".pyx" not in told
    assert ".pxi" not in told
    assert " frames in pandas …" in told


def test_of_the_variables_of_the_notebook_the_data_that_the_line_names_are_told_and_no_text(shell: Any) -> None:
    pytest.importorskip("pandas")
    cells = (
        "import pandas as pd\nfrom math import *\nn, word, table, other = 3, 'hush', pd.DataFrame({'a': range(99)}), 7"
    )
    told = failed(shell, cells, "1\nn * sqrt(4), word, table['b']")
    assert "\n      n = 3\n      word = <str>\n      table = <pandas.DataFrame 99 x 1: columns 'a'>\n" in told
    assert "hush" not in told
    assert "other" not in told


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        (
            "/opt/my lib/site-packages/pandas/io/x.py:12: FutureWarning: old\n  a()\n",
            "pandas: FutureWarning: old\n  a()\n",
        ),
        ("C:\\py\\site-packages\\sklearn\\b.py:3: UserWarning: hm", "sklearn: UserWarning: hm"),
        (f"{Path(pytest.__file__).with_name('x.py')}:9: UserWarning: hm", "pytest: UserWarning: hm"),
        ("/home/ada/secret/mymod.py:7: RuntimeWarning: nan", "mymod.py, line 7: RuntimeWarning: nan"),
        ("/tmp/ipykernel_77/123.py:2: UserWarning: hm", "a cell, line 2: UserWarning: hm"),
        ("<ipython-input-3-abc>:2: UserWarning: hm", "a cell, line 2: UserWarning: hm"),
        ("at 10:30: all is well", "at 10:30: all is well"),
    ],
)
def test_a_warning_names_its_library_or_file_without_the_path(printed: str, told: str) -> None:
    assert told == without_paths(printed)


def test_the_output_of_a_cell_has_neither_paths_of_warnings_nor_addresses(shell: Any) -> None:
    shell.run_cell("import warnings\nwarnings.warn('hm')\nobject()", store_history=True)
    (part,) = select(shell, "", shell.execution_count)
    assert isinstance(part, Text)
    assert part.text.endswith("\n<object>\n</data>")
    assert "0x" not in part.text
    assert "ipython-input" not in part.text
