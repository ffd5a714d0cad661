"""Bytes on the wire: framing, connections, what the seeds of each provider show, credits."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time

import pytest

from nbreason.rehearsal import Rehearsal, run

from .conftest import (
    MakeServer,
    chat,
    data_uri,
    events,
    image_part,
    png,
    responses,
    said,
    segmind,
    send,
    user,
)

JOKES = [
    {"role": "user", "content": "tell me a joke on cats"},
    {"role": "assistant", "content": "here is a joke about cats..."},
    {"role": "user", "content": "now a joke on dogs"},
]
PICTURE = [
    {"type": "text", "text": "What's in this image?"},
    {"type": "image_url", "image_url": {"url": "https://example.com/image.jpg"}},
]


@pytest.mark.parametrize("slug", ["o3", "o3-mini"])
def test_segminds_sample_requests_are_accepted(server: Rehearsal, slug: str) -> None:
    got = send(server, "POST", f"/v1/{slug}", {"messages": JOKES}, {"x-api-key": "k"})
    assert got.status == 200
    assert (got.json["object"], got.json["model"]) == ("chat.completion", slug)
    assert got.json["choices"][0]["finish_reason"] == "stop"
    usage = got.json["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert {"x-remaining-credits", "x-cost", "x-request-id", "x-generation-time"} <= set(got.headers)


def test_segminds_o1_preview_sample_is_accepted_and_its_link_is_not_fetched(server: Rehearsal) -> None:
    keys = {"Authorization": "Bearer k"}
    got = send(server, "POST", "/v1/o1-preview", {"messages": user(PICTURE)}, keys)
    assert "a link, not fetched: `https://example.com/image.jpg`" in said(got)


def test_aimlapis_sample_requests_are_accepted(server: Rehearsal) -> None:
    for model in ("o3-mini", "openai/o3-2025-04-16"):
        assert chat(server, "Hello", model).status == 200
        got = responses(server, "Hello", model)
        assert got.json["output"][1]["status"] == "in_progress"  # as in both published samples
        assert "status" not in got.json
        assert got.json["output_text"] == got.json["output"][1]["content"][0]["text"]


def test_segmind_answers_plain_json_even_when_asked_to_stream(server: Rehearsal) -> None:
    got = segmind(server, "a", stream=True)
    assert got.headers["content-type"].startswith("application/json")
    assert said(got)


def test_credits_go_down_by_what_the_replies_say(server: Rehearsal) -> None:
    left = 100.0
    for got, cost_header in (
        (segmind(server, "a"), "x-cost"),
        (chat(server, "a"), "x-aimlapi-credits-used"),
        (responses(server, "a"), "x-aimlapi-credits-used"),
    ):
        cost = float(got.headers[cost_header])
        left -= cost
        assert 0.2 < cost < 0.4
        assert float(got.headers["x-remaining-credits"]) == pytest.approx(left, abs=1e-9)
        used = got.json.get("meta", {"usage": {"credits_used": cost}})["usage"]["credits_used"]
        assert used == pytest.approx(cost)
    assert send(server, "GET", "/v1/get-user-credits").json["credits"] == pytest.approx(left)
    assert send(server, "GET", "/v1/billing/balance").json["balance"] == pytest.approx(left)
    assert send(server, "GET", "/v2/billing").json == {
        "current_balance": pytest.approx(left / 100),
        "currency": "USD",
    }
    data = send(server, "GET", "/api/v1/key").json["data"]
    assert data["limit_remaining"] == pytest.approx(left / 100)
    assert server.credits == pytest.approx(left)


def test_a_streamed_reply_carries_its_cost_in_the_last_chunk_only(server: Rehearsal) -> None:
    got = chat(server, "a", stream=True, stream_options={"include_usage": True})
    assert "x-aimlapi-credits-used" not in got.headers
    *chunks, done = events(got.body)
    assert done == "[DONE]"
    assert [("meta" in chunk) for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert chunks[-1]["meta"]["usage"]["credits_used"] == pytest.approx(100 - server.credits)
    assert float(got.headers["x-remaining-credits"]) == pytest.approx(server.credits)


def test_low_reports_almost_no_credits_and_refill_restores_them(server: Rehearsal) -> None:
    assert segmind(server, "a\nrehearse: low").headers["x-remaining-credits"] == "0.02"
    assert 99 < server.credits < 100
    segmind(server, "a\nrehearse: refill, html")
    assert server.credits == 100


def test_nousage_reports_no_figures_at_all(server: Rehearsal) -> None:
    got = segmind(server, "a\nrehearse: nousage")
    assert "usage" not in got.json
    assert not {"x-cost", "x-remaining-credits"} & set(got.headers)
    ask = {"stream": True, "stream_options": {"include_usage": True}}
    chunks = events(chat(server, "a\nrehearse: nousage", **ask).body)
    assert all(not chunk.get("usage") for chunk in chunks[:-1])
    assert responses(server, "a\nrehearse: nousage").json["usage"] is None


def test_nodone_ends_the_stream_without_the_end_mark(server: Rehearsal) -> None:
    chunks = events(chat(server, "a\nrehearse: nodone", stream=True).body)
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"


def test_echo_sends_back_what_follows_word_for_word(server: Rehearsal) -> None:
    text = "| a |\n|---|\nrehearse: error 500\n<script>\u2028🜁 \n\n  end "
    assert said(chat(server, f"Say this\nrehearse: low, echo\n{text}")) == text
    assert said(segmind(server, [{"type": "text", "text": f"rehearse: echo\n{text}"}])) == text
    pieces = events(chat(server, f"rehearse: echo\n{text}", stream=True).body)[:-1]
    assert "".join(piece["choices"][0]["delta"].get("content", "") for piece in pieces) == text


def test_half_a_surrogate_pair_in_the_request_does_no_harm(server: Rehearsal) -> None:
    body = b'{"messages":[{"role":"user","content":"rehearse: echo\\na\\ud83db"}]}'
    assert said(send(server, "POST", "/v1/o3", body)) == "a?b"


def test_two_requests_use_one_connection(server: Rehearsal) -> None:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=5)
    body, headers = json.dumps({"messages": JOKES}), {"x-api-key": "k", "Content-Type": "application/json"}
    ports = []
    for _ in range(3):
        connection.request("POST", "/v1/o3", body, headers)
        ports.append(connection.sock.getsockname()[1])
        assert connection.getresponse().read()
    connection.close()
    assert len(set(ports)) == 1
    assert (server.posts, server.requests) == (3, 3)


def talk(server: Rehearsal, data: bytes) -> bytes:
    """Everything the server sends for ``data`` until it closes the connection."""
    with socket.create_connection((server.host, server.port), timeout=5) as raw:
        raw.sendall(data)
        received = b""
        while block := raw.recv(65536):
            received += block
    return received


def raw_post(path: str, body: bytes, *headers: bytes, version: bytes = b"HTTP/1.1") -> bytes:
    lines = [b"POST " + path.encode() + b" " + version, b"Host: localhost", b"Authorization: Bearer k", *headers]
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"", body])


STREAMED = json.dumps({"model": "o3", "messages": user("a"), "stream": True}).encode()


def test_a_stream_is_framed_in_chunks_with_one_event_each(server: Rehearsal) -> None:
    head, _, rest = talk(server, raw_post("/v1/chat/completions", STREAMED, b"Connection: close")).partition(
        b"\r\n\r\n"
    )
    assert b"Transfer-Encoding: chunked" in head
    assert b"Content-Length" not in head
    count = 0
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        block, rest = rest[: int(size, 16)], rest[int(size, 16) :]
        assert rest.startswith(b"\r\n")
        rest = rest[2:]
        if block:
            assert block.startswith(b"data: ")
            assert block.endswith(b"\n\n")
            count += 1
    assert count > 30
    assert block == b""  # the chunk of length 0 that ends the body


def test_an_http_1_0_client_gets_an_unframed_stream(server: Rehearsal) -> None:
    head, _, rest = talk(server, raw_post("/v1/chat/completions", STREAMED, version=b"HTTP/1.0")).partition(b"\r\n\r\n")
    assert b"chunked" not in head
    assert rest.startswith(b"data: ")
    assert rest.endswith(b"data: [DONE]\n\n")


def test_a_request_body_in_chunks_is_read(server: Rehearsal) -> None:
    body = json.dumps({"messages": user("a")}).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:9], body[9:])) + b"0\r\n\r\n"
    head = b"POST /v1/o3 HTTP/1.1\r\nHost: localhost\r\nx-api-key: k\r\nContent-Type: application/json\r\n"
    reply = talk(server, head + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
    assert reply.startswith(b"HTTP/1.1 200")
    wrong = talk(server, head + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n")
    assert wrong.startswith(b"HTTP/1.1 400")


def test_cut_drops_the_connection_in_the_middle(server: Rehearsal) -> None:
    with pytest.raises(http.client.IncompleteRead) as whole:
        segmind(server, "a\nrehearse: cut")
    assert len(whole.value.partial) > 100
    with pytest.raises(http.client.IncompleteRead) as streamed:
        chat(server, "a\nrehearse: cut", stream=True)
    assert b"[DONE]" not in streamed.value.partial


def test_slow_is_total_silence_first(server: Rehearsal) -> None:
    started = time.monotonic()
    with socket.create_connection((server.host, server.port), timeout=0.2) as raw:
        raw.sendall(raw_post("/v1/chat/completions?rehearse=slow+0.4", STREAMED))
        with pytest.raises(TimeoutError):
            raw.recv(1)
        raw.settimeout(5)
        assert raw.recv(4) == b"HTTP"
    assert time.monotonic() - started >= 0.4


def test_pace_waits_before_each_piece(server: Rehearsal) -> None:
    started = time.monotonic()
    chunks = events(chat(server, "a\nrehearse: pace 5", stream=True).body)
    assert time.monotonic() - started >= (len(chunks) - 5) * 0.005


def test_a_body_that_is_too_large_is_refused_without_being_kept(serve: MakeServer) -> None:
    small = serve(largest_body=1000, record=True)
    for path in ("/v1/o3", "/v1/chat/completions"):
        got = send(small, "POST", path, {"messages": user("a" * 30_000_000)})
        assert got.status == 413
        assert "1,000 bytes" in str(got.json)
    assert small.bodies == []


@pytest.mark.parametrize("length", [b"-1", b"x", b"1" * 30])
def test_a_senseless_content_length_is_refused(server: Rehearsal, length: bytes) -> None:
    head = b"POST /v1/o3 HTTP/1.1\r\nHost: localhost\r\nx-api-key: k\r\nContent-Length: "
    reply = talk(server, head + length + b"\r\n\r\n")
    assert reply.split()[1] in (b"400", b"413")


def test_clients_that_leave_are_quiet_and_leave_no_thread(serve: MakeServer, capfd: pytest.CaptureFixture[str]) -> None:
    slow = serve(pace=0.02)
    for path in ("/v1/chat/completions", "/v1/chat/completions?rehearse=slow+60"):
        with socket.create_connection((slow.host, slow.port)) as raw:
            raw.sendall(raw_post(path, STREAMED))
            if "slow" not in path:
                raw.recv(200)
    with socket.create_connection((slow.host, slow.port)) as raw:
        raw.sendall(b"POST /v1/o3 HTTP/1.1\r\nContent-Length: 99\r\n\r\n{")
    deadline = time.monotonic() + 3
    while _connections() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert _connections() == []
    assert capfd.readouterr() == ("", "")


def test_stopping_ends_waiting_replies_and_all_threads(serve: MakeServer) -> None:
    before = set(threading.enumerate())
    servers = [serve() for _ in range(5)]
    asking = socket.create_connection((servers[0].host, servers[0].port), timeout=5)
    asking.sendall(raw_post("/v1/chat/completions?rehearse=slow+60", STREAMED))
    idle = socket.create_connection((servers[1].host, servers[1].port), timeout=5)
    time.sleep(0.05)
    started = time.monotonic()
    for server in servers:
        server.stop()
        server.stop()
    assert time.monotonic() - started < 2
    assert (asking.recv(1), idle.recv(1)) == (b"", b"")
    asking.close()
    idle.close()
    assert set(threading.enumerate()) <= before
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((servers[0].host, servers[0].port), timeout=1)


def test_many_clients_are_answered_at_once_and_the_ledger_stays_exact(server: Rehearsal) -> None:
    costs: list[float] = []
    threads = [
        threading.Thread(target=lambda: costs.append(float(segmind(server, "a").headers["x-cost"]))) for _ in range(30)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(costs) == 30
    assert server.credits == pytest.approx(100 - sum(costs), abs=1e-6)
    assert server.posts == 30


def test_bodies_are_kept_only_on_request(serve: MakeServer, server: Rehearsal) -> None:
    segmind(server, "a")
    assert server.bodies == [{"messages": user("a")}]
    forgetful = serve()
    segmind(forgetful, "a")
    with pytest.raises(RuntimeError, match="record=True"):
        _ = forgetful.bodies


def test_the_log_has_one_line_a_request_without_keys(serve: MakeServer) -> None:
    lines: list[str] = []
    server = serve(log=lines.append)
    send(server, "POST", "/v1/o3?key=secret", {"messages": user("a")}, {"x-api-key": "secret"})
    talk(server, b"GET /v1/\x1b[31m HTTP/1.1\r\nConnection: close\r\n\r\n")
    deadline = time.monotonic() + 2
    while len(lines) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert set(lines) == {"POST /v1/o3 200", "GET /v1/?[31m 405"}


def test_the_key_is_nowhere_in_a_reply(server: Rehearsal) -> None:
    secret = "sk-very-secret"
    keys = {"x-api-key": secret, "Authorization": f"Bearer {secret}"}
    for path in ("/v1/o3", "/v1/o9", "/v1/chat/completions", "/v2/billing"):
        got = send(server, "POST", path, {"model": "o3", "messages": user("a")}, keys)
        assert secret not in str(got)


def test_a_port_that_is_taken_is_an_os_error(serve: MakeServer, server: Rehearsal) -> None:
    with pytest.raises(OSError, match="in use"):
        serve(port=server.port)


def test_run_serves_in_the_foreground_until_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    statuses: list[int] = []

    def interrupted(self: Rehearsal, timeout: float | None = None) -> None:
        statuses.append(segmind(self, "a").status)
        raise KeyboardInterrupt

    monkeypatch.setattr(Rehearsal, "join", interrupted)
    run(0, out=lines.append)
    assert statuses == [200]
    assert "http://127.0.0.1:" in lines[0]
    assert "Stopped after 1 requests." in lines  # its own log may come a little later


def test_a_server_open_to_others_does_not_say_that_nothing_left_the_machine(serve: MakeServer) -> None:
    assert "nothing left this machine" in said(segmind(serve(), "a"))
    shared = serve(host="0.0.0.0")
    assert shared.url.startswith("http://127.0.0.1:")
    assert "nothing left this machine" not in said(segmind(shared, [image_part(data_uri(png(1, 1)))]))


def _connections() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "nbreason-rehearsal-connection"]
