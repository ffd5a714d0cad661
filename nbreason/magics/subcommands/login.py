"""``%nbreason login`` and ``logout``: a key is typed without being shown or recorded."""

from __future__ import annotations

import getpass
import warnings
from typing import TYPE_CHECKING

from nbreason.config.endpoints import key_names
from nbreason.config.secret import Secret
from nbreason.core.phrases import did_you_mean
from nbreason.errors import Refused, UsageError
from nbreason.magics.subcommands.registry import subcommand
from nbreason.providers import providers
from nbreason.render.bundle import line_bundle

if TYPE_CHECKING:
    from nbreason.notebook.notebook import Notebook
    from nbreason.providers.base import Provider
    from nbreason.render.bundle import Bundle


@subcommand(
    "PROVIDER", "type a key without showing it; saved in the system's keyring, else for this kernel", "providers"
)
def login(notebook: Notebook, rest: str) -> Bundle:
    """Ask for a key without showing it, use it from now on, and save it in the keyring."""
    provider = provider_in(notebook, rest)
    name = key_variable(notebook, provider)
    key = read_key(f"Key for {provider.title} (not shown): ")
    if key.empty:
        return line_bundle("Nothing was typed. Nothing has changed.")
    if not key.valid:
        raise Refused(
            "This cannot be a key: there is a space, a line break or another stray character in it. Copy it again."
            " Nothing has changed."
        )
    problem = notebook.session.keys.login(name, key)
    if problem:
        saved = f"{provider.title}: the key is used until this kernel ends; it is not saved, because {problem}."
    else:
        saved = f"{provider.title}: the key is used from now on, and is saved in the keyring of this system."
    in_environment = notebook.session.environment.get(name)
    also = f" {name} is also set in the environment, which other kernels use." if in_environment else ""
    return line_bundle(saved + also)


@subcommand("[PROVIDER]", "forget the key of a login, here and in the keyring; without a name all of them", "providers")
def logout(notebook: Notebook, rest: str) -> Bundle:
    """Forget the key of one provider's login, or of all."""
    only = [provider_in(notebook, rest)] if rest else list(providers().values())
    names = dict.fromkeys(key_variable(notebook, item) for item in only if key_names(item, notebook.settings))
    session = notebook.session
    ended = [name for name in names if session.keys.has_login(name)]
    if not ended:
        return line_bundle("There is no login to end. Nothing has changed.")
    lines = []
    for name in ended:
        if problem := session.keys.logout(name):
            lines.append(
                f"The key of {name} is forgotten here, but may still be in the keyring (under nbreason): {problem}."
                " %nbreason logout tries again."
            )
        else:
            still = "; the one in the environment is used from now on" if session.environment.get(name) else ""
            lines.append(f"The key of {name} is forgotten{still}.")
    return line_bundle(" ".join(lines))


def provider_in(notebook: Notebook, rest: str) -> Provider:
    """The provider that a line names.  Raises UsageError, also for a line that may hold a key."""
    words = rest.split()
    if len(words) > 1:
        name = words[0] if words[0] in providers() else "segmind"
        raise UsageError(
            "Do not put a key on the line: IPython has written it to its history file."
            f" %nbreason login {name} asks for the key. If that was a key, replace it. Nothing was sent."
        )
    if rest in providers():
        return providers()[rest]
    with_keys = [name for name, found in providers().items() if key_names(found, notebook.settings)]
    # What was typed is not repeated: it may be a key.
    raise UsageError(f"Name a provider: %nbreason login segmind. {did_you_mean(rest, with_keys, 0.5)}")


def key_variable(notebook: Notebook, provider: Provider) -> str:
    """The variable that is searched first for a provider's key.  Raises UsageError for a provider without keys."""
    names = key_names(provider, notebook.settings)
    if not names:
        raise UsageError(f"{provider.title} requires no API key.")
    return names[0]


def read_key(prompt: str) -> Secret:
    """A key that the user types, without showing it.  Raises Refused if nobody can type here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)  # it would show what is typed
            return Secret.cleaned(lambda: getpass.getpass(prompt))  # which a kernel replaces with its own
    except KeyboardInterrupt:
        return Secret("")
    except (getpass.GetPassWarning, EOFError, RuntimeError, OSError):
        raise Refused(
            "A key cannot be typed here without showing it: put it into the environment variable that"
            " %nbreason models names. Nothing has changed."
        ) from None
