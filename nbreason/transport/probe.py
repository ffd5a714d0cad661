"""Whether an address can be reached: a connection and, for https, a TLS handshake.  No request is made, no key sent."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from nbreason.errors import NBReasonError
from nbreason.transport.client import check_address
from nbreason.transport.proxies import SETTINGS, Proxy, proxy_for
from nbreason.transport.trust import ssl_context

SECONDS = 3.0


async def reach(url: str, ca: str, proxy: str, environment: Mapping[str, str], seconds: float = SECONDS) -> str:
    """The result of connecting, in words; never raises.

    ca, proxy: as in `client.Call`
    """
    try:
        loopback = check_address(url)
        by = Proxy(proxy, SETTINGS) if proxy else Proxy() if loopback else proxy_for(url, environment)
        # Behind a proxy the provider's own certificate is only seen by asking it to connect: that is for the first ask.
        target = urlsplit(by.url or url)
        secure = target.scheme == "https"
        context = ssl_context(ca, environment) if secure else None
        port = target.port or (443 if secure else 3128 if by.url else 80)
    except (NBReasonError, ValueError) as error:
        return f"cannot be checked: {error}"
    started = time.monotonic()
    try:
        connecting = asyncio.open_connection(target.hostname, port, ssl=context)
        _, writer = await asyncio.wait_for(connecting, seconds)
    except TimeoutError:
        return f"no connection within {seconds:.0f} s{through(by)}"
    except ssl.SSLCertVerificationError as error:
        return f"connected, but the certificate is not trusted ({error.verify_message}){through(by)}"
    except (OSError, ValueError) as error:
        return f"no connection ({getattr(error, 'strerror', None) or type(error).__name__}){through(by)}"
    spoken = writer.get_extra_info("ssl_object")
    version = f", {spoken.version()}" if spoken else ""
    writer.close()
    return f"reachable in {1000 * (time.monotonic() - started):.0f} ms{version}{through(by)}"


def through(proxy: Proxy) -> str:
    """The proxy, in words."""
    return f" (as far as the proxy from {proxy.source})" if proxy.url else ""
