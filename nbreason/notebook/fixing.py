"""``--fix``: a cell goes to the model, with its error, and comes back corrected."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from nbreason.core.correction import Correction
from nbreason.core.shape import Shape
from nbreason.errors import UsageError
from nbreason.notebook.last_error import LastError

HINT = "Name one cell, as in --fix In[5]. Nothing was sent."


class CellToFix(NamedTuple):
    """A cell to be corrected: its number and source, and whether the last error is its own."""

    number: int
    source: str
    failed: bool

    @property
    def request(self) -> str:
        """What the model is asked, before the user's own words."""
        return (
            f"Correct the cell In[{self.number}]. Answer with the whole corrected cell; change as little as possible."
        )

    @property
    def shape(self) -> Shape:
        """One block of code that becomes a `Correction`."""
        return Shape("code", build=partial(corrected, self.number, self.source))


def cell_to_fix(shell: Any, last_error: LastError, selectors: Sequence[str]) -> CellToFix:
    """The cell that ``--fix`` means: the last that failed, or the one that is named.  Raises UsageError."""
    last = last_error.last
    if len(selectors) != 1 or (selectors[0] and (not selectors[0].startswith("In[") or ":" in selectors[0])):
        raise UsageError(f"--fix takes one cell. {HINT}")
    if not selectors[0] and last is None:
        raise UsageError(f"No cell has failed, so --fix has none to correct. {HINT}")
    number = int(selectors[0][3:-1]) if selectors[0] else last.cell if last else 0
    if last is not None and last.cell == number:
        return CellToFix(number, last.source, True)
    sources = list(shell.history_manager.input_hist_raw)
    return CellToFix(number, sources[number] if number < len(sources) else "", False)


def corrected(number: int, before: str, after: str) -> Correction:
    """The correction.  Raises ValueError for code that is not valid Python, cell magics and others set aside."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(TransformerManager().transform_cell(after))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        where = f"line {error.lineno}: {error.msg}" if isinstance(error, SyntaxError) else type(error).__name__
        raise ValueError(f"it is not valid Python ({where}), so it is not offered") from None
    if after.split() == before.split() and after.strip() == before.strip():
        raise ValueError("it is the cell as it was")
    return Correction(number, before, after)
