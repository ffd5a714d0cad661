"""Threats 2 and 3 in a real kernel: a notebook in which much goes wrong, in each of IPython's four ways to show an
error, and everything that it leaves behind."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from nbreason.rehearsal import Rehearsal
from tests.conftest import pointed_at
from tests.threats.canary import CANARY, holding

MODES = ("Plain", "Context", "Verbose", "Minimal")

SET_UP = [
    "%config Application.log_level = 'DEBUG'\n"
    "import logging\n"
    "logging.basicConfig(level=logging.DEBUG, filename='debug.log', force=True)",
    "%load_ext nbreason\n%config NBReason.model = 'segmind:o3'",
    "import os, signal, sys, threading, time\n"
    "import nbreason\n"
    "from nbreason.core.question import Place, Question\n"
    "def stop_when_it_waits(*also):\n"
    "    'Interrupt the kernel as its stop button does, once the cell waits for an answer, or is in such a function.'\n"
    "    def waits(frame):\n"
    "        return frame is not None and (frame.f_code.co_name in ('events', *also) or waits(frame.f_back))\n"
    "    def watch(main=threading.main_thread().ident):\n"
    "        while not waits(sys._current_frames()[main]):\n"
    "            time.sleep(0.01)\n"
    "        os.kill(os.getpid(), signal.SIGINT)\n"
    "    threading.Thread(target=watch, daemon=True).start()",
]

SHOWN = [
    "%reason Why?",
    "answer = nbreason.ask('Once?')\nanswer",
    "repr(answer), vars(answer)",
    "%nbreason status",
    "%nbreason models",
    "%nbreason credits",
    "%nbreason history",
    "%nbreason doctor",
    "%reason -n Why?",
    "from nbreason.notebook.notebook import notebook_of as of\n"
    "session = of(get_ipython()).session\nsession, vars(session)",
    "vars(session.runner), vars(session.guard), session._transport, vars(session._transport)",
    "planned = session.plan(Question((), Place('/x.ipynb')))\nplanned, vars(planned)",
    "%whos",
    "import pickle\nwith open('answer.pickle', 'wb') as file:\n    pickle.dump(answer, file)",
    "try:\n    print(pickle.dumps(planned))\nexcept Exception as error:\n    print(type(error), error)",
    "%load_ext storemagic\n%store answer",
    "%%python\nprint('a child process')",
]
"""Cells that run through: answers, reprs, pickles, `%whos`, `%store`."""

STUDY = (
    "def study(words, **options):\n"
    "    try:\n"
    "        return nbreason.ask(words, **options)\n"
    "    except nbreason.NBReasonError as error:\n"
    "        raise RuntimeError('the study stopped') from error\n"
)
"""IPython shows one line of our errors, but every frame of those that somebody else's error is raised from."""

TYPED = "sk-abcdefghijklmnopqrstuvwxyz"
"""Has the shape of a key, so that its line is refused while the configured keys are looked for in it as well."""
WRAPPED, AS_ANOTHER = "try:\n    ", "\nexcept Exception:\n    raise ValueError"

FAILING = [
    ("%reason rehearse: error 401", "AuthenticationFailed"),
    ("%%reason --fresh\nWhy?\nrehearse: error 401", "AuthenticationFailed"),
    ("%%reason\nWhy?\nrehearse: cut", "ResponseLost"),
    ("%%reason -m aimlapi:o3\nWhy?\nrehearse: error 500 midway", "ServerError"),
    ("def study(words):\n    return nbreason.ask(words)\nstudy('Why?\\nrehearse: error 401')", "AuthenticationFailed"),
    (f"{STUDY}study('Why?\\nrehearse: error 401')", "RuntimeError"),
    (f"{STUDY}study('Why?', model='segmind:o3-mni')", "RuntimeError"),
    ("import asyncio\nawait asyncio.gather(nbreason.aask('Why?\\nrehearse: error 502'))", "ServerError"),
    ("from broken import Sample\nnbreason.ask('Why?', Sample())", "Panic"),
    ("%reason --with Sample() Why?", "Panic"),
    ("stop_when_it_waits()\nnbreason.ask('Why?\\nrehearse: slow 60')", "KeyboardInterrupt"),
    ("stop_when_it_waits()\n%reason rehearse: slow 60", "KeyboardInterrupt"),
    ("stop_when_it_waits('findings')\nnbreason.ask('Why? ' * 60_000 + '\\nrehearse: slow 60')", "KeyboardInterrupt"),
    (f"{WRAPPED}%reason --foo {TYPED} x{AS_ANOTHER}", "ValueError"),
    (f"{WRAPPED}%nbreason thread {TYPED}{AS_ANOTHER}", "ValueError"),
    ("1 / (session.settings is planned)", "ZeroDivisionError"),
]
"""Cells that end in an error, and its name."""

CRASH = [
    "import faulthandler\nfaulthandler.dump_traceback(open('crash.txt', 'w'))",
    "program = '''\n"
    "import nbreason, os, traceback\n"
    "try:\n"
    "    nbreason.ask('Why?\\\\nrehearse: error 401', model='segmind:o3')\n"
    "except nbreason.NBReasonError:\n"
    "    traceback.print_exc()\n"
    "os.abort()\n"
    "'''\n"
    "import subprocess\n"
    "with open('abort.txt', 'w') as file:\n"
    "    subprocess.run([sys.executable, '-X', 'faulthandler', '-c', program], stdout=file, stderr=file)",
]

PLUG_IN = """
class Sample:
    pass

class Panic(BaseException):
    pass

def matches(value):
    return isinstance(value, Sample)

def describe(value, name, limits):
    raise Panic("a mistake of whoever wrote this")
"""
"""A kind of object from another package; what it raises is no Exception, which would be caught."""


@pytest.fixture
def canary_home(rehearsal: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with the key in the environment and a broken plug-in; everything that is written is written there."""
    for name, value in pointed_at(rehearsal.url).items():
        monkeypatch.setenv(name, CANARY if name.endswith("_API_KEY") else value)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "broken.py").write_text(PLUG_IN)
    about = tmp_path / "broken-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[nbreason.capture]\nbroken = broken\n")
    return tmp_path


def run_notebook(cells: list[str], folder: Path) -> list[dict[str, Any]]:
    """Run cells in a kernel of their own, save the notebook and its page; the cells with their outputs."""
    import nbformat
    from nbclient import NotebookClient
    from nbconvert import HTMLExporter

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(
        notebook,
        timeout=60,
        kernel_name="python3",
        allow_errors=True,
        ipython_hist_file="",  # by itself it has IPython keep its history in memory
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    (folder / "run.ipynb").write_text(nbformat.writes(notebook))
    page, _ = HTMLExporter().from_notebook_node(notebook)
    (folder / "run.html").write_text(page)
    return list(notebook.cells)


def errors(cells: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The error of each cell: its name and its traceback; empty where there is none."""
    found = [[output for output in cell["outputs"] if output["output_type"] == "error"] for cell in cells]
    return [(one[0]["ename"], "\n".join(one[0]["traceback"])) if one else ("", "") for one in found]


@pytest.mark.long
def test_threat_02_a_notebook_full_of_errors_holds_no_key_nor_does_anything_it_leaves_behind(
    canary_home: Path, rehearsal: Rehearsal
) -> None:
    """All four modes in one kernel; notebook, page, IPython's history, the store, the log at DEBUG, pickles, reprs,
    `%whos`, a crash."""
    modes = [cell for mode in MODES for cell in (f"%xmode {mode}", *(cell for cell, _ in FAILING))]
    cells = run_notebook([*SET_UP, *SHOWN, *modes, *CRASH], canary_home)

    ran = errors(cells)
    quiet = len(SET_UP) + len(SHOWN)
    assert [("", "")] * quiet == ran[:quiet]
    assert [("", "")] * len(CRASH) == ran[-len(CRASH) :]
    size = len(FAILING) + 1
    shown = {mode: ran[quiet + number * size + 1 : quiet + (number + 1) * size] for number, mode in enumerate(MODES)}
    for mode, tracebacks in shown.items():
        assert [name for _, name in FAILING] == [name for name, _ in tracebacks], mode
    telling = [mode for mode, of in shown.items() if any("<key from " in text for _, text in of)]
    assert ["Verbose"] == telling, "which prints what our frames hold"

    left = {path.name: path.read_bytes() for path in canary_home.rglob("*") if path.is_file()}
    for name, words in {
        "run.ipynb": b"did not accept the key from SEGMIND_API_KEY",
        "run.html": b"did not accept the key from SEGMIND_API_KEY",
        "debug.log": b"POST",
        "conversations.sqlite": b"error 401",
        "answer.pickle": b"segmind:o3",
        "answer": b"segmind:o3",
        "crash.txt": b"most recent call first",
        "abort.txt": b"AuthenticationFailed",
    }.items():
        assert words in left[name], name
    with closing(sqlite3.connect(canary_home / "ipython" / "profile_default" / "history.sqlite")) as db:
        assert [(len(cells),)] == db.execute("SELECT count(*) FROM history").fetchall()
    assert "a key is never pickled" in json.dumps(cells)

    assert [] == holding(canary_home)
    assert [] == [request for request in rehearsal.bodies if CANARY in json.dumps(request)]
    assert rehearsal.posts > len(MODES) * 6
