"""Where a provider is reached and how: its own facts, moved by the environment and by the setting `endpoints`.

c.NBReason.endpoints = {
    "segmind": "https://proxy.example.org",
    "compatible": {"url": "https://llm.example.org/v1", "key_env": "MY_KEY", "ca": "/etc/ssl/institute.pem"},
}
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

from nbreason.config.settings import NBReason
from nbreason.core.phrases import did_you_mean
from nbreason.core.secrets import find
from nbreason.errors import Refused
from nbreason.providers import providers
from nbreason.providers.base import BEARER, Auth, Provider
from nbreason.wire import WIRES, WireName

NAMES = {
    "url": "base URL",
    "wire": "chat or responses",
    "key_env": "the environment variable that holds the key",
    "auth": "bearer, or the header that carries the key",
    "ca": "file of a certificate authority",
    "proxy": "address of a proxy",
    "headers": "further headers, none of them with a key",
}
KEY_HEADERS = ("authorization", "x-api-key", "api-key", "cookie", "proxy-authorization")
VERSION = re.compile(r"/v\d+[a-z]*\d*(?=/|$)")
ENDPOINTS = ("/chat/completions", "/completions", "/responses")


@dataclass(frozen=True)
class Endpoint:
    """base: URL without the version and path of an endpoint, empty where it is not known; keys: variables that may
    hold the key; auth: how it travels; ca: file of a certificate authority; proxy: its address; headers: sent along."""

    base: str
    wire: WireName
    keys: tuple[str, ...]
    auth: Auth
    ca: str = ""
    proxy: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def url(self, path: str) -> str:
        """The address of a path that begins with a version, which the base may have as well."""
        return self.base + (path[len("/v1") :] if VERSION.search(urlsplit(self.base).path) else path)


def endpoint(provider: Provider, settings: NBReason, environment: Mapping[str, str]) -> Endpoint:
    """How a provider is reached.  Raises Refused in one line for a setting that cannot be used, or without address."""
    found = known(provider, settings, environment)
    if not found.base:
        raise no_address(provider)
    return found


def known(provider: Provider, settings: NBReason, environment: Mapping[str, str]) -> Endpoint:
    """What is known of how a provider is reached; `base` is empty when nobody has said where it is.  Raises Refused."""
    given = given_for(provider, settings)
    base = moved(provider, environment) or given.get("url") or provider.base_url
    if not base and provider.start is not None:
        base = provider.start()
    ca = str(given.get("ca", ""))
    if ca and not os.path.isfile(os.path.expanduser(ca)):
        raise Refused(f"There is no file {ca!r}, which NBReason.endpoints names as a CA bundle. Nothing was sent.")
    return Endpoint(
        base=trimmed(str(base)) if base else "",
        wire=wire_of(provider, given),
        keys=key_names(provider, settings),
        auth=auth_of(provider, given),
        ca=os.path.expanduser(ca),
        proxy=str(given.get("proxy", "")),
        headers=headers_of(provider, given),
    )


def no_address(provider: Provider) -> Refused:
    """What to do about a provider that nobody has given an address."""
    return Refused(
        f"{provider.title} has no address yet: set NBReason.endpoints = {{{provider.name!r}: 'https://…/v1'}},"
        f" or {variable(provider)} in the environment. Nothing was sent."
    )


def key_names(provider: Provider, settings: NBReason) -> tuple[str, ...]:
    """The environment variables that may hold a provider's key."""
    own = given_for(provider, settings).get("key_env")
    if not own:
        return provider.keys
    if not re.fullmatch(r"[A-Za-z_]\w*", str(own), re.ASCII) or find(str(own)):
        raise Refused(
            f"NBReason.endpoints[{provider.name!r}]['key_env'] names an environment variable and never holds the key"
            " itself, which would stand in a file that others read. Nothing was sent."
        )
    return (str(own),)


def variable(provider: Provider) -> str:
    """The environment variable that moves a provider."""
    return f"NBREASON_{provider.name.upper().replace('-', '_')}_URL"


def moved(provider: Provider, environment: Mapping[str, str]) -> str:
    """The base URL that the environment says; a provider that shares an account moves along with its owner."""
    owner = providers().get(provider.account)
    return environment.get(variable(provider)) or (environment.get(variable(owner), "") if owner else "")


def given_for(provider: Provider, settings: NBReason) -> Mapping[str, Any]:
    """What the settings say of a provider, or of the one whose account it shares.  Raises Refused."""
    found = settings.endpoints.get(provider.name) or settings.endpoints.get(provider.account) or {}
    if not found and (slip := slip_for(provider, settings)):
        raise Refused(f"NBReason.endpoints has no provider {slip!r}. Did you mean {provider.name!r}? Nothing was sent.")
    if isinstance(found, str):
        return {"url": found}
    if not isinstance(found, Mapping):
        raise Refused(f"NBReason.endpoints[{provider.name!r}] must be a base URL or a dict. Nothing was sent.")
    for name in found:
        if name not in NAMES:
            way = did_you_mean(str(name), NAMES, 0.5)
            raise Refused(f"NBReason.endpoints[{provider.name!r}] has no {name!r}. {way} Nothing was sent.")
    return found


def slip_for(provider: Provider, settings: NBReason) -> str:
    """A name in the settings that is no provider's and close to this one's: without it, questions would go elsewhere
    than somebody meant."""
    strange = [str(name) for name in settings.endpoints if name not in providers()]
    close = difflib.get_close_matches(provider.name, strange, 1, 0.75)
    return close[0] if close else ""


def trimmed(base: str) -> str:
    """A base URL without what people copy along: quotes, the endpoint, the ``/v1`` that the paths begin with.

    Another version (``/v4``, ``/v1beta/openai``) stays: there it takes the place of ``/v1``.
    """
    base = base.strip().strip("'\"").strip().rstrip("/")
    for end in ENDPOINTS:
        base = base.removesuffix(end).rstrip("/")
    try:
        parts = urlsplit(base)
    except ValueError:
        raise Refused(f"{base!r} is not an address. Nothing was sent.") from None
    if "://" not in base:
        raise Refused(f"{base!r} is not an address: it begins with https:// (or http://localhost). Nothing was sent.")
    if parts.query or parts.fragment:
        raise Refused(f"A base URL has no ? or #: {parts.netloc}{parts.path}. Nothing was sent.")
    return base.removesuffix("/v1") if parts.path.endswith("/v1") else base


def wire_of(provider: Provider, given: Mapping[str, Any]) -> WireName:
    """The wire to speak: the provider's own, or the one that the settings name.  Raises Refused."""
    name = given.get("wire", provider.wire)
    if not isinstance(name, str) or name not in WIRES:
        raise Refused(f"There is no wire {name!r}; there are: {', '.join(WIRES)}. Nothing was sent.")
    if name != provider.wire and provider.path:
        raise Refused(f"{provider.title} speaks the wire {provider.wire!r} only. Nothing was sent.")
    return cast(WireName, name)


def auth_of(provider: Provider, given: Mapping[str, Any]) -> Auth:
    """How the key travels: the provider's own way, or ``bearer``, or alone in a header.  Raises Refused."""
    word = given.get("auth")
    if word is None:
        return provider.auth
    if not isinstance(word, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", word):
        raise Refused(
            f"NBReason.endpoints[{provider.name!r}]['auth'] is 'bearer' or the name of a header, not {word!r}."
            " Nothing was sent."
        )
    return BEARER if word.lower() == "bearer" else Auth(word, "")


def headers_of(provider: Provider, given: Mapping[str, Any]) -> dict[str, str]:
    """Further headers.  Raises Refused for one that would hold a key: settings are files that others read."""
    found = given.get("headers", {})
    if not isinstance(found, Mapping):
        raise Refused(f"NBReason.endpoints[{provider.name!r}]['headers'] must be a dict. Nothing was sent.")
    for name in found:
        if str(name).lower() in KEY_HEADERS:
            raise Refused(
                f"A key is not written into the settings (the header {name!r}): put it into an environment variable"
                " and name that one in 'key_env'. Nothing was sent."
            )
    return {str(name): str(value) for name, value in found.items()}
