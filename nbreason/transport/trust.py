"""Which certificates are trusted.

A file of the settings comes first, then what the environment names (``SSL_CERT_FILE`` as OpenSSL has it,
``REQUESTS_CA_BUNDLE`` as requests has it), then the system's store: on macOS and Windows through truststore, which
asks the system itself, elsewhere the files that OpenSSL was built for, together with certifi's.  There is no way to
switch verification off.
"""

from __future__ import annotations

import importlib.util
import os
import ssl
import sys
from collections.abc import Mapping

from nbreason.errors import Refused

VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
ASKS_THE_SYSTEM = ("darwin", "win32")


def ssl_context(ca: str, environment: Mapping[str, str], platform: str = sys.platform) -> ssl.SSLContext:
    """A context with the certificates to trust.  Raises Refused when a file that was named cannot be used.

    ca: file of an authority from the settings, or empty
    """
    if ca:
        return _loaded(ca, f"The CA bundle {ca!r}")
    for name in VARIABLES:
        if value := environment.get(name, "").strip():
            return _loaded(value, f"The CA bundle that {name} names ({value!r})")
    if platform in ASKS_THE_SYSTEM and importlib.util.find_spec("truststore"):
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def no_certificates() -> ssl.SSLContext:
    """Trusts no certificate at all: for plain HTTP on this machine, where loading hundreds of them would be a waste."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def describe_trust(environment: Mapping[str, str], platform: str = sys.platform) -> str:
    """Where `ssl_context` would look, in words."""
    for name in VARIABLES:
        if value := environment.get(name, "").strip():
            return f"{name}={value}"
    return "the system's store" if platform in ASKS_THE_SYSTEM else "the system's store and certifi"


def _loaded(path: str, what: str) -> ssl.SSLContext:
    path = os.path.expanduser(path)
    try:
        if os.path.isdir(path):
            return ssl.create_default_context(capath=path)
        return ssl.create_default_context(cafile=path)
    except (OSError, ValueError):
        raise Refused(f"{what} cannot be read: it must be a file in PEM format. Nothing was sent.") from None
