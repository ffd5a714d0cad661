"""A real IPython shell and a real kernel, and pictures to show in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nbreason
from nbreason.capture.pixels import png
from tests.conftest import Kernel, new_shell, running_kernel

ROOT = Path(nbreason.__file__).parent.parent


def picture(width: int = 64, height: int = 48, shade: int = 200) -> bytes:
    """A grey PNG; different shades are different pictures."""
    return png(bytes([shade]) * (width * height), width, height, 1)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A real InteractiveShell with a home of its own; in it, `show(n)` displays the picture of shade n."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    with new_shell() as made:
        made.user_ns["picture"] = picture
        made.run_cell(
            "from IPython.display import Image, display, clear_output, update_display\n"
            "def show(shade, **more):\n    return display(Image(picture(shade=shade)), **more)"
        )
        yield made


class Cells:
    """Runs cells in a kernel."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def run(self, code: str, cell_id: str | None = None) -> str:
        """Run one cell; returns what it printed.  An error in the cell is an error of the test."""
        ran = self._kernel.run(code, cell_id)
        assert ran.error is None, ran.error
        return ran.printed.strip()


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cells]:
    """One kernel for all tests of a module, because starting one takes a second or two."""
    with running_kernel({"PYTHONPATH": str(ROOT)}, tmp_path_factory.mktemp("kernel")) as kernel:
        yield Cells(kernel)


@pytest.fixture
def kernel(cells: Cells) -> Iterator[Cells]:
    """The kernel with fresh notes; `labels()` in it prints what can be selected."""
    cells.run(
        "%reset -f\n"
        "from nbreason.notebook.figures import Figures, NoSuchFigure\n"
        "figures = Figures().attach(get_ipython())\n"
        "def labels(): print(*[figure.label for figure in figures.list()])\n"
        "def titles(): print(*[figure.alt.split('\"')[1] for figure in figures.list()], sep='|')\n"
        "import matplotlib.pyplot as plt\n"
        "from IPython.display import display, clear_output, update_display, Image, HTML\n"
        "plt.close('all')"
    )
    yield cells
    cells.run("figures.detach()")
