"""Threats 1 to 5 and 19: where a key could come to light."""

from __future__ import annotations

import ast
import json
import logging
import os
import pickle
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from IPython import version_info
from stack_data import FrameInfo

import nbreason
from nbreason.asking.guard import Guard
from nbreason.asking.plan import key_for
from nbreason.asking.session import Session
from nbreason.config.keyring import Keyring
from nbreason.config.keys import KeySource
from nbreason.config.secret import Secret
from nbreason.core.options import FLAGS
from nbreason.errors import NotFound, Refused, UsageError
from nbreason.magics.typed_keys import refuse_keys
from nbreason.notebook.notebook import notebook_of
from nbreason.providers import providers
from nbreason.rehearsal import Rehearsal
from tests.conftest import DUMMY_KEY, HERE, MakeSession, Scripted, Shell, http, new_shell, pointed_at, question
from tests.threats.canary import CANARY, ODD_CANARY, holding

MODES = ("Plain", "Context", "Verbose", "Minimal")


# Threat 1.


@pytest.mark.parametrize(
    "line",
    [
        f"%reason --key {CANARY} Why?",
        f"%reason --key={CANARY} Why?",
        f"%reason --api-key {CANARY} Why?",
        f"%reason --token={CANARY} Why?",
        f"%reason -m {CANARY} Why?",
        f"%reason -e {CANARY} Why?",
        f"%reason --max-tokens {CANARY} Why?",
        f"%reason --param key={CANARY} Why?",
        f"%reason --system {CANARY} Why?",
        f"%reason is {CANARY} a key?",
        f"%reason is {ODD_CANARY} a key?",
        f"%reason --{CANARY} Why?",
        f"%%reason -e {CANARY}\nWhy?",
        f"%%reason\nIs {CANARY} a key?",
        f"%nbreason use {CANARY}",
        f"%nbreason {CANARY}",
        f"%nbreason credits --key {CANARY}",
        f"%nbreason thread {ODD_CANARY}",
        f"%nbreason login {CANARY}",
    ],
)
def test_threat_01_a_key_in_a_magic_line_is_refused_before_it_runs_and_not_stored(
    shell: Shell, rehearsal: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setenv("COMPATIBLE_API_KEY", ODD_CANARY)
    with pytest.raises((UsageError, Refused)) as caught:
        shell.run(line)
    assert "\n" not in str(caught.value)
    for canary in (CANARY, ODD_CANARY):
        assert canary not in str(caught.value)
        assert holding(tmp_path / "home", canary) == []
    assert rehearsal.posts == 0
    shell.run("%reason And now?")
    assert rehearsal.posts == 1


@pytest.mark.parametrize("flag", ["--key", "--api-key", "--api_key", "--apikey", "--token", "--secret", "--password"])
def test_threat_01_no_option_takes_a_key_and_the_line_says_where_it_belongs(shell: Shell, flag: str) -> None:
    assert flag not in FLAGS
    with pytest.raises(UsageError, match=r"No option takes a key.*environment variable.*replace the one"):
        shell.run(f"%reason {flag} abc Why?")


def test_threat_01_a_question_about_such_options_is_a_question(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("%reason What does ssh-keygen --key do, and what is a token?")
    assert rehearsal.posts == 1


# Threats 2, 3 and 19: the canary.


@pytest.mark.parametrize("mode", MODES)
def test_threat_02_no_traceback_in_any_mode_shows_the_key(
    shell: Shell, rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mode: str
) -> None:
    """Also where the error is not ours: whatever the thread of the transport raises passes our frames."""
    for name, value in pointed_at(rehearsal.url).items():
        monkeypatch.setenv(name, CANARY if name.endswith("_API_KEY") else value)
    shell.run(f"%xmode {mode}")
    notebook = notebook_of(shell.shell)
    assert notebook is not None
    transport = notebook.session._transport

    async def broken(*things: object, **named: object) -> None:
        raise ZeroDivisionError("somebody's fault")

    try:
        shell.shell.run_cell("%reason -m segmind:o3 rehearse: error 401")
        shell.shell.run_cell("%%reason -m segmind:o3\nWhy?\nrehearse: error 401")
        transport._sleep = broken
        shell.shell.run_cell("%%reason -m segmind:o3\nWhy?\nrehearse: error 429")
    finally:
        shell.run("%xmode Context")
    printed = "".join(capsys.readouterr())
    assert "ZeroDivisionError" in printed
    assert "did not accept the key from SEGMIND_API_KEY" in printed
    assert CANARY not in printed


def test_threat_02_an_error_inside_httpx_with_all_local_variables_shows_no_key(
    make_session: MakeSession, rehearsal: Rehearsal
) -> None:
    """What a crash reporter does: every frame of every chained error with its locals."""
    import traceback

    session = make_session({**pointed_at(rehearsal.url), "SEGMIND_API_KEY": CANARY}, model="segmind:o3")
    for wish in ("error 401", "cut", "html"):
        with pytest.raises(Exception) as caught:  # noqa: PT011
            session.ask(question(f"Why?\nrehearse: {wish}", owner=wish)).result(10)
        full = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        assert CANARY not in "".join(full.format())


def test_threat_03_no_log_at_debug_holds_the_key_or_the_question(
    make_session: MakeSession, rehearsal: Rehearsal, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    session = make_session({**pointed_at(rehearsal.url), "SEGMIND_API_KEY": CANARY}, model="segmind:o3")
    session.ask(question("a question that nobody logs")).result(10)
    assert "HTTP Request: POST" in caplog.text, "httpx does log"
    assert CANARY not in caplog.text
    assert "nobody logs" not in caplog.text


def test_threat_03_the_key_is_in_no_address_and_no_body(
    make_session: MakeSession, serve: Callable[..., Scripted]
) -> None:
    body = {"model": "o3", "choices": [{"message": {"content": "so"}, "finish_reason": "stop"}]}
    server = serve(http("200 OK", json.dumps(body).encode()))
    session = make_session({**pointed_at(server.url), "SEGMIND_API_KEY": CANARY}, model="segmind:o3")
    assert session.ask(question("why?")).result(10).text == "so"
    head, _, sent = server.requests[-1].partition(b"\r\n\r\n")
    assert CANARY.encode() not in sent
    assert [line for line in head.split(b"\r\n") if CANARY.encode() in line] == [b"x-api-key: " + CANARY.encode()]


def test_threat_03_a_provider_that_repeats_the_key_is_not_repeated(
    make_session: MakeSession, serve: Callable[..., Scripted], tmp_path: Path
) -> None:
    said = {"error": {"message": f"Incorrect API key provided: {ODD_CANARY}. " + "x" * 160 + ODD_CANARY}}
    server = serve(http("401 No", json.dumps(said).encode()))
    session = make_session({**pointed_at(server.url), "SEGMIND_API_KEY": ODD_CANARY}, model="segmind:o3")
    with pytest.raises(Exception, match="<key from SEGMIND_API_KEY>") as caught:
        session.ask(question("why?")).result(10)
    assert ODD_CANARY[:8] not in str(caught.value)
    assert holding(tmp_path / "home", ODD_CANARY) == []


# Threat 2 again: what a verbose traceback would print if the kernel were stopped at any line of these.


@contextmanager
def noting_what_frames_hold() -> Iterator[dict[str, str]]:
    """Gives what the frames of this package hold at each of their lines, as IPython's mode Verbose prints it: local
    variables, and attributes and items of them.  Function and line -> the words."""
    held: dict[str, str] = {}
    root = Path(nbreason.__file__).parent

    def look(frame: FrameType, event: str, argument: object) -> Any:
        if not Path(frame.f_code.co_filename).is_relative_to(root):
            return None
        where = f"{frame.f_code.co_name}:{frame.f_lineno}"
        values = [*(found.value for found in FrameInfo(frame).variables), *frame.f_locals.values()]
        held[where] = " ".join([held.get(where, ""), *map(printed, values)])
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        yield held
    finally:
        sys.settrace(before)


def printed(value: object) -> str:
    """The repr of a value, if it can be had: half-made objects have none."""
    try:
        return repr(value)
    except AttributeError:
        return ""


class InMemory:
    """A keyring that keeps what it is given."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get(name)

    def set_password(self, service: str, name: str, key: str) -> None:
        self.kept[name] = key


@pytest.mark.parametrize("place", ["environment", "kernel", "keyring"])
@pytest.mark.long
def test_threat_02_no_frame_holds_a_key_in_a_way_that_a_verbose_traceback_prints(
    session: Session, tmp_path: Path, place: str
) -> None:
    """Wherever Ctrl-C comes, and whoever raises another error from ours."""
    name, ring, folder = "SEGMIND_API_KEY", InMemory(), tmp_path / "names"
    if place != "environment":
        KeySource({}, folder, Keyring(lambda: ring)).login(name, Secret(ODD_CANARY))
    keys = KeySource({name: f" {ODD_CANARY}"} if place == "environment" else {}, folder, Keyring(lambda: ring))
    if place == "kernel":
        keys.login(name, Secret(ODD_CANARY))
    guard = Guard(session.settings, keys)
    planned = session.plan(question("Why?"))

    with noting_what_frames_hold() as held:
        assert [] == guard.findings(planned)
        refuse_keys("use rehearsal:o3", guard.configured_keys())
        key = key_for(providers()["segmind"], keys)
        assert key is not None
        assert (key.valid, key.hide("Why?")) == (True, "Why?")

    assert [] == [where for where, words in held.items() if ODD_CANARY[:8] in words]
    assert {"configured_keys", "findings", "find", "refuse_keys", "_in_environment"} <= {
        where.partition(":")[0] for where in held
    }
    assert key.reveal() == ODD_CANARY


# Threats 4 and 5.


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("model", ["segmind:o3", "aimlapi:o3"])
def test_threat_04_a_redirect_is_an_error_and_is_never_followed(
    make_session: MakeSession, serve: Callable[..., Scripted], status: int, model: str
) -> None:
    thief = serve(http())
    server = serve(http(f"{status} Moved", b"", f"Location: {thief.url}/v1/o3"))
    session = make_session(pointed_at(server.url), model=model)
    with pytest.raises(NotFound, match=r"redirected the request to another address.*Redirects are not followed"):
        session.ask(question("why?")).result(10)
    assert thief.requests == []
    assert sum(request.startswith(b"POST") for request in server.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://api.segmind.com",
        "http://127.0.0.1.evil.invalid",
        "http://localhost.evil.invalid",
        "http://127.0.0.1@evil.invalid",
        "http://user:password@127.0.0.1",
        "http://evil.invalid\\@127.0.0.1",
        "http://2130706433",
        "http://0.0.0.0",
        "ftp://127.0.0.1",
    ],
)
def test_threat_05_an_address_that_the_key_must_not_go_to_is_refused_before_connecting(
    make_session: MakeSession, url: str
) -> None:
    """A connection or look-up beyond this machine would fail the test (`only_loopback`)."""
    session = make_session({**pointed_at(url), "SEGMIND_API_KEY": CANARY}, model="segmind:o3")
    with pytest.raises(Refused, match=r"Nothing was sent\.$") as caught:
        session.ask(question("why?")).result(10)
    assert CANARY not in str(caught.value)
    assert "password@" not in str(caught.value)


# Threat 19.


def test_threat_19_no_module_of_this_package_pickles_or_unpickles() -> None:
    risky = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"}
    found = []
    for path in Path(nbreason.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("exec", "eval")
            found += [f"{path.name}: {name}" for name in names if name.split(".")[0] in risky]
            found += [f"{path.name}: {node.func.id}"] if called else []  # type: ignore[attr-defined]
    assert [name for name in found if not name.startswith("expressions.py")] == [], "eval is for --with and {{ }} only"


def test_threat_19_an_answer_is_pickled_without_a_key_and_a_session_not_at_all(session: Session) -> None:
    answer = session.ask(question("why?", model="segmind:o3")).result(10)
    assert DUMMY_KEY.encode() not in pickle.dumps(answer)
    assert pickle.loads(pickle.dumps(answer)) == answer
    for thing in (session, session.plan(question("why?", model="segmind:o3")), session.runner):
        with pytest.raises((TypeError, AttributeError, pickle.PicklingError)):
            pickle.dumps(thing)


@pytest.mark.skipif(
    version_info < (9,), reason="without pickleshare, which IPython 8 wants for it, %store stores nothing"
)
def test_threat_19_store_magic_keeps_an_answer_without_the_key(
    rehearsal: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in pointed_at(rehearsal.url).items():
        monkeypatch.setenv(name, CANARY if name.endswith("_API_KEY") else value)
    with new_shell() as made:
        for line in ("%load_ext nbreason", "%load_ext storemagic", "%reason -m segmind:o3 Why?", "%store _reason"):
            made.run_cell(line)
        made.run_cell("%unload_ext nbreason")
    stored = list((tmp_path / "ipython").rglob("autorestore/_reason"))
    assert stored
    assert holding(tmp_path) == []


def test_threat_01_the_history_of_ipython_shows_why_keys_must_not_be_typed(tmp_path: Path) -> None:
    """It is written before a magic can look at the line; with the key in the environment it holds none."""
    code = (
        "import sys\nfrom IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "for line in ('%load_ext nbreason', '%reason -m segmind:o3 --dry-run Why?', f'%nbreason use {sys.argv[1]}'):\n"
        "    shell.run_cell(line, store_history=True)\n"
        "shell.history_manager.writeout_cache()\nshell.history_manager.end_session()\n"
    )
    environment = {**os.environ, "SEGMIND_API_KEY": CANARY}
    done = subprocess.run(
        [sys.executable, "-c", code, ODD_CANARY], capture_output=True, text=True, timeout=60, env=environment
    )
    assert CANARY not in done.stdout + done.stderr
    (history,) = (tmp_path / "ipython").rglob("history.sqlite")
    with closing(sqlite3.connect(history)) as db:
        lines = " ".join(str(row) for row in db.execute("SELECT source_raw FROM history"))
    assert ODD_CANARY in lines, "a typed key is there, whatever anybody does"
    assert CANARY not in lines
    assert holding(tmp_path / "home") == []
    assert re.search("load_ext", lines)
    assert HERE
