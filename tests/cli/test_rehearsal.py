"""``nbreason rehearsal``: the server in the foreground, for a class or another client."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

import pytest

from nbreason import __version__


@contextmanager
def server(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command as a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "nbreason", "rehearsal", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "nbreason", *arguments], capture_output=True, text=True, timeout=60)


def test_it_prints_an_address_that_answers_and_ends_on_ctrl_c() -> None:
    with server("--port", "0") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found is not None, line
        body = json.dumps({"messages": [{"role": "user", "content": "Why?\nrehearse: echo\nBecause."}]}).encode()
        headers = {"x-api-key": "k", "Content-Type": "application/json"}
        with urlopen(Request(f"{found[0]}/v1/o3", body, headers), timeout=10) as reply:
            assert json.load(reply)["choices"][0]["message"]["content"] == "Because."
        assert "POST /v1/o3 200" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) in (0, 130)


def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("rehearsal", "--port", port)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"The port {port} cannot be used: ")
    assert done.stderr.count("\n") == 1


def test_the_version_is_told() -> None:
    assert run("--version").stdout.strip() == f"nbreason {__version__}"


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("rehearsal", "--prt", "1")])
def test_a_wrong_command_line_shows_how_to_use_it(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "usage: nbreason" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_names_every_command() -> None:
    text = run("--help").stdout
    assert all(command in text for command in ("demo", "lab", "rehearsal"))
