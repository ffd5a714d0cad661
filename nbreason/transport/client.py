"""One HTTP exchange: the request goes out, status, headers and bytes come back.

Redirects are errors (a key in ``x-api-key`` would be sent along to a stranger), ``http://`` is for loopback
only, and what arrives is capped.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from nbreason.errors import BadReply, Lost, NotReached, Refused
from nbreason.keys import Secret
from nbreason.transport.retry import wait_before_repeat

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
    timeout: seconds without a byte after which the answer is given up
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
    ca: str = ""
    proxy: str = ""
    hopeless: Callable[[str], bool] | None = None


class Reply:
    """Status and headers (names in lower case) of a reply, and its bytes as they arrive."""

    def __init__(self, response: httpx.Response, call: Call, started: float) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}
        self._response = response
        self._call = call
        self._started = started
        self._text: str | None = None

    async def chunks(self) -> AsyncIterator[bytes]:
        """The decoded body, piece by piece.  Raises Lost when it breaks off, BadReply when it is endless."""
        size = 0
        try:
            async for chunk in self._response.aiter_bytes():
                size += len(chunk)
                if size > LARGEST_REPLY:
                    raise BadReply("The reply is larger than 64 MiB and was cut off. It has been billed.")
                yield chunk
        except httpx.TransportError as error:
            raise lost(error, self._started) from None
        except httpx.DecodingError:
            raise Lost(f"The reply could not be unpacked. {MAYBE}") from None

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

    sleep, clock: handed in, so that tests need not wait
    """

    def __init__(
        self,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._sleep = sleep
        self._clock = clock
        self._clients: dict[tuple[int, bool, str, str], httpx.AsyncClient] = {}

    @asynccontextmanager
    async def exchange(self, call: Call, on_repeat: Callable[[str], None] = lambda line: None) -> AsyncIterator[Reply]:
        """Send `call` and give its reply, whatever its status; the connection is freed at the end.

        on_repeat: told in one line before a request is sent again
        Raises Refused (address), NotReached, Lost.
        """
        reply = await self._send_with_repeats(call, on_repeat)
        try:
            yield reply
        finally:
            await reply._response.aclose()

    async def close(self) -> None:
        """Close the connections of this loop."""
        here = id(asyncio.get_running_loop())
        for name in [name for name in self._clients if name[0] == here]:
            await self._clients.pop(name).aclose()

    async def _send_with_repeats(self, call: Call, on_repeat: Callable[[str], None]) -> Reply:
        attempt = 0
        while True:
            reply, failure = None, None
            try:
                reply = await self._send(call)
            except NotReached as error:
                failure = error
            wait = wait_before_repeat(
                attempt,
                reached=failure is None,
                status=reply.status if reply else None,
                headers=reply.headers if reply else {},
                now=self._clock(),
            )
            if reply is not None and wait is not None and await self._hopeless(call, reply):
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
            await self._sleep(wait)

    async def _hopeless(self, call: Call, reply: Reply) -> bool:
        """Whether a repeat is of no use.  The reply's text is read for that, so only where somebody can tell."""
        return reply.status == 429 and call.hopeless is not None and call.hopeless(await reply.text())

    async def _send(self, call: Call) -> Reply:
        client = self._client(call)
        started = time.monotonic()
        try:
            timeout = httpx.Timeout(call.timeout, connect=CONNECT_TIMEOUT, pool=CONNECT_TIMEOUT)
            request = client.build_request(
                call.method, call.url, headers=dict(call.headers), content=call.body, timeout=timeout
            )
            if call.key is not None:
                # Never in a variable: verbose tracebacks print those, but nothing of a request's headers.
                request.headers[call.key_header] = (call.key_prefix + call.key.reveal()).encode("ascii").decode()
            return Reply(await client.send(request, stream=True), call, started)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise not_reached(call.url, error) from None
        except (httpx.LocalProtocolError, UnicodeEncodeError, httpx.InvalidURL, ValueError):
            # A key with a letter outside ASCII ends here too; nothing of it may get into the message.
            raise Refused(
                "The request could not be written: the address or the key holds a character that cannot be sent."
                " Nothing was sent."
            ) from None
        except httpx.TransportError as error:
            raise lost(error, started) from None

    def _client(self, call: Call) -> httpx.AsyncClient:
        loopback = check_address(call.url)
        # Clients belong to the loop that made them; a forked child has another loop.
        name = (id(asyncio.get_running_loop()), loopback, call.ca, call.proxy)
        if name not in self._clients:
            self._clients[name] = new_client(loopback, call.ca, call.proxy)
        return self._clients[name]


def new_client(loopback: bool, ca: str = "", proxy: str = "") -> httpx.AsyncClient:
    """A client with keepalive on the sockets; proxies of the environment are not for loopback."""
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    if hasattr(socket, "TCP_KEEPIDLE"):
        options.append((socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30))
    verify: ssl.SSLContext | bool = trusting(ca) if ca else True
    try:
        if loopback and not proxy:
            plain = httpx.AsyncHTTPTransport(verify=verify, socket_options=options)
            return httpx.AsyncClient(transport=plain, trust_env=False, follow_redirects=False)
        return httpx.AsyncClient(verify=verify, proxy=proxy or None, follow_redirects=False)
    except (ValueError, ImportError, httpx.InvalidURL):
        whose = (
            "The proxy in NBReason.endpoints cannot be used: it is an address such as http://proxy.example.org:3128."
            if proxy
            else "A proxy variable of the environment cannot be used (ALL_PROXY, HTTPS_PROXY, HTTP_PROXY, NO_PROXY):"
            " correct or unset it."
        )
        raise Refused(f"{whose} Nothing was sent.") from None


def trusting(ca: str) -> ssl.SSLContext:
    """Certificates signed by an authority in this file.  Raises Refused."""
    try:
        return ssl.create_default_context(cafile=ca)
    except (OSError, ValueError):
        raise Refused(f"The CA bundle {ca!r} cannot be read: it is a file in PEM form. Nothing was sent.") from None


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


def not_reached(url: str, error: Exception) -> NotReached:
    """The line for a request that certainly did not run."""
    host = urlsplit(url).netloc
    reason = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        hint = (
            "the clock of this machine may be wrong"
            if "not yet valid" in reason
            else (
                "if your institute has a certificate authority of its own, name its file in SSL_CERT_FILE"
                " or in NBReason.endpoints (ca)"
            )
        )
        return NotReached(f"The certificate of {host} could not be verified: {hint}. Nothing was sent.")
    if isinstance(error, httpx.ProxyError):
        return NotReached("The proxy did not let the request through. Check HTTPS_PROXY. Nothing was sent.")
    if "Name or service" in reason or "getaddrinfo" in reason or "resolution" in reason or "nodename" in reason:
        return NotReached(f"There is no host {host}, or no network. Nothing was sent; your question is kept.")
    return NotReached(f"{host} could not be reached. Nothing was sent; your question is kept: run the cell again.")


def lost(error: Exception, started: float) -> Lost:
    """The line for a request whose fate is unknown."""
    after = time.monotonic() - started
    if isinstance(error, httpx.TimeoutException):
        return Lost(f"Nothing came for too long: given up after {after:.0f} s. {MAYBE}")
    return Lost(f"The connection was lost after {after:.0f} s. {MAYBE}")
