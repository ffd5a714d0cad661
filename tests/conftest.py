"""What all tests share: no network beyond this machine, no keys, a home of its own for each test; and the real
parts that tests put together: a rehearsal server, a server that does exactly what it is told, sessions over a
store in a temporary folder, an IPython shell, kernels."""

from __future__ import annotations

import atexit
import ipaddress
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from nbreason.asking.session import Session
from nbreason.config.settings import NBReason
from nbreason.core.events import Answer
from nbreason.core.models import Options
from nbreason.core.parts import Part, Text
from nbreason.core.question import Place, Question
from nbreason.rehearsal import Rehearsal
from nbreason.rehearsal import start as start_rehearsal
from nbreason.store.conversations import Store
from nbreason.transport.client import Transport

NOTEBOOK = "/somewhere/lecture.ipynb"
DUMMY_KEY = "sk-dummy-0123456789abcdef"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as quick what needs no browser, no kernel and no long time, and give slow tests the time they need."""
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        kernel = any("kernel" in name for name in getattr(item, "fixturenames", ()))
        random = hasattr(getattr(item, "obj", None), "hypothesis")
        if not (marks & {"browser", "slow", "long"} or kernel or random):
            item.add_marker("quick")
        if "slow" in marks:
            item.add_marker(pytest.mark.timeout(1200))


# What a test may reach and what it inherits.


def is_here(host: object) -> bool:
    """Whether an address stays on this machine."""
    if host in (None, "", "localhost", b"localhost", "0.0.0.0", "::"):
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A connection or a name lookup beyond loopback fails, and fails the test even if somebody handles it.

    Names under ``.invalid`` never resolve (RFC 6761), so looking one up is a real lookup failure for free.
    """
    beyond: list[str] = []
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guard(address: object) -> None:
        if isinstance(address, tuple) and not is_here(address[0]):
            beyond.append(str(address))
            raise OSError(f"tests do not connect to {address}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        guard(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        guard(address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *more: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if isinstance(name, str) and name.endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if not is_here(name):
            beyond.append(str(name))
            raise OSError(f"tests do not look up {name}")
        return getaddrinfo(host, *more, **named)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
    yield
    assert beyond == [], f"the test reached for the network: {beyond}"


def is_foreign(name: str) -> bool:
    """Whether a variable of the machine that runs the tests would change what they do."""
    return name.startswith(("NBREASON_", "JPY_")) or name.endswith("_API_KEY") or name.lower().endswith("_proxy")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No key, no moved address, no proxy and no notebook of the machine that runs the tests; a home of its own."""
    for name in filter(is_foreign, list(os.environ)):
        monkeypatch.delenv(name)
    monkeypatch.setenv("NBREASON_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("COLUMNS", "200")  # whatever the terminal of the person who runs them


# Servers.


@pytest.fixture
def rehearsal() -> Iterator[Rehearsal]:
    """A rehearsal server that answers at once and keeps what it was sent."""
    with start_rehearsal(pace=0, think_seconds=0, record=True) as server:
        yield server


class Scripted:
    """A server that does to each connection exactly what it is told.

    script: called with the connection once a whole request has been read
    `requests` holds the bytes of each request; `asked` is set when one has come, `gone` when a client has closed
    its end.
    """

    def __init__(self, script: Callable[[socket.socket], None], port: int = 0) -> None:
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", port))
        self.requests: list[bytes] = []
        self.asked = threading.Event()
        self.gone = threading.Event()
        self.over = threading.Event()
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            if self.over.is_set():
                connection.close()
                return
            self._connections.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with closing(connection):
            connection.settimeout(10)
            try:
                while request := read_request(connection):
                    self.requests.append(request)
                    self.asked.set()
                    self._script(connection)
            except OSError:
                self.gone.set()

    def wait_until_gone(self, connection: socket.socket, seconds: float = 10) -> None:
        """To be called by a script: keep silent until the client closes the connection."""
        connection.settimeout(seconds)
        try:
            while connection.recv(4096):
                pass
        except TimeoutError:
            return
        except OSError:
            pass
        self.gone.set()

    def stop(self) -> None:
        self.over.set()
        with socket.socket() as knock:  # wakes `accept`
            knock.connect_ex(("127.0.0.1", self.port))
        self._listener.close()
        for connection in self._connections:
            with suppress(OSError):  # most are closed already
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)


def read_request(connection: socket.socket) -> bytes:
    """One whole HTTP request, or nothing when the client has closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    while len(body) < sum(lengths):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def http(status: str = "200 OK", body: bytes = b"", *headers: str) -> bytes:
    """A reply with its length."""
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers])
    return head.encode("latin-1") + b"\r\n\r\n" + body


@pytest.fixture
def serve() -> Iterator[Callable[..., Scripted]]:
    """Starts scripted servers: ``serve(lambda connection: connection.sendall(http()))``, or ``serve(bytes)``."""
    running: list[Scripted] = []

    def make(script: Callable[[socket.socket], None] | bytes, port: int = 0) -> Scripted:
        act = script if callable(script) else lambda connection: connection.sendall(script)
        running.append(Scripted(act, port))
        return running[-1]

    yield make
    for server in running:
        server.stop()


def free_port() -> int:
    """A port of this machine at which nothing listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


# Sessions.


def sent(rehearsal: Rehearsal) -> str:
    """The text of the last question that the server got."""
    content: Any = rehearsal.bodies[-1]["messages"][-1]["content"]
    return content if isinstance(content, str) else "\n".join(part.get("text", "[image]") for part in content)


def question(
    *parts: Part | str,
    owner: str | None = None,
    notebook: str = NOTEBOOK,
    thread: str = "",
    model: str | None = None,
    effort: str | None = None,
    max_tokens: int | None = None,
    **more: Any,
) -> Question:
    """A question from strings and parts."""
    return Question(
        tuple(Text(part) if isinstance(part, str) else part for part in parts),
        Place(notebook, owner, thread),
        model=model,
        options=Options(effort=effort, max_tokens=max_tokens),
        **more,
    )


HERE = Place(NOTEBOOK)


MakeSession = Callable[..., Session]


@pytest.fixture
def make_session(tmp_path: Path) -> Iterator[MakeSession]:
    """Sessions over a store in a temporary folder: ``make_session({"NBREASON_SEGMIND_URL": …}, model="segmind:o3")``.

    environment: what the session takes for the environment; further names are settings
    patient:     whether it really waits before it sends again; clock: seconds since 1970
    """
    made: list[Session] = []

    async def no_sleep(seconds: float) -> None:
        pass

    def make(
        environment: Mapping[str, str] | None = None,
        store: Store | None = None,
        patient: bool = False,
        clock: Callable[[], float] = time.time,
        **settings: Any,
    ) -> Session:
        transport = Transport() if patient else Transport(sleep=no_sleep)
        kept = store or Store(tmp_path / "home")
        made.append(Session(NBReason(**settings), kept, dict(environment or {}), transport, clock))
        return made[-1]

    yield make
    for session in made:
        session.close()


def pointed_at(url: str) -> dict[str, str]:
    """An environment in which every provider is at `url`, with dummy keys."""
    return {
        "NBREASON_REHEARSAL_URL": url,
        "NBREASON_SEGMIND_URL": url,
        "NBREASON_AIMLAPI_URL": url,
        "SEGMIND_API_KEY": DUMMY_KEY,
        "AIMLAPI_API_KEY": DUMMY_KEY,
    }


@pytest.fixture
def session(make_session: MakeSession, rehearsal: Rehearsal) -> Session:
    """A session whose providers are all the rehearsal server; the default is the rehearsal."""
    return make_session(pointed_at(rehearsal.url), model="rehearsal:o3")


@pytest.fixture
def ask(session: Session) -> Callable[..., Answer]:
    """Asks in `session` and waits: ``ask("Why?", owner="cell/0")``."""
    return lambda *parts, **more: session.ask(question(*parts, **more)).result(20)


# Shells and kernels.


class Shell:
    """A real InteractiveShell with the extension loaded, whose errors are raised instead of printed only."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.names: dict[str, Any] = shell.user_ns

    def run(self, code: str) -> Any:
        """Run a cell; gives its value.  Raises what the cell raised."""
        result = self.shell.run_cell(code, store_history=True)
        result.raise_error()
        return result.result


@contextmanager
def new_shell() -> Iterator[Any]:
    """An InteractiveShell without history."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    InteractiveShell.clear_instance()
    for stream in (sys.stdout, sys.stderr):
        # IPython leaves its own `write` there when something escapes from a cell, and would note our output as that
        # shell's, in a list that all shells of a process share.
        vars(stream).pop("write", None)
    shell = InteractiveShell.instance(config=config)
    try:
        yield shell
    finally:
        InteractiveShell.clear_instance()
        # Otherwise each would live to the end, and collect garbage once more then: a minute for all of them.
        atexit.unregister(shell.atexit_operations)


@pytest.fixture
def shell(rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A shell with the extension loaded; its providers are the rehearsal server."""
    from nbreason.notebook.notebook import notebook_of

    monkeypatch.setenv("NBREASON_REHEARSAL_URL", rehearsal.url)
    with new_shell() as made:
        made.run_cell("%load_ext nbreason").raise_error()
        notebook = notebook_of(made)
        assert notebook is not None
        yield Shell(made)
        if notebook._session is not None:
            notebook._session.close()
        made.run_cell("%unload_ext nbreason").raise_error()


class Ran:
    """What one cell did: its printed text, its rich outputs, and its error."""

    def __init__(self) -> None:
        self.printed = ""
        self.shown: list[dict[str, Any]] = []
        self.updates: list[dict[str, Any]] = []
        self.error: dict[str, Any] | None = None
        self.seconds = 0.0

    def note(self, message: dict[str, Any]) -> None:
        """Take in a message of the kernel."""
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            self.printed += content["text"]
        elif kind in ("display_data", "execute_result"):
            self.shown.append(content)
        elif kind == "update_display_data":
            self.updates.append(content)
        elif kind == "error":
            self.error = content

    @property
    def text(self) -> str:
        """Everything that the cell showed, as text."""
        shown = [output["data"].get("text/plain", "") for output in [*self.shown, *self.updates]]
        return "\n".join([self.printed, *shown])


class Kernel:
    """A kernel in its own process, driven by messages as a front end does."""

    def __init__(self, manager: Any, client: Any) -> None:
        self.manager, self.client = manager, client

    def send(self, code: str, cell: str | None = None, **metadata: object) -> str:
        """Have one cell run; gives the id of the request.  metadata: what a front end tells beside the cell's id"""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        }
        metadata |= {"cellId": cell} if cell else {}
        message = self.client.session.msg("execute_request", content, metadata=metadata)
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def collect(self, request: str, seconds: float = 60) -> Ran:
        """What that cell did, once it is over."""
        ran, started = Ran(), time.monotonic()
        while time.monotonic() < started + seconds:
            message = self.client.get_iopub_msg(timeout=seconds)
            if message["parent_header"].get("msg_id") != request:
                continue
            ran.note(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                ran.seconds = time.monotonic() - started
                return ran
        raise AssertionError("the cell never ended")

    def run(self, code: str, cell: str | None = None, **metadata: object) -> Ran:
        """Run one cell and give what it did."""
        return self.collect(self.send(code, cell, **metadata))

    def answering(self, code: str, *typed: str) -> tuple[Ran, list[dict[str, Any]]]:
        """Run one cell with a person at the keyboard; gives also what it asked for: the prompts."""
        ran, prompts, answers = Ran(), [], list(typed)

        def ask(message: dict[str, Any]) -> None:
            prompts.append(message["content"])
            self.client.input(answers.pop(0))

        self.client.execute_interactive(code, allow_stdin=True, stdin_hook=ask, output_hook=ran.note, timeout=60)
        return ran, prompts

    def evaluate(self, expression: str) -> str:
        """The repr of an expression in the kernel; an error of it is an error of the test."""
        ran = self.run(f"print(repr({expression}))")
        assert ran.error is None, ran.error
        return ran.printed.strip()


@contextmanager
def running_kernel(environment: Mapping[str, str], folder: Path) -> Iterator[Kernel]:
    """A kernel with these variables in its environment and a home in `folder`, where it works."""
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="python3")
    own = {name: value for name, value in os.environ.items() if not is_foreign(name)}
    homes = {
        "NBREASON_HOME": str(folder / "home"),
        "IPYTHONDIR": str(folder / "ipython"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    manager.start_kernel(env={**own, **homes, **environment}, cwd=str(folder))
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def module_rehearsal() -> Iterator[Rehearsal]:
    """A rehearsal server for a whole module."""
    with start_rehearsal(pace=0, think_seconds=0, record=True) as server:
        yield server


@pytest.fixture(scope="module")
def module_kernel(module_rehearsal: Rehearsal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """One kernel for a whole module, because starting one takes a second; all providers are `module_rehearsal`."""
    addresses = {
        "NBREASON_REHEARSAL_URL": module_rehearsal.url,
        "NBREASON_SEGMIND_URL": module_rehearsal.url,
        "NBREASON_AIMLAPI_URL": module_rehearsal.url,
    }
    with running_kernel(addresses, tmp_path_factory.mktemp("kernel")) as kernel:
        loaded = kernel.run("%load_ext nbreason")
        assert (loaded.error, loaded.text.strip()) == (None, "")
        yield kernel
