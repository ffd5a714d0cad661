"""A magic line that contains a key is refused before it runs.

IPython writes each line to its history file before anything can check it, so the user is told to replace the key;
this package saves nothing of such a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from nbreason.errors import UsageError

if TYPE_CHECKING:
    from nbreason.core.secrets import Known

OPTION = re.compile(r"--?(?:api[-_]?)?(?:key|token|secret|password)", re.IGNORECASE)


def refuse_keys(line: str, known: Iterable[Known]) -> None:
    """Raise UsageError for a line that contains a key; the message repeats nothing of the line.

    known: configured keys, which are found anywhere in the line
    """
    from nbreason.core.secrets import find

    if found := list(dict.fromkeys(finding.what for finding in find(line, known))):
        raise UsageError(
            f"This line contains what looks like {', '.join(found)}. It was not run, and nbreason saves nothing of it,"
            " but IPython has written it to its history file: replace the key, and put the new one into an environment"
            " variable. Nothing was sent."
        )


def refuse_key_option(flag: str) -> None:
    """Raise UsageError for an option that would take a key."""
    if OPTION.fullmatch(flag):
        raise UsageError(
            "No option takes a key, because IPython has written this line to its history file: put the key into an"
            " environment variable (%nbreason models names them), and replace the one that you typed. Nothing was sent."
        )
