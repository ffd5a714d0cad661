"""How a provider is reached: its own data, changed by the environment and by the setting `endpoints`.

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
from nbreason.core.phrases import did_you_mean, without_password
from nbreason.core.secrets import find
from nbreason.errors import Refused
from nbreason.providers import providers
from nbreason.providers.base import BEARER, Auth, Provider
from nbreason.wire import WIRES, WireName

OPTIONS = {
    "url": "base URL",
    "wire": "chat or responses",
    "key_env": "the environment variable that holds the key",
    "auth": "bearer, or the header that carries the key",
    "ca": "file of a certificate authority",
    "proxy": "address of a proxy",
    "headers": "more headers, none of them with a key",
}
FRAMING = ("host", "connection", "content-length", "transfer-encoding", "upgrade", "expect", "te", "trailer")
"""Headers that say where a request goes or where it ends."""
KEY_HEADERS = ("authorization", "x-api-key", "api-key", "cookie", "proxy-authorization")
VERSION = re.compile(r"/v\d+[a-z]*\d*(?=/|\?|$)")
PATH_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+~-]*")
"""The name of a model in a path: no slash, dot segment, query or escape, with which it would be another path."""
ENDPOINTS = ("/chat/completions", "/completions", "/responses")


@dataclass(frozen=True)
class Endpoint:
    """base: URL without the version and path of an endpoint, empty if unknown; keys: variables that may hold the key;
    auth: how it is sent; ca: file of a certificate authority; proxy: its address; headers: additional ones."""

    base: str
    wire: WireName
    keys: tuple[str, ...]
    auth: Auth
    ca: str = ""
    proxy: str = field(default="", repr=False)  # it may hold a password
    headers: Mapping[str, str] = field(default_factory=dict)

    def url(self, path: str) -> str:
        """The URL of a path that begins with a version, which the base may have as well."""
        version = VERSION.match(path) if VERSION.search(urlsplit(self.base).path) else None
        return self.base + (path[version.end() :] if version else path)


def endpoint(provider: Provider, settings: NBReason, environment: Mapping[str, str]) -> Endpoint:
    """How a provider is reached.  Raises Refused for an invalid setting, or if the provider has no address."""
    found = resolve(provider, settings, environment)
    if not found.base:
        raise no_address(provider)
    return found


def resolve(provider: Provider, settings: NBReason, environment: Mapping[str, str]) -> Endpoint:
    """The same, with an empty `base` if the provider has no address.  Raises Refused for an invalid setting."""
    given = settings_for(provider, settings)
    from_environment = url_variable_value(provider, environment)
    if settings.fixed and from_environment:
        if provider.start is None:
            raise Refused(
                f"{url_variable(provider)} is not allowed here, because the configuration sets NBReason.allowed:"
                " addresses are set in NBReason.endpoints of the configuration. Nothing was sent."
            )
        from_environment = ""
    base = from_environment or given.get("url") or provider.base_url
    if not base and provider.start is not None:
        base = provider.start()
    ca = str(given.get("ca", ""))
    if ca and not os.path.isfile(os.path.expanduser(ca)):
        raise Refused(f"NBReason.endpoints names the CA bundle {ca!r}, which does not exist. Nothing was sent.")
    address, proxy = base_url(str(base)) if base else "", str(given.get("proxy", ""))
    if proxy and address.startswith("http:"):
        raise Refused(
            f"NBReason.endpoints[{provider.name!r}]: a proxy is used for https:// only, because it would read the key."
            " Nothing was sent."
        )
    return Endpoint(
        base=address,
        wire=wire_of(provider, given),
        keys=key_names(provider, settings),
        auth=auth_of(provider, given),
        ca=os.path.expanduser(ca),
        proxy=proxy,
        headers=headers_of(provider, given),
    )


def no_address(provider: Provider) -> Refused:
    """The error for a provider without an address."""
    return Refused(
        f"{provider.title} has no address: set NBReason.endpoints = {{{provider.name!r}: 'https://…/v1'}},"
        f" or {url_variable(provider)} in the environment. Nothing was sent."
    )


def key_names(provider: Provider, settings: NBReason) -> tuple[str, ...]:
    """The environment variables that may hold a provider's key."""
    own = settings_for(provider, settings).get("key_env")
    if not own:
        return provider.keys
    if not re.fullmatch(r"[A-Za-z_]\w*", str(own), re.ASCII) or find(str(own)):
        raise Refused(
            f"NBReason.endpoints[{provider.name!r}]['key_env'] is the name of an environment variable, never the key"
            " itself: others may read this file. Nothing was sent."
        )
    return (str(own),)


def model_path(provider: Provider, wire: WireName, model: str, path: str = "") -> str:
    """The path of the endpoint, which may contain the model's name.  Raises Refused for one that is another path.

    path: another one than that of the provider on this wire
    """
    if not provider.model_in_body and not PATH_NAME.fullmatch(model):
        raise Refused(f"{model!r} is not the name of a model at {provider.title}. Nothing was sent.")
    return (path or provider.path_on(wire)).format(model=model)


def url_variable(provider: Provider) -> str:
    """The environment variable for the base URL of a provider."""
    return f"NBREASON_{provider.name.upper().replace('-', '_')}_URL"


def url_variable_value(provider: Provider, environment: Mapping[str, str]) -> str:
    """The base URL in the environment; a provider that shares an account uses its owner's."""
    owner = providers().get(provider.account)
    return environment.get(url_variable(provider)) or (environment.get(url_variable(owner), "") if owner else "")


def settings_for(provider: Provider, settings: NBReason) -> Mapping[str, Any]:
    """The setting `endpoints` of a provider, or of the one whose account it shares.  Raises Refused."""
    endpoints = settings.effective_endpoints
    found = endpoints.get(provider.name) or endpoints.get(provider.account) or {}
    if not found and (typo := misspelled(provider, settings)):
        raise Refused(
            f"NBReason.endpoints: there is no provider {typo!r}. Did you mean {provider.name!r}? Nothing was sent."
        )
    if isinstance(found, str):
        return {"url": found}
    if not isinstance(found, Mapping):
        raise Refused(f"NBReason.endpoints[{provider.name!r}] must be a base URL or a dict. Nothing was sent.")
    for name in found:
        if name not in OPTIONS:
            hint = did_you_mean(str(name), OPTIONS, 0.5)
            raise Refused(f"NBReason.endpoints[{provider.name!r}] has no option {name!r}. {hint} Nothing was sent.")
    return found


def misspelled(provider: Provider, settings: NBReason) -> str:
    """A name in the settings that is close to this provider's and is no other: without this check, questions would go
    to another address than intended."""
    unknown = [str(name) for name in settings.effective_endpoints if name not in providers()]
    close = difflib.get_close_matches(provider.name, unknown, 1, 0.75)
    return close[0] if close else ""


def base_url(base: str) -> str:
    """A base URL without what is often copied with it: quotes, the endpoint, the ``/v1`` that the paths begin with.

    Another version (``/v4``, ``/v1beta/openai``) is kept and replaces ``/v1``.
    """
    base = base.strip().strip("'\"").strip().rstrip("/")
    for end in ENDPOINTS:
        base = base.removesuffix(end).rstrip("/")
    try:
        parts = urlsplit(base)
    except ValueError:
        raise Refused(f"{without_password(base)!r} is not a URL. Nothing was sent.") from None
    if "://" not in base:
        raise Refused(
            f"{without_password(base)!r} is not a URL: it must begin with https:// (or http://localhost)."
            " Nothing was sent."
        )
    if "@" in parts.netloc:
        raise Refused(
            f"The address {without_password(base)} contains credentials, which others could read: put the key into an"
            " environment variable. Nothing was sent."
        )
    if parts.query or parts.fragment:
        raise Refused(
            f"A base URL must not contain ? or #: {without_password(parts.netloc)}{parts.path}. Nothing was sent."
        )
    return base.removesuffix("/v1") if parts.path.endswith("/v1") else base


def wire_of(provider: Provider, given: Mapping[str, Any]) -> WireName:
    """The wire to use: the provider's own, or that of the settings.  Raises Refused."""
    name = given.get("wire", provider.wire)
    if not isinstance(name, str) or name not in WIRES:
        raise Refused(f"{name!r} is not a wire; use {' or '.join(WIRES)}. Nothing was sent.")
    if name != provider.wire and provider.path:
        raise Refused(f"{provider.title} supports the wire {provider.wire!r} only. Nothing was sent.")
    return cast(WireName, name)


def auth_of(provider: Provider, given: Mapping[str, Any]) -> Auth:
    """How the key is sent: as the provider expects it, or as ``bearer``, or in a header of its own.  Raises Refused."""
    word = given.get("auth")
    if word is None:
        return provider.auth
    if not isinstance(word, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", word) or word.lower() in FRAMING:
        raise Refused(
            f"NBReason.endpoints[{provider.name!r}]['auth'] must be 'bearer' or the name of a header, not {word!r}."
            " Nothing was sent."
        )
    return BEARER if word.lower() == "bearer" else Auth(word, "")


def headers_of(provider: Provider, given: Mapping[str, Any]) -> dict[str, str]:
    """More headers.  Raises Refused for one that would hold a key: others may read the file of the settings."""
    found = given.get("headers", {})
    if not isinstance(found, Mapping):
        raise Refused(f"NBReason.endpoints[{provider.name!r}]['headers'] must be a dict. Nothing was sent.")
    for name in found:
        if str(name).lower() in FRAMING:
            raise Refused(f"NBReason.endpoints[{provider.name!r}] must not set the header {name!r}. Nothing was sent.")
        if str(name).lower() in KEY_HEADERS:
            raise Refused(
                f"Do not write a key into the settings (the header {name!r}): put it into an environment variable"
                " and name that variable in 'key_env'. Nothing was sent."
            )
    return {str(name): str(value) for name, value in found.items()}
