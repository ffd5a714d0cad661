"""``nbreason doctor`` and ``%nbreason doctor``: what is installed, what works and what does not.

The text can be pasted into an issue: it contains no key, no question, no answer, and no path above the home folder.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from nbreason import __version__
from nbreason.asking.choice import REHEARSAL
from nbreason.asking.session import Session
from nbreason.config.endpoints import endpoint, key_names, url_variable_value
from nbreason.config.settings import NBReason
from nbreason.core.phrases import without_password
from nbreason.errors import NBReasonError
from nbreason.providers import providers
from nbreason.providers.base import Provider
from nbreason.store.health import health

PACKAGES = ("ipython", "ipykernel", "ipywidgets", "jupyterlab", "notebook", "httpx", "markdown", "nh3", "pillow")
TLS = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
PROXIES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY")
Rows = list[tuple[str, str]]


def examine(session: Session, front_end: Iterable[tuple[str, str]] = ()) -> Rows:
    """Names and values: versions, front end, keys, providers, network, store, settings.

    front_end: names and values of the front end, which the caller knows
    """
    rows = [("nbreason", __version__), ("Python", f"{platform.python_version()} on {platform.platform(terse=True)}")]
    rows += [("packages", ", ".join(filter(None, map(installed, PACKAGES))))]
    rows += front_end
    rows += [("keys found", keys_found(session))]
    rows += [(f"reach {provider.name}", reachability(session, provider)) for provider in providers_in_use(session)]
    rows += [("certificates", environment_variables(session, TLS) or session.runner.trusts())]
    rows += [("proxies", environment_variables(session, PROXIES) or "none in the environment")]
    rows += [(f"store: {name}", value) for name, value in health(session.store)]
    if session.store.on_disk:
        rows += [("store: location", shorten_home(session.store.location))]
    rows += [("settings changed", ", ".join(changed_settings(session)) or "none")]
    return [(name, shorten_home(value)) for name, value in rows]


def text(rows: Rows) -> str:
    """Rows as lines."""
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in rows)


def installed(name: str) -> str:
    """A package with its version, or nothing."""
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return ""


def keys_found(session: Session) -> str:
    """The variables in which keys were found, and what is wrong with the keyring."""
    problem = session.keys.problem(session.keys.in_keyring())
    return key_list(session) + (f"; a login in the keyring cannot be read: {problem}" if problem else "")


def key_list(session: Session) -> str:
    """The variables in which keys were found; without any, whether the rehearsal answers."""
    if found := key_variables(session):
        return ", ".join(found)
    try:
        asked = session.choose().provider.name
    except NBReasonError:
        return "none"
    return "none: the rehearsal answers" if asked == REHEARSAL else "none"


def key_variables(session: Session) -> list[str]:
    """The variables in which keys were found, with a remark if the value cannot be a key."""
    found = {}
    for provider in providers().values():
        try:
            key = session.keys.find(key_names(provider, session.settings))
        except NBReasonError:
            continue
        if key:
            found[key.source] = key.source if key.valid else f"{key.source} (not a key: a stray character)"
    return list(found.values())


def providers_in_use(session: Session) -> list[Provider]:
    """The providers that have a key or a configured address."""
    chosen = []
    for provider in sorted(providers().values(), key=lambda provider: (provider.rank, provider.name)):
        try:
            with_key = session.keys.find(key_names(provider, session.settings))
        except NBReasonError:
            with_key = None
        given = provider.name in session.settings.endpoints or url_variable_value(provider, session.environment)
        if (with_key or given) and not provider.account:
            chosen.append(provider)
    return chosen


def reachability(session: Session, provider: Provider) -> str:
    """Host of a provider, and whether a connection succeeds."""
    try:
        place = endpoint(provider, session.settings, session.environment)
    except NBReasonError as error:
        return str(error)
    return f"{urlsplit(place.base).netloc}: {session.reach(place)}"


def environment_variables(session: Session, names: tuple[str, ...]) -> str:
    """Variables that are set, without passwords in addresses."""
    set_ = [(name, session.environment.get(name, "")) for name in names]
    return ", ".join(f"{name}={without_password(value)}" for name, value in set_ if value)


def changed_settings(session: Session) -> list[str]:
    """The names of the settings that differ from their defaults; their values may be private."""
    defaults = NBReason()
    names = sorted(defaults.trait_names(config=True))
    return [name for name in names if getattr(session.settings, name) != getattr(defaults, name)]


def shorten_home(value: str) -> str:
    """A text with ~ for the home directory, which would name the user."""
    home = str(Path.home())
    return value.replace(home, "~") if home not in ("/", sys.prefix) else value
