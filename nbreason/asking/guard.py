"""Scans a question for keys and passwords before it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from nbreason.asking.plan import Plan
from nbreason.config.endpoints import key_names
from nbreason.config.keys import KeySource
from nbreason.config.secret import Secret
from nbreason.config.settings import NBReason
from nbreason.core.parts import Image, Text
from nbreason.core.secrets import find
from nbreason.errors import Refused
from nbreason.providers import providers
from nbreason.providers.base import Provider


class Guard:
    """Scans a question for keys and passwords before it is sent.

    confirm: asks the person whether to send it anyway; where nobody can be asked it says no
    """

    def __init__(
        self, settings: NBReason, keys: KeySource, confirm: Callable[[str], bool] = lambda line: False
    ) -> None:
        self._settings = settings
        self._keys = keys
        self.confirm = confirm

    def configured_keys(self) -> list[Secret]:
        """The keys of all providers."""
        names = {name for provider in providers().values() for name in (*provider.keys, *self._own_names(provider))}
        return [key for name in sorted(names) if (key := self._keys.find((name,)))]

    def _own_names(self, provider: Provider) -> tuple[str, ...]:
        try:
            return key_names(provider, self._settings)
        except Refused:  # a wrong setting is reported when that provider is asked
            return ()

    def findings(self, planned: Plan) -> list[str]:
        """What was found in the question itself (earlier turns were sent before), in words; never the values."""
        keys = self.configured_keys()
        found = []
        for where, text in outgoing_texts(planned):
            found += [f"{finding.what} in {where}" for finding in find(text, keys)]
        return list(dict.fromkeys(found))

    def check(self, planned: Plan) -> None:
        """Raise Refused when a secret is found, unless the setting or the person says otherwise."""
        if self._settings.secrets == "off" or not (found := self.findings(planned)):
            return
        what = ", ".join(found)
        if self._settings.secrets == "ask" and self.confirm(f"This would send {what}. Send it anyway?"):
            return
        raise Refused(
            f"This would send {what}. Remove it, or turn this check off in this kernel with"
            " %config NBReason.secrets = 'off'. Nothing was sent."
        )


def outgoing_texts(planned: Plan) -> Iterator[tuple[str, str]]:
    """Every text of a question that leaves the machine, with where it is."""
    for part in (*planned.question.parts, Text(planned.question.system)):
        yield part.source or "the question", f"{part.url}\n{part.alt}" if isinstance(part, Image) else part.text
    if planned.question.shape is not None:
        yield "the schema", json.dumps(planned.question.shape.schema, default=str)
    yield "the parameters", json.dumps(dict(planned.request.params), default=str)
