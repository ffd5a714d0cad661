"""``%nbreason login`` and ``logout``: a key is typed where nobody sees it and nothing keeps it."""

from __future__ import annotations

import getpass
import warnings
from typing import TYPE_CHECKING

from nbreason.config.endpoints import key_names
from nbreason.config.keys import Secret
from nbreason.core.phrases import did_you_mean
from nbreason.errors import Refused, UsageError
from nbreason.providers import providers
from nbreason.render.bundle import line_bundle

if TYPE_CHECKING:
    from nbreason.notebook.notebook import Notebook
    from nbreason.providers.base import Provider
    from nbreason.render.bundle import Bundle


def login(notebook: Notebook, rest: str) -> Bundle:
    """Ask for a key without showing it; use it from now on, and keep it in the keyring."""
    provider = whose(notebook, rest)
    name = slot(notebook, provider)
    key = typed(f"Key for {provider.title} (not shown): ")
    if key.empty:
        return line_bundle("Nothing was typed, and nothing has changed.")
    if not key.sound:
        raise Refused(
            "This cannot be a key: there is a space, a line break or another stray character in it. Copy it again."
            " Nothing has changed."
        )
    elsewhere = bool(notebook.session.environment.get(name)) and not notebook.session.environment.known(name)
    trouble = notebook.session.environment.login(name, key)
    if trouble:
        kept = f"{provider.title}: the key is used until this kernel ends; it is not kept, because {trouble}."
    else:
        kept = f"{provider.title}: the key is used from now on, and is kept in the keyring of this system."
    also = f" {name} is set in the environment too, which other kernels use." if elsewhere else ""
    return line_bundle(kept + also)


def logout(notebook: Notebook, rest: str) -> Bundle:
    """Forget the keys of logins: of one provider, or of all."""
    only = [whose(notebook, rest)] if rest else list(providers().values())
    names = dict.fromkeys(slot(notebook, provider) for provider in only if key_names(provider, notebook.settings))
    environment = notebook.session.environment
    ended = [name for name in names if environment.known(name)]
    if not ended:
        return line_bundle("There is no login to end, and nothing has changed.")
    told = []
    for name in ended:
        if trouble := environment.logout(name):
            told.append(
                f"The key of {name} is forgotten here, but may still be in the keyring (under nbreason): {trouble}."
                " %nbreason logout tries again."
            )
        else:
            still = "; the environment holds one too, which is used from now on" if environment.get(name) else ""
            told.append(f"The key of {name} is forgotten{still}.")
    return line_bundle(" ".join(told))


def whose(notebook: Notebook, rest: str) -> Provider:
    """The provider that a line names.  Raises UsageError, also for a line that may hold a key."""
    words = rest.split()
    if len(words) > 1:
        name = words[0] if words[0] in providers() else "segmind"
        raise UsageError(
            "A key is never part of the line, which stands in the history file of IPython now:"
            f" %nbreason login {name} asks for it. If that was a key, replace it. Nothing was sent."
        )
    if rest in providers():
        return providers()[rest]
    with_keys = [name for name, found in providers().items() if key_names(found, notebook.settings)]
    # What was typed is not repeated: it may be a key.
    raise UsageError(f"Say for whom, as in %nbreason login segmind. {did_you_mean(rest, with_keys, 0.5)}")


def slot(notebook: Notebook, provider: Provider) -> str:
    """The name under which a provider's key is looked for first.  Raises UsageError for one that has no keys."""
    names = key_names(provider, notebook.settings)
    if not names:
        raise UsageError(f"{provider.title} needs no key.")
    return names[0]


def typed(prompt: str) -> Secret:
    """What a person types without its being shown.  Raises Refused where that cannot be done."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)  # it would show what is typed
            return Secret.cleaned(lambda: getpass.getpass(prompt))  # a kernel puts its own in this place
    except KeyboardInterrupt:
        return Secret("")
    except (getpass.GetPassWarning, EOFError, RuntimeError, OSError):
        raise Refused(
            "There is nobody here who could type a key unseen: put it into the environment variable that"
            " %nbreason models names. Nothing has changed."
        ) from None
