"""Threat 31: addresses from the environment and the settings: passwords in them, proxies, and headers that redirect."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nbreason.errors import NBReasonError, Refused
from nbreason.notebook.notebook import notebook_of
from tests.conftest import MakeSession, Scripted, Shell, http, question

URLS = [
    "https://me:sesame@x.invalid",
    "https://sesame@x.invalid/v1",
    "me:sesame@x.invalid/v1",
    "https://me:sesame@x.invalid/v1?a=b",
    "https://me:sesame@[x.invalid",
    "ftp://me:sesame@x.invalid",
]
LINES = ["status", "doctor", "models segmind", "credits segmind"]


def everything(shell: Shell, capsys: pytest.CaptureFixture[str]) -> str:
    """What is shown of the settings, wherever that is, and the errors of asking."""
    shell.run("%xmode Verbose")
    try:
        for line in (*(f"%nbreason {line}" for line in LINES), "%reason -n Why?", "%reason Why?", "%reason -b Why?"):
            shell.shell.run_cell(line)
        notebook = notebook_of(shell.shell)
        assert notebook is not None
        try:
            planned = notebook.session.plan(question("why?"))
        except NBReasonError as error:
            planned = error  # type: ignore[assignment]
        return "".join(capsys.readouterr()) + repr(planned)
    finally:
        shell.run("%xmode Context")


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("place", ["environment", "settings"])
def test_threat_31_a_password_in_an_address_is_refused_and_shown_nowhere(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str, place: str
) -> None:
    notebook = notebook_of(shell.shell)
    assert notebook is not None
    notebook.settings.model = "segmind:o3"
    monkeypatch.setenv("SEGMIND_API_KEY", "a-key-of-some-length")
    if place == "environment":
        monkeypatch.setenv("NBREASON_SEGMIND_URL", url)
    else:
        notebook.settings.endpoints = {"segmind": url}
    shown = everything(shell, capsys)
    assert "sesame" not in shown
    assert "Nothing was sent." in shown


def test_threat_31_the_password_of_a_proxy_is_shown_nowhere(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = notebook_of(shell.shell)
    assert notebook is not None
    notebook.settings.model = "segmind:o3"
    notebook.settings.endpoints = {"segmind": {"proxy": "http://me:sesame@127.0.0.1:9"}}
    monkeypatch.setenv("SEGMIND_API_KEY", "a-key-of-some-length")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:sesame@127.0.0.1:9")
    shown = everything(shell, capsys)
    assert "sesame" not in shown
    assert "through the proxy of NBReason.endpoints" in shown


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_threat_31_a_proxy_for_this_machine_is_refused(
    make_session: MakeSession, serve: Callable[..., Scripted], host: str
) -> None:
    proxy = serve(http())
    given = {"url": f"http://{host}:11434", "proxy": proxy.url}
    session = make_session({}, endpoints={"ollama": given}, model="ollama:x")
    with pytest.raises(Refused, match=r"proxy is used for https:// only.*Nothing was sent"):
        session.ask(question("why?")).result(10)
    assert proxy.requests == []


@pytest.mark.parametrize(
    "given",
    [
        *({"headers": {name: "evil.invalid"}} for name in ("Host", "HOST", "Content-Length", "Transfer-Encoding")),
        {"auth": "host"},
        {"headers": {"X-Course": "7\r\nHost: evil.invalid"}},
        {"headers": {"Host: x\r\nX": "7"}},
    ],
)
def test_threat_31_a_header_that_redirects_or_frames_a_request_is_refused(
    make_session: MakeSession, serve: Callable[..., Scripted], given: dict[str, object]
) -> None:
    server = serve(http())
    settings = {"endpoints": {"segmind": {"url": server.url, **given}}, "model": "segmind:o3"}
    session = make_session({"SEGMIND_API_KEY": "a-key-of-some-length"}, **settings)
    with pytest.raises(Refused, match=r"Nothing was sent\.$"):
        session.ask(question("why?")).result(10)
    assert server.requests == []
