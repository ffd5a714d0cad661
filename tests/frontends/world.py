"""The notebook that every front end gets, the server that answers it, and how a front end is registered."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import nbformat

from nbreason.rehearsal import Rehearsal

ANSWER = r"""The two peaks are **two groups**.

1. Short waits
   - mean $\bar x = 54.6$ minutes
   - about *a third* of all
2. Long waits

| group | share | mean |
|:--|--:|--:|
| short | 0.36 | 54.6 |
| long | 0.64 | 80.1 |

$$
f(x) = w\,\varphi(x; \mu_1) + (1 - w)\,\varphi(x; \mu_2)
$$

```python
df["waiting"].hist(bins=20)
```
"""
SHARE = "0.64"
"""Stands in the table of the answer only."""


@dataclass
class World:
    """A folder with ``lesson.ipynb``, an environment with a home of its own, and a rehearsal server."""

    folder: Path
    rehearsal: Rehearsal

    @property
    def environment(self) -> dict[str, str]:
        """What a program is started with."""
        home = str(self.folder / "home")
        kernels = {"JUPYTER_CONFIG_DIR": f"{home}/config", "JUPYTER_DATA_DIR": f"{home}/data", "IPYTHONDIR": home}
        ours = {"NBREASON_HOME": f"{home}/nbreason", "NBREASON_REHEARSAL_URL": self.rehearsal.url}
        return {**os.environ, **kernels, **ours, "PYTHONPATH": os.getcwd(), "NO_COLOR": "1"}

    def lesson(self, name: str = "lesson.ipynb") -> Path:
        """A new notebook that asks twice: with a cell, and from Python."""
        cells = ["%load_ext nbreason", f"%%reason\nWhy two peaks?\nrehearse: echo\n{ANSWER}"]
        cells.append('import nbreason\nnbreason.ask("And why?\\nrehearse: echo\\nIt is a **mixture**.")')
        title = nbformat.v4.new_markdown_cell("# Waiting times\n\nThere are $n = 272$ of them.")
        notebook = nbformat.v4.new_notebook(cells=[title, *map(nbformat.v4.new_code_cell, cells)])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, self.folder / name)
        return self.folder / name

    def executed(self, name: str = "lesson.ipynb") -> Path:
        """The same, run by nbclient."""
        path = self.lesson(name)
        self.run("jupyter", "execute", "--inplace", path.name)
        return path

    def run(self, *command: str, code: int = 0, input: str | None = None) -> str:
        """The output of a program of this Python's environment; AssertionError if it ends otherwise than expected."""
        program = Path(sys.executable).parent / command[0]
        done = subprocess.run(
            [str(program), *command[1:]],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            input=input,
        )
        assert done.returncode == code, f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-800:]}"
        return done.stdout + done.stderr

    def outputs(self, path: Path) -> list[dict[str, Any]]:
        """The outputs of a saved notebook."""
        cells = nbformat.read(path, as_version=4).cells
        return [output for cell in cells for output in cell.get("outputs", ())]


Saw = Iterator[tuple[str, bool]]
"""What was seen, and whether it is as it should be."""


@dataclass(frozen=True)
class FrontEnd:
    """One front end: its package, and the function that runs it."""

    name: str
    package: str
    look: Callable[[World], Saw]

    @property
    def version(self) -> str | None:
        """The installed version, or None."""
        try:
            return version(self.package)
        except PackageNotFoundError:
            return None


FRONT_ENDS: list[FrontEnd] = []


def front_end(name: str, package: str) -> Callable[[Callable[[World], Saw]], Callable[[World], Saw]]:
    """Register a function that runs a front end and says what it saw."""

    def register(look: Callable[[World], Saw]) -> Callable[[World], Saw]:
        FRONT_ENDS.append(FrontEnd(name, package, look))
        return look

    return register
