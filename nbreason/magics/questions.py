"""Questions end in question marks, which IPython reads as a call for help.

``%reason And the mean?`` would look up the help of ``mean`` and never run.  So such a line is put into the form
that IPython gives a line magic anyway, before it looks for question marks.
"""

from __future__ import annotations

import re

LINE = re.compile(r"(?P<indent>\s*)%reason\s+(?P<question>.*\?)\s*$", re.DOTALL)


def keep_question_marks(lines: list[str]) -> list[str]:
    """An input transformer: lines of code in, lines of code out.

    It runs after cell magics have been recognised, so the text of a ``%%`` cell is never touched.
    """
    return [_kept(line) for line in lines]


def _kept(line: str) -> str:
    found = LINE.fullmatch(line)
    if found is None:
        return line
    return f"{found['indent']}get_ipython().run_line_magic('reason', {found['question']!r})\n"
