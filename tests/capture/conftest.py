"""A real IPython shell and a real kernel, and pictures to show in them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nbreason
from nbreason.capture.pixels import png
from tests.conftest import new_shell

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


class Kernel:
    """A kernel in its own process, driven by messages as a front end does."""

    def __init__(self, manager: Any, client: Any) -> None:
        self.manager, self.client = manager, client

    def run(self, code: str, cell_id: str | None = None, **content: Any) -> str:
        """Run one cell; gives what it printed.  An error in the cell is an error of the test."""
        request = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
            **content,
        }
        metadata = {"cellId": cell_id} if cell_id else {}
        message = self.client.session.msg("execute_request", request, metadata=metadata)
        self.client.shell_channel.send(message)
        return self._printed(message["header"]["msg_id"])

    def _printed(self, request: str) -> str:
        printed, deadline = [], time.monotonic() + 60
        while time.monotonic() < deadline:
            message = self.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                printed.append(content["text"])
            elif kind == "error":
                raise AssertionError("\n".join(content["traceback"]))
            elif kind == "status" and content["execution_state"] == "idle":
                return "".join(printed).strip()
        raise AssertionError("the kernel never became idle")


@pytest.fixture(scope="session")
def kernel_process() -> Iterator[Kernel]:
    """One kernel for all tests, because starting one takes a second or two."""
    jupyter_client = pytest.importorskip("jupyter_client")
    pytest.importorskip("ipykernel")
    manager = jupyter_client.KernelManager(kernel_name="python3")
    manager.start_kernel(env={**os.environ, "PYTHONPATH": str(ROOT)} | _inline())
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _inline() -> dict[str, str]:
    """The kernel chooses its own backend, the inline one, whatever the tests run under."""
    return {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}


@pytest.fixture
def kernel(kernel_process: Kernel) -> Iterator[Kernel]:
    """The kernel with fresh notes; `labels()` in it prints what can be selected."""
    kernel_process.run(
        "%reset -f\n"
        "from nbreason.notebook.figures import Figures, NoSuchFigure\n"
        "figures = Figures().attach(get_ipython())\n"
        "def labels(): print(*[figure.label for figure in figures.list()])\n"
        "import matplotlib.pyplot as plt\n"
        "from IPython.display import display, clear_output, update_display, Image, HTML\n"
        "plt.close('all')"
    )
    yield kernel_process
    kernel_process.run("figures.detach()")
