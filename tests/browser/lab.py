"""A real JupyterLab or Notebook 7 and a page on it, driven through the commands that its menus use."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat

import nbreason

TOKEN = "test-token"
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # Cells out of sight are otherwise taken out of the page, where a test cannot see them.
    "notebook-extension/tracker": {"windowingMode": "none"},
}


SHOW = """import time
from pathlib import Path
from nbreason.core.events import Answer, Finished, Sending, TextDelta
from nbreason.render.screens import LiveScreen, watch

def show(events):
    screen = LiveScreen(lambda: None)
    draft = watch(events, screen)
    draft.set_seconds(1.0)
    screen.end(draft.answer())
"""
"""Code for a cell that shows the events of an answer as they come."""


def chromium() -> str | None:
    """The path of a Chromium, as Debian and others name it, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CHROMIUM") or next((path for name in names if (path := shutil.which(name))), None)


class Lab:
    """JupyterLab on a folder, with a home of its own; app: ``notebook`` for Notebook 7 in its place."""

    def __init__(
        self,
        root: Path,
        home: Path,
        theme: str = "JupyterLab Light",
        environment: Mapping[str, str] | None = None,
        app: str = "jupyterlab",
    ) -> None:
        self.root = root
        self.app = app
        root.mkdir(exist_ok=True)
        self._settings(home / "settings", theme)
        self._log = (home / "lab.log").open("w")
        self.port = free_port()
        self._process = subprocess.Popen(
            [
                sys.executable,
                *("-m", app, "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={self.port}"),
                *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={root}"),
                "--LabApp.expose_app_in_browser=True",
                "--JupyterNotebookApp.expose_app_in_browser=True",
            ],
            env={
                **os.environ,
                "JUPYTER_CONFIG_DIR": str(home / "config"),
                "JUPYTER_DATA_DIR": str(home / "data"),
                "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
                "NBREASON_HOME": str(home / "nbreason"),
                **(environment or {}),
            },
            stdout=subprocess.DEVNULL,
            stderr=self._log,
        )
        wait_until(self._answers, 60, f"{app} to start")

    def _settings(self, folder: Path, theme: str) -> None:
        for name, values in {**SETTINGS, "apputils-extension/themes": {"theme": theme}}.items():
            path = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api?token={TOKEN}") as reply:
                return bool(reply.status == 200)
        except (urllib.error.URLError, ConnectionError):
            return False

    def address(self, notebook: str) -> str:
        """Where a notebook is opened, with a workspace that remembers nothing."""
        folder = "lab/tree" if self.app == "jupyterlab" else "notebooks"
        return f"http://127.0.0.1:{self.port}/{folder}/{notebook}?token={TOKEN}&reset"

    def stop(self) -> None:
        """End the server and its kernels."""
        self._process.terminate()
        self._process.wait(60)
        self._log.close()


def lab_with_extension(root: Path, home: Path, app: str = "jupyterlab") -> Lab:
    """With our extension where an installation puts it."""
    share = home / "share"
    (share / "labextensions").mkdir(parents=True)
    (share / "labextensions" / "nbreason").symlink_to(Path(nbreason.__file__).parent / "labextension")
    return Lab(root, home, environment={"JUPYTER_PATH": str(share)}, app=app)


class Notebook:
    """A notebook that is open in the page."""

    def __init__(self, page: Any, lab: Lab, name: str) -> None:
        self.page = page
        self.lab = lab
        self.name = name
        self.open()

    def open(self) -> None:
        """Open (again) from disk, and wait for the kernel."""
        self.page.goto(self.lab.address(self.name))
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        wait_until(lambda: self.kernel() == "idle", 60, "the kernel to be idle")

    def command(self, name: str) -> None:
        """Run a command of JupyterLab without waiting for its end."""
        self.page.evaluate("name => { window.jupyterapp.commands.execute(name); return null }", name)

    def kernel(self) -> str:
        """``idle``, ``busy``, …, as the notebook shows it."""
        return str(
            self.page.evaluate(
                "() => { const panel = window.jupyterapp.shell.currentWidget;"
                " return panel?.sessionContext?.session?.kernel?.status ?? 'none' }"
            )
        )

    def run_all(self, timeout: float = 90) -> None:
        """Run all cells and wait for the last."""
        self.page.evaluate("async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells') }")
        self.wait_for_end(timeout)

    def run(self, *cells: int) -> None:
        """Run some cells, each to its end."""
        for cell in cells:
            self.select(cell)
            self.page.evaluate("async () => { await window.jupyterapp.commands.execute('notebook:run-cell') }")
            self.wait_for_end()

    def wait_for_end(self, timeout: float = 90) -> None:
        """Wait until no cell is waiting or running."""
        wait_until(lambda: "*" not in self.prompts() and self.kernel() == "idle", timeout, "the cells to end")

    def prompts(self) -> list[str]:
        """What stands in front of each code cell: a number, a star, or nothing."""
        return [
            str(prompt or "")
            for prompt in self.page.evaluate(
                "() => window.jupyterapp.shell.currentWidget.content.widgets"
                ".filter(cell => cell.model.type === 'code').map(cell => cell.prompt)"
            )
        ]

    def select(self, index: int) -> None:
        """Make a cell the active one."""
        self.page.evaluate(
            "index => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = index; return null }", index
        )

    def theme(self, name: str) -> None:
        """Change the theme, and wait until its colours are those of the page; it stays for all notebooks."""
        change = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
        self.page.evaluate(change, f"JupyterLab {name}")
        light = str(name == "Light").lower()
        wait_until(
            lambda: light == self.page.evaluate("() => document.body.dataset.jpThemeLight"), 20, "the theme to change"
        )
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")

    def save(self) -> dict[str, Any]:
        """Save, and give the file as it is on disk."""
        self.page.evaluate("async () => { await window.jupyterapp.commands.execute('docmanager:save') }")
        return dict(json.loads((self.lab.root / self.name).read_text()))

    def html(self, selector: str) -> list[str]:
        """The visible text of all elements of a selector."""
        return [str(text) for text in self.page.locator(selector).all_inner_texts()]


def opened(page: Any, lab: Lab, name: str, *cells: str) -> Notebook:
    """A new notebook with these code cells, in the page."""
    content = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    content.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(content, lab.root / name)
    return Notebook(page, lab, name)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(happens: Callable[[], bool], seconds: float, what: str) -> None:
    """Poll until something happens.  Raises TimeoutError that says what was waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happens():
            return
        time.sleep(0.1)
    raise TimeoutError(f"waited {seconds} s for {what}")
