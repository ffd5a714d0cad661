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
from nbreason.transport.proxies import SETTINGS, Proxy, proxy_for
from nbreason.transport.retry import wait_before_repeat
from nbreason.transport.timeouts import Expired, Timeouts, Within
from nbreason.transport.trust import nobody, trusting
from nbreason.transport.unpack import Bomb, CannotUnpack, Unpacker

CONNECT_TIMEOUT = 5.0
LARGEST_REPLY = 64 * 1024 * 1024
LARGEST_ERROR = 64 * 1024
MAYBE = (
    "It may have been billed; nothing is resent by itself. Your question is kept: run the cell again to ask once more."
)


@dataclass(frozen=True)
class Call:
    """A request, ready but for the key.

    key_header, key_prefix: where the key goes; `key` itself is opened when the header is written
    timeout: seconds without a byte after which the answer is given up, as long as it has not begun
    wordless: seconds without a word of the answer, whatever else comes; None: any byte will do
    ca:      file of a certificate authority to trust instead of the usual ones; proxy: address of a proxy
    hopeless: tells from the text of a 429 that waiting does not help, because the credits have run out
    """

    method: str
    url: str
    key: Secret | None = None
    key_header: str = "Authorization"
    key_prefix: str = "Bearer "
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    timeout: float = 1200.0
    wordless: float | None = None
    ca: str = ""
    proxy: str = ""
    hopeless: Callable[[str], bool] | None = None


class Untrusted(ConnectionFailed):
    """The certificate is not trusted: asking again is of no use."""


class Reply:
    """Status and headers (names in lower case) of a reply, and its bytes as they arrive."""

    def __init__(self, response: httpx.Response, call: Call, started: float, timeouts: Timeouts) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}
        self._response = response
        self._call = call
        self._started = self._heard = started
        self._patience = timeouts
        self._begun = self._ending = False
        self._text: str | None = None

    def heard(self, begun: bool) -> None:
        """To be told of each word of the answer, or sign of its progress; begun: it is visible text."""
        self._heard = time.monotonic()
        self._begun = self._begun or begun

    def ending(self) -> None:
        """To be told that the answer is over, and that only its closing mark may follow."""
        self._ending = True

    async def chunks(self) -> AsyncIterator[bytes]:
        """The decoded body, piece by piece.  Raises Lost when it breaks off, InvalidResponse when it is endless."""
        size = 0
        raw = self._response.aiter_raw()
        try:
            unpacker = Unpacker(self.headers.get("content-encoding", ""))
            while chunk := await self._next(raw):
                for piece in unpacker.feed(chunk):
                    size += len(piece)
                    if size > LARGEST_REPLY:
                        raise InvalidResponse(f"The reply is larger than 64 MiB and was cut off. {MAYBE}")
                    yield piece
        except Bomb:
            raise InvalidResponse(
                f"The reply unpacks to far more than an answer holds and was cut off. {MAYBE}"
            ) from None
        except httpx.TransportError as error:
            raise lost(error, self._started) from None
        except CannotUnpack:
            raise ResponseLost(f"The reply could not be unpacked. {MAYBE}") from None

    async def _next(self, raw: AsyncIterator[bytes]) -> bytes:
        """The next bytes; none at the end.  Raises Lost when they take too long."""
        seconds, what = self._left()
        try:
            with Within(seconds):
                return await anext(raw, b"")
        except Expired:
            raise ResponseLost(f"{what}: given up after {time.monotonic() - self._started:.0f} s. {MAYBE}") from None

    def _left(self) -> tuple[float, str]:
        """How long to wait for the next bytes, and what is wrong when none come."""
        if self._ending:
            return self._patience.last, "The connection stayed open behind the answer"
        idle = min(self._patience.idle, self._call.timeout) if self._begun else self._call.timeout
        if self._call.wordless is not None:
            wordless = self._call.wordless - (time.monotonic() - self._heard)
            if wordless < idle:
                return wordless, "For too long there were signs of life and no word of an answer"
        return idle, "Nothing more came for too long" if self._begun else "Nothing came for too long"

    async def text(self) -> str:
        """The start of the body as text: enough for an error message."""
        if self._text is None:
            data = b""
            async for chunk in self.chunks():
                data += chunk
                if len(data) > LARGEST_ERROR:
                    break
            self._text = data[:LARGEST_ERROR].decode("utf-8", "replace")
        return self._text


class Transport:
    """HTTP clients of one event loop.

    sleep, clock, patience: handed in, so that tests need not wait
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
        """Send `call` and give its reply, whatever its status; the connection is freed at the end.

        on_repeat: told in one line before a request is sent again; on_wait: told how many seconds that will take,
                   and 0 when they are over
        Raises Refused (address), ConnectionFailed, Lost.
        """
        reply = await self._send_with_repeats(call, on_repeat, on_wait)
        try:
            yield reply
        finally:
            await reply._response.aclose()

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
                reply is not None and wait is not None and await self._hopeless(call, reply)
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
            on_repeat(f"not taken yet, trying again in {wait:.0f} s" if wait >= 1 else "trying again")
            on_wait(wait)
            await self._sleep(wait)
            on_wait(0)

    async def _hopeless(self, call: Call, reply: Reply) -> bool:
        """Whether a repeat is of no use.  The reply's text is read for that, so only where somebody can tell."""
        return reply.status == 429 and call.hopeless is not None and call.hopeless(await reply.text())

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
            raise not_reached(call.url, error, proxy) from None
        except (httpx.LocalProtocolError, UnicodeEncodeError, httpx.InvalidURL, ValueError):
            # A key with a letter outside ASCII ends here too; nothing of it may get into the message.
            raise Refused(
                "The request could not be written: the address or the key holds a character that cannot be sent."
                " Nothing was sent."
            ) from None
        except httpx.TransportError as error:
            raise lost(error, started) from None

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

    No connection is used twice: one that the other side has just closed loses the question, and nobody knows then
    whether it ran.  A new one costs a tenth of a second, once in minutes.
    """
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    if hasattr(socket, "TCP_KEEPIDLE"):
        options.append((socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30))
    trust = trusting(ca, environment) if secure or proxy.url else nobody()
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
        raise Refused(f"{url!r} is not an address. Nothing was sent.") from None
    if parts.scheme not in ("http", "https") or not host:
        raise Refused(f"{url!r} is not an http(s) address. Nothing was sent.")
    if parts.username or parts.password:
        raise Refused("An address with a user name or password in it is not used. Nothing was sent.")
    loopback = is_loopback(host)
    if parts.scheme == "http" and not loopback:
        raise Refused(f"http:// is used for this machine only, and {host} is another: use https://. Nothing was sent.")
    return loopback


def is_loopback(host: str) -> bool:
    """Whether a host name certainly means this machine; ``127.0.0.1.example`` does not."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def not_reached(url: str, error: Exception, proxy: Proxy) -> ConnectionFailed:
    """The line for a request that certainly did not run."""
    host = urlsplit(url).netloc
    reason = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        if "not yet valid" in reason:
            why = "it is not valid yet, so check the clock of this machine"
        elif "expired" in reason:
            why = "it has expired; if not, check the clock of this machine"
        elif "mismatch" in reason or "not valid for" in reason:
            why = "it was made for another host, so something stands in between; check the address (%nbreason status)"
        else:
            why = (
                "if your institute has a certificate authority of its own, name its file in SSL_CERT_FILE"
                " or in NBReason.endpoints (ca)"
            )
        return Untrusted(f"The certificate of {host} could not be verified: {why}. Nothing was sent.")
    if isinstance(error, httpx.ProxyError):
        return ConnectionFailed(f"The proxy did not let the request through. Check {proxy.source}. Nothing was sent.")
    by = f" through the proxy of {proxy.source}" if proxy.url else ""
    if "Name or service" in reason or "getaddrinfo" in reason or "resolution" in reason or "nodename" in reason:
        return ConnectionFailed(f"There is no host {host}{by}, or no network. Nothing was sent; your question is kept.")
    return ConnectionFailed(
        f"{host} could not be reached{by}. Nothing was sent; your question is kept: run the cell again."
    )


def lost(error: Exception, started: float) -> ResponseLost:
    """The line for a request whose fate is unknown."""
    after = time.monotonic() - started
    if isinstance(error, httpx.TimeoutException):
        return ResponseLost(f"Nothing came for too long: given up after {after:.0f} s. {MAYBE}")
    return ResponseLost(f"The connection was lost after {after:.0f} s. {MAYBE}")
