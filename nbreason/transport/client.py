"""One HTTP exchange: the request goes out, status, headers and bytes come back.

Redirects are errors (a key in ``x-api-key`` would be sent along to a stranger), ``http://`` is for loopback
only, and what arrives is capped.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from nbreason.config.environment import Environment, process_environment
from nbreason.config.secret import Secret
from nbreason.errors import ConnectionFailed, InvalidResponse, Refused, ResponseLost
from nbreason.transport.decompress import Bomb, CannotDecompress, Decompressor
from nbreason.transport.proxies import SETTINGS, Proxy, proxy_for
from nbreason.transport.retry import wait_before_repeat
from nbreason.transport.timeouts import Timeouts
from nbreason.transport.trust import no_certificates, ssl_context

CONNECT_TIMEOUT = 5.0
LARGEST_REPLY = 64 * 1024 * 1024
LARGEST_ERROR = 64 * 1024
MAYBE_BILLED = (
    "It may have been billed; it is not sent again automatically. Your question is saved: run the cell again to send it"
    " again."
)


@dataclass(frozen=True)
class Call:
    """A request, complete except for the key.

    key_header, key_prefix: where the key goes; `key` itself is revealed when the header is written
    timeout: seconds without a byte after which a response that has not begun is given up
    no_text_timeout: seconds without text of the answer, whatever else comes; None: any byte will do
    ca:      file of a certificate authority to trust instead of the usual ones; proxy: address of a proxy
    no_credits: tells from the text of a 429 that the credits have run out, so that waiting does not help
    """

    method: str
    url: str
    key: Secret | None = None
    key_header: str = "Authorization"
    key_prefix: str = "Bearer "
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    timeout: float = 1200.0
    no_text_timeout: float | None = None
    ca: str = ""
    proxy: str = field(default="", repr=False)  # it may hold a password
    no_credits: Callable[[str], bool] | None = None


class Untrusted(ConnectionFailed):
    """The certificate is not trusted: a retry does not help."""


class Reply:
    """Status and headers (names in lower case) of a reply, and its bytes as they arrive.

    Headers and `text` do not contain the key; `wire.reply.Body` hides it in `chunks`.
    """

    def __init__(self, response: httpx.Response, call: Call, started: float, timeouts: Timeouts) -> None:
        self.status = response.status_code
        self._response = response
        self._call = call
        self.headers = {name.lower(): self._hidden(value) for name, value in response.headers.items()}
        self._started = self._last_text = started
        self._timeouts = timeouts
        self._begun = self._ended = False
        self._text: str | None = None

    def note_progress(self, visible: bool) -> None:
        """Called for each event of the answer; visible: it is text of the answer."""
        self._last_text = time.monotonic()
        self._begun = self._begun or visible

    def note_end(self) -> None:
        """Called when the answer is over, and only its closing mark may follow."""
        self._ended = True

    async def chunks(self) -> AsyncIterator[bytes]:
        """The decoded body, piece by piece.  Raises ResponseLost if it breaks off, InvalidResponse if too long."""
        size = 0
        raw = self._response.aiter_raw()
        try:
            decompressor = Decompressor(self.headers.get("content-encoding", ""))
            while chunk := await self._next(raw):
                for piece in decompressor.feed(chunk):
                    size += len(piece)
                    if size > LARGEST_REPLY:
                        raise InvalidResponse(f"The response is larger than 64 MiB and was cut off. {MAYBE_BILLED}")
                    yield piece
        except Bomb:
            raise InvalidResponse(
                f"The response decompresses to far more than an answer holds and was cut off. {MAYBE_BILLED}"
            ) from None
        except httpx.TransportError as error:
            raise response_lost(error, self._started) from None
        except CannotDecompress:
            raise ResponseLost(f"The response could not be decompressed. {MAYBE_BILLED}") from None

    async def _next(self, raw: AsyncIterator[bytes]) -> bytes:
        """The next bytes; empty at the end.  Raises ResponseLost when they take too long."""
        seconds, what = self._next_timeout()
        try:
            async with asyncio.timeout(seconds):
                return await anext(raw, b"")
        except TimeoutError:
            raise ResponseLost(
                f"{what}: given up after {time.monotonic() - self._started:.0f} s. {MAYBE_BILLED}"
            ) from None

    def _next_timeout(self) -> tuple[float, str]:
        """How long to wait for the next bytes, and what is wrong when none come."""
        if self._ended:
            return self._timeouts.end, "The connection stayed open after the answer"
        idle = min(self._timeouts.idle, self._call.timeout) if self._begun else self._call.timeout
        if self._call.no_text_timeout is not None:
            no_text = self._call.no_text_timeout - (time.monotonic() - self._last_text)
            if no_text < idle:
                return no_text, "The connection was alive, but no text of an answer arrived"
        return idle, "The response stalled" if self._begun else "No response arrived"

    async def text(self) -> str:
        """The start of the body as text: enough for an error message."""
        if self._text is None:
            data = b""
            async for chunk in self.chunks():
                data += chunk
                if len(data) > LARGEST_ERROR:
                    break
            self._text = self._hidden(data[:LARGEST_ERROR].decode("utf-8", "replace"))
        return self._text

    def _hidden(self, text: str) -> str:
        return self._call.key.hide(text) if self._call.key else text


class Transport:
    """HTTP clients of one event loop.

    sleep, clock, timeouts: passed in, so that tests need not wait
    environment: where proxies and certificates are named
    """

    def __init__(
        self,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.time,
        timeouts: Timeouts = Timeouts(),  # noqa: B008
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._sleep = sleep
        self._clock = clock
        self.timeouts = timeouts
        self._environment = Environment(environment) if environment is not None else process_environment()
        self._clients: dict[tuple[object, ...], httpx.AsyncClient] = {}

    @asynccontextmanager
    async def exchange(
        self,
        call: Call,
        on_repeat: Callable[[str], None] = lambda line: None,
        on_wait: Callable[[float], None] = lambda seconds: None,
    ) -> AsyncIterator[Reply]:
        """Send `call` and yield its reply, whatever its status; the connection is closed at the end.

        on_repeat: called with one line before a request is sent again; on_wait: called with the seconds until then,
                   and with 0 when they are over
        Raises Refused (address), ConnectionFailed, ResponseLost.
        """
        reply = await self._send_with_repeats(call, on_repeat, on_wait)
        try:
            yield reply
        finally:
            await reply._response.aclose()

    async def pause(self, seconds: float) -> None:
        """Wait before the next request."""
        await self._sleep(seconds)

    async def close(self) -> None:
        """Close the connections of this loop."""
        here = id(asyncio.get_running_loop())
        for name in [name for name in self._clients if name[0] == here]:
            await self._clients.pop(name).aclose()

    async def _send_with_repeats(
        self, call: Call, on_repeat: Callable[[str], None], on_wait: Callable[[float], None]
    ) -> Reply:
        attempt = 0
        while True:
            reply, failure = None, None
            try:
                reply = await self._send(call)
            except ConnectionFailed as error:
                failure = error
            wait = wait_before_repeat(
                attempt,
                reached=failure is None,
                status=reply.status if reply else None,
                headers=reply.headers if reply else {},
                now=self._clock(),
            )
            if isinstance(failure, Untrusted) or (
                reply is not None and wait is not None and await self._no_credits(call, reply)
            ):
                wait = None
            if wait is None:
                if reply is None:
                    assert failure is not None
                    raise failure
                return reply
            if reply is not None:
                await reply._response.aclose()
            attempt += 1
            on_repeat(f"not accepted yet, retrying in {wait:.0f} s" if wait >= 1 else "retrying")
            on_wait(wait)
            await self._sleep(wait)
            on_wait(0)

    async def _no_credits(self, call: Call, reply: Reply) -> bool:
        """Whether a 429 is about credits, so that a retry does not help; this reads the text of the reply."""
        return reply.status == 429 and call.no_credits is not None and call.no_credits(await reply.text())

    async def _send(self, call: Call) -> Reply:
        client, proxy = self._client(call)
        started = time.monotonic()
        try:
            timeout = httpx.Timeout(call.timeout, connect=CONNECT_TIMEOUT, pool=CONNECT_TIMEOUT)
            headers = {"Accept-Encoding": "identity", **call.headers}
            request = client.build_request(call.method, call.url, headers=headers, content=call.body, timeout=timeout)
            if call.key is not None:
                # Never in a variable: verbose tracebacks print those, but nothing of a request's headers.
                request.headers[call.key_header] = (call.key_prefix + call.key.reveal()).encode("ascii").decode()
            return Reply(await client.send(request, stream=True), call, started, self.timeouts)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise connection_failed(call.url, error, proxy) from None
        except (httpx.LocalProtocolError, UnicodeEncodeError, httpx.InvalidURL, ValueError):
            # A key with a letter outside ASCII ends here too; nothing of it may get into the message.
            raise Refused(
                "The request could not be written: the address or the key contains a character that cannot be sent."
                " Nothing was sent."
            ) from None
        except httpx.TransportError as error:
            raise response_lost(error, started) from None

    def _client(self, call: Call) -> tuple[httpx.AsyncClient, Proxy]:
        loopback = check_address(call.url)
        secure = urlsplit(call.url).scheme == "https"
        if call.proxy:
            proxy = Proxy(call.proxy, SETTINGS)
        else:
            proxy = Proxy() if loopback else proxy_for(call.url, self._environment)
        # Clients belong to the loop that made them; a forked child has another loop.
        name = (id(asyncio.get_running_loop()), secure, call.ca, proxy)
        if name not in self._clients:
            self._clients[name] = new_client(secure, call.ca, proxy, self._environment)
        return self._clients[name], proxy


def new_client(secure: bool, ca: str, proxy: Proxy, environment: Mapping[str, str]) -> httpx.AsyncClient:
    """A client with keepalive on its sockets.  Raises Refused for a proxy or a CA bundle that cannot be used.

    No connection is reused: one that the other side has just closed loses the request, and then it is unknown whether
    it ran.  A new one costs a tenth of a second, once in minutes.
    """
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    if hasattr(socket, "TCP_KEEPIDLE"):
        options.append((socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30))
    trust = ssl_context(ca, environment) if secure or proxy.url else no_certificates()
    try:
        over_tls = proxy.url.startswith("https:")
        through = httpx.Proxy(proxy.url, ssl_context=trust if over_tls else None) if proxy.url else None
        transport = httpx.AsyncHTTPTransport(
            verify=trust, proxy=through, socket_options=options, limits=httpx.Limits(max_keepalive_connections=0)
        )
    except (ValueError, ImportError, httpx.InvalidURL):
        whose = (
            "The proxy in NBReason.endpoints cannot be used"
            if proxy.source == SETTINGS
            else f"The proxy variable {proxy.source} of the environment cannot be used; correct or unset it"
        )
        raise Refused(
            f"{whose}: a proxy is an address such as http://proxy.example.org:3128 (for socks5://, pip install"
            " 'httpx[socks]'). Nothing was sent."
        ) from None
    return httpx.AsyncClient(transport=transport, trust_env=False, follow_redirects=False)


def check_address(url: str) -> bool:
    """Whether `url` is on this machine.  Raises Refused for an address that a key must not be sent to."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise Refused(f"{url.rpartition('@')[2]!r} is not a URL. Nothing was sent.") from None
    if parts.scheme not in ("http", "https") or not host:
        raise Refused(f"{url.rpartition('@')[2]!r} is not an http(s) URL. Nothing was sent.")
    if parts.username or parts.password:
        raise Refused("An address must not contain credentials. Nothing was sent.")
    loopback = is_loopback(host)
    if parts.scheme == "http" and not loopback:
        raise Refused(
            f"http:// is allowed for this machine only, and {host} is another one: use https://. Nothing was sent."
        )
    return loopback


def is_loopback(host: str) -> bool:
    """Whether a host name certainly means this machine; ``127.0.0.1.example`` does not."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def connection_failed(url: str, error: Exception, proxy: Proxy) -> ConnectionFailed:
    """The error for a request that certainly did not run."""
    host = urlsplit(url).netloc
    reason = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        if "not yet valid" in reason:
            why = "it is not valid yet, so check the clock of this machine"
        elif "expired" in reason:
            why = "it has expired; if not, check the clock of this machine"
        elif "mismatch" in reason or "not valid for" in reason:
            why = "it is for another host, so check the address (%nbreason status) and what intercepts the connection"
        else:
            why = (
                "if your institution has its own certificate authority, name its file in SSL_CERT_FILE"
                " or in NBReason.endpoints (ca)"
            )
        return Untrusted(f"The certificate of {host} could not be verified: {why}. Nothing was sent.")
    if isinstance(error, httpx.ProxyError):
        return ConnectionFailed(f"The proxy refused the request. Check {proxy.source}. Nothing was sent.")
    by = f" through the proxy of {proxy.source}" if proxy.url else ""
    if "Name or service" in reason or "getaddrinfo" in reason or "resolution" in reason or "nodename" in reason:
        return ConnectionFailed(
            f"The host {host} was not found{by}, or there is no network. Nothing was sent; your question is saved."
        )
    return ConnectionFailed(
        f"Could not connect to {host}{by}. Nothing was sent; your question is saved: run the cell again."
    )


def response_lost(error: Exception, started: float) -> ResponseLost:
    """The error for a request whose outcome is unknown."""
    after = time.monotonic() - started
    if isinstance(error, httpx.TimeoutException):
        return ResponseLost(f"No response arrived: given up after {after:.0f} s. {MAYBE_BILLED}")
    return ResponseLost(f"The connection was lost after {after:.0f} s. {MAYBE_BILLED}")
