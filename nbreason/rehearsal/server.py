"""HTTP/1.1 only: bytes on sockets to ``Request``, ``Reply`` to bytes on sockets. No rules of any provider."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
import selectors
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from . import errors
from .service import Service, route
from .values import Refusal, Reply, Request

LARGEST_BODY = 64 * 1024 * 1024  # bytes
_IDLE = 60.0  # seconds a silent connection is kept
_REQUEST = 120.0  # seconds in which a request must have arrived, once its connection is open
_CONNECTIONS = 256  # at a time; a class is smaller
_DRAIN = 2.0  # seconds to read on after refusing a body, so that the client can read the refusal
Log = Callable[[str], None]


class Server(ThreadingHTTPServer):
    """Listens, and knows its open connections, so that it can end them all."""

    daemon_threads = True
    request_queue_size = 128  # a class starts at the same minute
    allow_reuse_address = os.name != "nt"  # on Windows it would let two servers share the port

    def __init__(self, address: tuple[str, int], service: Service, log: Log | None, largest: int) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.service = service
        self.log = log
        self.largest = largest
        self.request_seconds = _REQUEST
        self.most_connections = _CONNECTIONS
        self._host = address[0]
        self.stopping = threading.Event()
        self.requests = 0
        self.posts = 0
        self._lock = threading.Lock()
        self._open: dict[threading.Thread, socket.socket] = {}
        self._deadlines: dict[threading.Thread, float] = {}
        super().__init__(address, Handler)

    def is_own(self, host: str) -> bool:
        """Whether the value of a header ``Host`` means this server; one that others can reach has many addresses."""
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        if (address := _address(name)) is None:
            return name in ("localhost", self._host.lower(), socket.gethostname().lower())
        own = _address(self._host)
        return address.is_loopback or address == own or (own is not None and not own.is_loopback)

    def server_bind(self) -> None:
        # HTTPServer would look up the host's full name, which can take seconds without a network.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def count(self, method: str) -> None:
        """Counts one request."""
        with self._lock:
            self.requests += 1
            self.posts += method == "POST"

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread,
            args=(request, client_address),
            name="nbreason-rehearsal-connection",
            daemon=True,
        )
        with self._lock:
            full = len(self._open) >= self.most_connections
            if not full:
                self._open[thread] = request
                self._deadlines[thread] = time.monotonic() + self.request_seconds
        if full:
            self.shutdown_request(request)
        else:
            thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._open.pop(threading.current_thread(), None)
                self._deadlines.pop(threading.current_thread(), None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet: what raises here is a client that went away; errors of the service become replies."""

    def expect_request(self, expected: bool) -> None:
        """Whether the connection of this thread waits for a request, or the rest of one, which must come in time."""
        with self._lock:
            if expected:
                self._deadlines[threading.current_thread()] = time.monotonic() + self.request_seconds
            else:
                self._deadlines.pop(threading.current_thread(), None)

    def end_late(self) -> bool:
        """Shuts the connections whose request takes too long; whether there are any others."""
        now = time.monotonic()
        with self._lock:
            late = [self._open[thread] for thread, deadline in self._deadlines.items() if deadline < now]
            waiting = bool(self._open)
        for connection in late:
            with contextlib.suppress(OSError):  # already closed
                connection.shutdown(socket.SHUT_RDWR)
        return waiting

    def end_connections(self, timeout: float) -> None:
        """Shuts every open connection and waits up to ``timeout`` seconds for their threads."""
        self.stopping.set()
        with self._lock:
            threads = dict(self._open)
        for connection in threads.values():
            with contextlib.suppress(OSError):  # already closed
                connection.shutdown(socket.SHUT_RDWR)
        deadline = time.monotonic() + timeout
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))


class Handler(BaseHTTPRequestHandler):
    """One connection: reads requests, has the service answer them, writes the replies."""

    protocol_version = "HTTP/1.1"
    server_version = "nbreason-rehearsal"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = _IDLE

    @property
    def owner(self) -> Server:
        return cast(Server, self.server)

    def version_string(self) -> str:
        return self.server_version

    def answer(self) -> None:
        """Every method comes here; the service knows which are allowed."""
        owner = self.owner
        owner.count(self.command)
        target, _, query_string = self.path.partition("?")
        # A client that takes this server for a proxy sends the whole URL.
        path = re.sub(r"^https?://[^/]*", "", target) or "/"
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, path, dict(parse_qsl(query_string)), headers)
        try:
            self._check_host(target)
            refused = owner.service.refuse(request)  # before the body is read
            if refused is None:
                request = replace(request, body=self._body())
        except Refusal as refusal:
            found = route(path)
            refused = errors.reply(refusal, found.wire if found else "chat", path, uuid.uuid4().hex)
        owner.expect_request(False)
        reply = owner.service.handle(request) if refused is None else refused
        unread = refused is not None and ("content-length" in headers or "transfer-encoding" in headers)
        self._send(reply, close=unread)
        if unread:
            self._drain()
        owner.expect_request(True)
        if owner.log:
            shown = "".join(letter if letter.isprintable() else "?" for letter in path)
            owner.log(f"{self.command} {shown} {reply.status}")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = answer

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged by the base class: its lines could hold a query."""

    def _check_host(self, target: str) -> None:
        """Refuses a request for another host: a page of the web whose name leads here (DNS rebinding) sends its own."""
        hosts = [host.strip() for host in self.headers.get_all("Host", [])]
        if target.startswith("http"):
            hosts.append(urlsplit(target).netloc)
        if len(self.headers.get_all("Host", [])) > 1 or not all(map(self.owner.is_own, hosts)):
            raise Refusal(421, "This server answers to its own address only.")

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunked_body()
        length = self.headers.get("Content-Length", "0").strip()
        if not (length.isascii() and length.isdigit()):
            raise Refusal(400, "Invalid Content-Length.")
        if len(length) > 18 or int(length) > self.owner.largest:
            raise self._too_large()
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionAbortedError("the client went away")
        return body

    def _chunked_body(self) -> bytes:
        body = bytearray()
        while size := self._chunk_size():
            if len(body) + size > self.owner.largest:
                raise self._too_large()
            body += self.rfile.read(size)
            self.rfile.readline(8)  # the line end after the chunk
        while self.rfile.readline(65537).strip():
            pass  # trailers
        return bytes(body)

    def _chunk_size(self) -> int:
        line = self.rfile.readline(1024).split(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,16}", line):
            raise Refusal(400, "Invalid chunked body.")
        return int(line, 16)

    def _too_large(self) -> Refusal:
        return Refusal(413, f"Request entity too large: at most {self.owner.largest:,} bytes are accepted.")

    def _send(self, reply: Reply, close: bool = False) -> None:
        if not self._wait(reply.silence):
            return
        chunked = reply.pieces is not None and self.request_version != "HTTP/1.0"
        if close or reply.cut or (reply.pieces is not None and not chunked):
            self.close_connection = True
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif reply.pieces is None:
            self.send_header("Content-Length", str(len(reply.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if reply.pieces is not None:
            self._send_pieces(reply, chunked)
        elif self.command != "HEAD":
            self.wfile.write(reply.body[: len(reply.body) // 2] if reply.cut else reply.body)

    def _send_pieces(self, reply: Reply, chunked: bool) -> None:
        pieces = reply.pieces or ()
        for piece in pieces[: len(pieces) // 2] if reply.cut else pieces:
            if not self._wait(piece.wait):
                return
            size = b"%x\r\n" % len(piece.data)
            self.wfile.write(size + piece.data + b"\r\n" if chunked else piece.data)
        if chunked and not reply.cut:
            self.wfile.write(b"0\r\n\r\n")

    def _wait(self, seconds: float) -> bool:
        """Waits; False if meanwhile the client left or the server stops: the connection ends then."""
        if seconds <= 0:
            return True
        if seconds < 0.2:
            going = not self.owner.stopping.wait(seconds)
        else:
            going = self._wait_watching(time.monotonic() + seconds)
        if not going:
            self.close_connection = True
        return going

    def _wait_watching(self, deadline: float) -> bool:
        """A long wait during which a client that leaves must not keep its thread."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.connection, selectors.EVENT_READ)
            while (left := deadline - time.monotonic()) > 0:
                if selector.select(min(left, 0.1)):
                    if not self.connection.recv(1, socket.MSG_PEEK):
                        return False
                    # The next request is already here: nothing more to learn from the socket.
                    return not self.owner.stopping.wait(max(0.0, deadline - time.monotonic()))
                if self.owner.stopping.is_set():
                    return False
        return True

    def _drain(self) -> None:
        """Reads on for a moment: closing with unread bytes would reset the connection and lose the reply."""
        try:
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(_DRAIN)
            deadline = time.monotonic() + _DRAIN
            while time.monotonic() < deadline and self.connection.recv(1 << 16):
                pass
        except OSError:
            pass  # the client is gone, which is as good


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host)
    return None


def accept_until(server: Server, wake: socket.socket) -> None:
    """Accepts connections until a byte arrives on ``wake``; sleeps in between, so idling costs nothing.

    Once a second it ends connections that take too long, while there are any.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(server, selectors.EVENT_READ)
        selector.register(wake, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select(1.0 if server.end_late() else None)}
            if wake in ready:
                return
            if ready:
                server.handle_request()
