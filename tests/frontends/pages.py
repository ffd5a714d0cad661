"""Servers with pages of their own, in Chromium.  NBREASON_PICTURES=FOLDER keeps what they looked like."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.browser.lab import TOKEN, Lab, Notebook, chromium, free_port, wait_until
from tests.frontends.world import SHARE, Saw, World, front_end

SLOW = "%%reason\nWhy?\nrehearse: slow 1, pace 300"
ANSWERED = "Two peaks often mean two groups"


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        chrome = playwright.chromium.launch(executable_path=chromium(), headless=True, args=arguments)
        yield chrome
        chrome.close()


@contextmanager
def serving(world: World, *command: str, path: str = "") -> Iterator[str]:
    """The address of a server of this Python's environment; ``PORT`` in the command is one that is free."""
    port = free_port()
    program = Path(sys.executable).parent / command[0]
    log = world.folder / "server.log"
    with (
        log.open("w") as written,
        subprocess.Popen(
            [str(program), *(word.replace("PORT", str(port)) for word in command[1:])],
            cwd=world.folder,
            env=world.environment,
            stdout=written,
            stderr=written,
        ) as process,
    ):
        try:
            address = f"http://127.0.0.1:{port}{path}"
            wait_until(lambda: _answers(address), 90, f"{command[0]} to start: {log.read_text()[-500:]}")
            yield address
        finally:
            process.terminate()


def _answers(address: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(address, timeout=5) as reply:
        return bool(reply.status < 500)
    return False


def picture(page: Any, name: str) -> None:
    """Keep what the page looks like, if that is wanted."""
    if folder := os.environ.get("NBREASON_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


@front_end("nbclassic", "nbclassic")
def nbclassic(world: World) -> Saw:
    """The classic notebook page: it sends neither the notebook's path nor the ids of cells."""
    world.lesson()
    server = (
        "jupyter",
        "nbclassic",
        "--no-browser",
        "--allow-root",
        "--port=PORT",
        f"--IdentityProvider.token={TOKEN}",
    )
    with serving(world, *server, path=f"/nbclassic/tree?token={TOKEN}") as address, browser() as chrome:
        page = chrome.new_page(viewport={"width": 1000, "height": 1400})
        page.goto(address.replace("/tree", "/notebooks/lesson.ipynb"))
        page.wait_for_function("() => window.Jupyter?.notebook?.kernel?.is_connected()", timeout=60_000)
        add = "cell => { Jupyter.notebook.insert_cell_at_bottom('code').set_text(cell); return null }"
        page.evaluate(add, "%nbreason status")
        page.evaluate("() => { Jupyter.notebook.execute_all_cells(); return null }")
        wait_until(lambda: "conversation" in page.locator(".output").last.inner_text(), 60, "the status")
        shown = page.locator(".output").all_inner_texts()
        yield "the answer is rendered", page.locator(".output table td", has_text=SHARE).count() == 1
        yield "formulas are typeset", page.locator(".output .MathJax").count() >= 2
        picture(page, "nbclassic")
        status = shown[-1]
        yield f"status: {' '.join(status.split())[:400]}", "order of asking" in status


@front_end("Voilà", "voila")
def voila(world: World) -> Saw:
    """A notebook as an application: cells run on the server, outputs are shown."""
    world.lesson()
    server = ("voila", "lesson.ipynb", "--no-browser", "--port=PORT", "--Voila.ip=127.0.0.1")
    with serving(world, *server, "--VoilaConfiguration.show_tracebacks=True") as address, browser() as chrome:
        page = chrome.new_page(viewport={"width": 1000, "height": 1000})
        page.goto(address, timeout=90_000)
        page.get_by_text("It is a").wait_for(timeout=60_000)
        yield "the answers are rendered", page.locator("table td", has_text=SHARE).count() == 1
        yield "no widget is left on the page", page.locator(".jupyter-widgets").count() == 0
        picture(page, "voila")


@front_end("marimo", "marimo")
def marimo(world: World) -> Saw:
    """An `Answer` as the value of a cell of an application."""
    text = "rehearse: echo\\nIt is a **mixture**.\\n\\n| a |\\n|---|\\n| 0.64 |"
    cell = f'@app.cell\ndef _():\n    import nbreason\n    answer = nbreason.ask("{text}")\n    answer\n    return\n'
    (world.folder / "lesson.py").write_text(f"import marimo\napp = marimo.App()\n\n{cell}\n")
    server = ("marimo", "-q", "run", "lesson.py", "--headless", "--no-token", "--port=PORT")
    with serving(world, *server) as address, browser() as chrome:
        page = chrome.new_page(viewport={"width": 1000, "height": 600})
        page.goto(address)
        page.get_by_text("mixture").first.wait_for(timeout=60_000)
        yield "an Answer is rendered", page.locator("strong", has_text="mixture").count() == 1
        yield "with its table", page.locator("table td", has_text=SHARE).count() == 1
        yield "and its line", page.get_by_text("play credits left").count() == 1
        picture(page, "marimo")


@front_end("JupyterLab with real-time collaboration", "jupyter-collaboration")
def collaboration(world: World) -> Saw:
    """The second browser sees the text while it streams, and the answer."""
    world.lesson()
    notebook = json.loads((world.folder / "lesson.ipynb").read_text())
    notebook["cells"] = [notebook["cells"][1], {**notebook["cells"][2], "source": SLOW}]
    (world.folder / "lesson.ipynb").write_text(json.dumps(notebook))
    lab = Lab(world.folder, world.folder / "home", environment={**world.environment, **_extension(world)})
    try:
        with browser() as chrome:
            first = Notebook(chrome.new_page(), lab, "lesson.ipynb")
            second = Notebook(chrome.new_context().new_page(), lab, "lesson.ipynb")
            first.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); return null }")
            wait_until(lambda: "colour the points" in first.page.inner_text(".jp-Notebook"), 60, "the text to stream")
            while_it_streams = second.page.inner_text(".jp-Notebook")
            picture(second.page, "collaboration-streaming")
            first.wait_for_end()
            wait_until(lambda: "credits left" in second.page.inner_text(".jp-Notebook"), 30, "the end in the second")
            at_the_end = second.page.inner_text(".jp-Notebook")
            picture(second.page, "collaboration")
        yield "the second browser sees the text while it streams", ANSWERED in while_it_streams
        yield "and the answer at the end", ANSWERED in at_the_end
        yield "once", at_the_end.count(ANSWERED) == 1
    finally:
        lab.stop()


@front_end("JupyterHub", "jupyterhub")
def jupyterhub(world: World) -> Saw:
    """A server of a hub behind its proxy (configurable-http-proxy, from npm, on the PATH)."""
    lesson = world.lesson()
    (world.folder / "notebooks").mkdir()
    lesson.rename(world.folder / "notebooks" / lesson.name)
    ports = [free_port() for _ in range(3)]
    (world.folder / "jupyterhub_config.py").write_text(
        "c.JupyterHub.authenticator_class = 'dummy'\n"
        "c.Authenticator.allow_all = True\n"
        "c.JupyterHub.spawner_class = 'simple'\n"
        f"c.JupyterHub.hub_port = {ports[0]}\n"
        f"c.ConfigurableHTTPProxy.api_url = 'http://127.0.0.1:{ports[1]}'\n"
        "c.Spawner.args = ['--allow-root', '--LabApp.expose_app_in_browser=True']\n"
        f"c.Spawner.notebook_dir = {str(world.folder / 'notebooks')!r}\n"
        f"c.SimpleLocalProcessSpawner.home_dir_template = {str(world.folder / 'home-{username}')!r}\n"
        "c.Spawner.env_keep = ['PATH', 'PYTHONPATH', 'NBREASON_HOME', 'NBREASON_REHEARSAL_URL', 'VIRTUAL_ENV']\n"
    )
    with (
        serving(world, "jupyterhub", "--ip=127.0.0.1", "--port=PORT", path="/hub/login") as address,
        browser() as chrome,
    ):
        page = chrome.new_page(viewport={"width": 1100, "height": 1200})
        page.goto(address)
        page.fill("#username_input", "student")
        page.fill("#password_input", "any")
        page.click("#login_submit")
        page.wait_for_function("() => window.jupyterapp !== undefined", timeout=90_000)
        page.goto(page.url.partition("/lab")[0] + "/lab/tree/lesson.ipynb?reset")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        kernel = "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status"
        wait_until(lambda: page.evaluate(kernel) == "idle", 60, "the kernel")
        page.evaluate("async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells') }")
        page.get_by_text("It is a").last.wait_for(timeout=60_000)
        yield "answers rendered", page.locator(".jp-OutputArea td", has_text=SHARE).count() == 1
        picture(page, "jupyterhub")


def _extension(world: World) -> dict[str, str]:
    """The environment with which the server finds the extension of this checkout."""
    import nbreason

    labextensions = world.folder / "share" / "labextensions"
    labextensions.mkdir(parents=True)
    (labextensions / "nbreason").symlink_to(Path(nbreason.__file__).parent / "labextension")
    return {"JUPYTER_PATH": str(labextensions.parent)}
