"""Rows 1 to 7: the provider is not reached, or somebody else answers."""

from __future__ import annotations

import datetime
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

from nbreason.errors import ConnectionFailed, InvalidResponse, Refused
from nbreason.transport.trust import VARIABLES
from tests.conftest import Scripted, Shell, free_port, http, question
from tests.faults.conftest import (
    NOT_SENT,
    TEXT,
    TlsScripted,
    World,
    every_way,
    not_repeated,
    send,
    whole,
)


@every_way
def test_fault_01_a_name_that_is_not_found_is_looked_up_three_times_and_nothing_was_sent(world: World) -> None:
    outcome = world.ask(session=world.session(endpoint={"url": "https://nowhere.invalid"}))
    assert isinstance(outcome.error, ConnectionFailed)
    assert f"The host nowhere.invalid was not found, or there is no network. {NOT_SENT}" in outcome.line
    assert (outcome.posts, world.slept, outcome.record.state) == (0, [0.25, 0.5], "failed")
    world.session()
    world.next_ask_works()


@every_way
def test_fault_02_a_refused_connection_is_tried_three_times_and_nothing_was_sent(world: World) -> None:
    port = free_port()
    outcome = world.ask(session=world.session(endpoint={"url": f"http://127.0.0.1:{port}"}))
    assert isinstance(outcome.error, ConnectionFailed)
    assert f"Could not connect to 127.0.0.1:{port}. {NOT_SENT}; your question is saved" in outcome.line
    assert (outcome.posts, world.slept, outcome.record.state) == (0, [0.25, 0.5], "failed")
    world.session()
    world.next_ask_works()


def test_fault_02_a_server_that_is_up_again_for_the_repeat_gets_one_post(
    world: World, serve: Callable[..., Scripted]
) -> None:
    port = free_port()
    session = world.session(endpoint={"url": f"http://127.0.0.1:{port}"})
    started: list[Scripted] = []

    async def start(seconds: float) -> None:
        if not started:
            started.append(serve(world.way.reply(), port))

    session._transport._sleep = start
    assert session.ask(question("Why?")).result(10).text == TEXT
    assert len(started[0].requests) == 1


@contextmanager
def black_hole(port: int) -> Iterator[None]:
    """127.0.0.2:port takes no more connections and does not say so, as a firewall does."""
    with closing(socket.create_server(("127.0.0.2", port), backlog=0)):
        fill = [socket.socket() for _ in range(4)]
        for caller in fill:
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.2", port))
        try:
            yield
        finally:
            for caller in fill:
                caller.close()


@pytest.mark.parametrize("silent", [False, True], ids=["refuses", "is silent"])
def test_fault_03_a_second_address_is_tried_when_the_first_is_dead(
    world: World, monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    def both(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port))) for address in ("127.0.0.2", "127.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    session = world.session(endpoint={"url": f"http://localhost:{world.server.port}"})
    started = time.monotonic()
    if silent:
        with black_hole(world.server.port):
            whole(world.ask(session=session))
    else:
        whole(world.ask(session=session))
    assert time.monotonic() - started < 2
    assert world.slept == []


def test_fault_03_an_address_that_stays_silent_is_given_up_after_five_seconds_at_most() -> None:
    from nbreason.transport.client import CONNECT_TIMEOUT

    assert CONNECT_TIMEOUT == 5


@pytest.fixture
def tls(world: World) -> Iterator[Callable[..., str]]:
    """Starts the world's server behind TLS: ``tls(authority, name, …)`` gives its address."""
    running: list[TlsScripted] = []

    def start(authority: trustme.CA, name: str = "127.0.0.1", **more: Any) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name, **more).configure_cert(context)
        server = TlsScripted(lambda connection: world.script(connection), context)
        running.append(server)
        world.server.requests = server.requests  # posts are counted where they arrive
        return server.url

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def bundle(authority: trustme.CA, folder: Path) -> str:
    authority.cert_pem.write_to_path(str(folder / "institute.pem"))
    return str(folder / "institute.pem")


def test_fault_04_an_unknown_authority_names_the_setting_and_nothing_is_sent_without_it(
    world: World, tls: Callable[..., str], authority: trustme.CA, tmp_path: Path
) -> None:
    url = tls(authority)
    outcome = world.ask(session=world.session(endpoint={"url": url}))
    assert isinstance(outcome.error, ConnectionFailed)
    assert "name its file in SSL_CERT_FILE or in NBReason.endpoints (ca)" in outcome.line
    assert not any(word in outcome.line.lower() for word in ("verify=", "insecure", "switch", "disable", "off"))
    assert (outcome.posts, world.slept) == (0, []), "asking again would not help"
    world.session(endpoint={"url": url, "ca": bundle(authority, tmp_path)})
    world.next_ask_works()


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_fault_04_the_environment_can_name_the_authority(
    world: World,
    tls: Callable[..., str],
    authority: trustme.CA,
    tmp_path: Path,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for other in VARIABLES:
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, bundle(authority, tmp_path))
    whole(world.ask(session=world.session(endpoint={"url": tls(authority)})))


def test_fault_04_a_bundle_that_cannot_be_read_is_named(
    world: World, tls: Callable[..., str], authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    outcome = world.ask(session=world.session(endpoint={"url": tls(authority)}))
    assert isinstance(outcome.error, Refused)
    assert "The CA bundle that SSL_CERT_FILE names" in outcome.line
    assert outcome.posts == 0


def test_fault_04_a_certificate_for_another_host_is_refused(
    world: World, tls: Callable[..., str], authority: trustme.CA, tmp_path: Path
) -> None:
    url = tls(authority, "elsewhere.example")
    outcome = world.ask(session=world.session(endpoint={"url": url, "ca": bundle(authority, tmp_path)}))
    assert "it is for another host" in outcome.line
    assert outcome.posts == 0


@pytest.mark.parametrize(("shift", "words"), [(1, "is not valid yet, so check the clock"), (-9, "has expired")])
def test_fault_05_a_certificate_of_another_time_says_to_check_the_clock(
    world: World, tls: Callable[..., str], authority: trustme.CA, tmp_path: Path, shift: int, words: str
) -> None:
    now = datetime.datetime.now(datetime.UTC)
    begin = now + datetime.timedelta(days=shift)
    url = tls(authority, not_before=begin, not_after=begin + datetime.timedelta(days=5))
    outcome = world.ask(session=world.session(endpoint={"url": url, "ca": bundle(authority, tmp_path)}))
    assert words in outcome.line
    assert "check the clock of this machine" in outcome.line
    assert (outcome.posts, world.slept) == (0, [])


@pytest.mark.parametrize(
    ("name", "value"),
    [("ALL_PROXY", "socks://127.0.0.1:1080"), ("all_proxy", "socks5://127.0.0.1:1080"), ("HTTPS_PROXY", "a b://c")],
)
def test_fault_06_an_odd_proxy_variable_is_named_and_its_value_is_not_shown(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    outcome = world.ask(session=world.session(endpoint={"url": "https://api.example.invalid"}))
    assert isinstance(outcome.error, Refused)
    assert f"The proxy variable {name} of the environment cannot be used; correct or unset it" in outcome.line
    assert value not in outcome.line
    world.session()
    world.next_ask_works()


@pytest.mark.parametrize("value", ["[::1", "10.0.0.0/99", ",,;", "http://[x", "*.", "127.0.0.1:99999999"])
def test_fault_06_an_odd_no_proxy_excepts_nothing_and_disturbs_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("NO_PROXY", value)
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:password@127.0.0.1:{free_port()}")
    outcome = world.ask(session=world.session(endpoint={"url": "https://api.example.invalid"}))
    assert isinstance(outcome.error, ConnectionFailed)
    assert "Could not connect to api.example.invalid through the proxy of HTTPS_PROXY" in outcome.line
    assert "password" not in outcome.line


def test_fault_06_the_extension_loads_and_asks_with_odd_variables(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "http_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "socks://[::")
    shell.run("%reload_ext nbreason")
    shell.run("%reason Why?")
    assert shell.run("_reason").complete


@every_way
def test_fault_07_a_login_page_with_status_200_is_no_api_reply(world: World) -> None:
    page = b"<!DOCTYPE html><html><title>Login</title><script>alert(1)</script></html>"
    outcome = world.ask(send(http("200 OK", page, "Content-Type: text/html")))
    assert isinstance(outcome.error, InvalidResponse)
    assert "The response was a web page, not an API response" in outcome.line
    assert "a proxy or a login page in between" in outcome.line
    not_repeated(outcome)
    world.next_ask_works()
