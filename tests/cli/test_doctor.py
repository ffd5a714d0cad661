"""The doctor: what works here, in a text that can be pasted into an issue."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nbreason.doctor import examine, text
from nbreason.errors import UsageError
from nbreason.rehearsal import Rehearsal
from nbreason.store.conversations import Store
from tests.conftest import MakeSession, Scripted, Shell, free_port, pointed_at, question
from tests.faults.conftest import TlsScripted

KEY = "sk-doctor-0123456789abcdef"


def test_the_text_names_what_is_there_and_what_was_reached(make_session: MakeSession, rehearsal: Rehearsal) -> None:
    session = make_session({**pointed_at(rehearsal.url), "SEGMIND_API_KEY": KEY}, model="segmind:o3")
    session.ask(question("a private question", owner="a/0")).result(10)
    posts = rehearsal.requests
    found = dict(examine(session))
    assert found["keys found"] == "AIMLAPI_API_KEY, SEGMIND_API_KEY"
    assert found["reach segmind"].startswith(f"127.0.0.1:{rehearsal.url.rpartition(':')[2]}: reachable in ")
    assert (found["store: integrity"], found["store: turns"], found["store: journal"]) == ("ok", "1", "delete")
    assert found["store: unknown outcomes"] == "0"
    assert found["settings changed"] == "model"
    if os.name == "posix":
        assert found["store: permissions"] == "folder 700, file 600"
    assert rehearsal.requests == posts, "no request is made"
    assert KEY not in text(list(found.items()))
    assert "private" not in text(list(found.items()))


def test_a_host_that_is_down_silent_or_unsafe_is_told_so_in_time(
    make_session: MakeSession, serve: Callable[..., Scripted]
) -> None:
    import ssl

    import trustme

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    tls = TlsScripted(lambda connection: None, context)
    try:
        for url, words in {
            f"http://127.0.0.1:{free_port()}": "no connection",
            tls.url: "connected, but the certificate is not trusted",
            "http://10.0.0.1": "cannot be checked: http:// is allowed for this machine only",
            "https://nowhere.invalid": "no connection (Name or service not known)",
        }.items():
            found = dict(examine(make_session({"NBREASON_SEGMIND_URL": url})))
            assert words in found["reach segmind"], url
    finally:
        tls.stop()


def test_variables_are_named_and_passwords_in_them_are_not(make_session: MakeSession) -> None:
    session = make_session({"HTTPS_PROXY": "http://ada:sesame@proxy.invalid:3128", "SSL_CERT_FILE": "/no/such.pem"})
    shown = text(examine(session))
    assert "HTTPS_PROXY=http://proxy.invalid:3128" in shown
    assert "SSL_CERT_FILE=/no/such.pem" in shown
    assert "sesame" not in shown


def test_a_store_that_cannot_be_used_is_told(make_session: MakeSession, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    found = dict(examine(make_session({}, store=Store(tmp_path / "file" / "home"))))
    assert found["store: saved"] == "memory only"
    assert found["store: warning"].startswith("The conversation is not saved")


def test_it_runs_from_the_command_line_and_from_a_notebook(
    shell: Shell, capsys: pytest.CaptureFixture[str], rehearsal: Rehearsal
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nbreason", "doctor"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "SEGMIND_API_KEY": KEY, "NBREASON_SEGMIND_URL": rehearsal.url},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "keys found" in done.stdout
    assert KEY not in done.stdout
    shell.run("%nbreason doctor")
    printed = capsys.readouterr().out
    assert "a terminal: answers as text" in printed
    assert "can be pasted into an issue" in printed
    with pytest.raises(UsageError):
        shell.run("%nbreason doctor now")
