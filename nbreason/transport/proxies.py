"""Which proxy a request goes through: that of the settings, else what the environment says, as curl reads it.

The variables are read here, and not by httpx, so that one that cannot be used is named, and nothing else of a person's
environment (``NO_PROXY`` of an odd form, ``.netrc``) can end an ask.
"""

from __future__ import annotations

import ipaddress
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

NAMES = ("https_proxy", "all_proxy")
"""Only ``https://`` ever leaves this machine, so ``http_proxy`` is not looked at."""
SETTINGS = "NBReason.endpoints"


@dataclass(frozen=True)
class Proxy:
    """An address, empty for none, and where it was found."""

    url: str = ""
    source: str = ""

    def __repr__(self) -> str:
        return f"<proxy from {self.source}>" if self.url else "<no proxy>"  # the address may hold a password


def proxy_for(url: str, environment: Mapping[str, str], platform: str = sys.platform) -> Proxy:
    """The proxy for an address beyond this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if bypassed(host, parts.port or 443, environment.get("no_proxy") or environment.get("NO_PROXY") or ""):
        return Proxy()
    for name in NAMES:
        for variant in (name, name.upper()):
            if value := environment.get(variant, "").strip():
                return Proxy(value if "://" in value else f"http://{value}", variant)
    if platform in ("darwin", "win32") and not urllib.request.proxy_bypass(host):
        value = urllib.request.getproxies().get("https", "")
        return Proxy(value, "the system's settings") if value else Proxy()
    return Proxy()


def bypassed(host: str, port: int, rules: str) -> bool:
    """Whether ``NO_PROXY`` names a host: by its name, a parent domain, an address or a network of addresses.

    A rule that cannot be parsed matches nothing.
    """
    return any(_matches(rule.strip().lower(), host.lower(), port) for rule in rules.split(","))


def _matches(rule: str, host: str, port: int) -> bool:
    if rule == "*":
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(rule.strip("[]"), strict=False)
    except ValueError:
        name, colon, own_port = rule.rpartition(":")
        if colon and own_port.isdigit():
            if int(own_port) != port:
                return False
            rule = name
        rule = rule.removeprefix("*").lstrip(".")
        return bool(rule) and (host == rule or host.endswith(f".{rule}"))
