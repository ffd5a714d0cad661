"""A key typed into a magic line is refused before the line runs.

IPython writes each line into its history file before anybody can look at it, so the person is told to replace the key;
this package keeps nothing of such a line.
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
    """Raise UsageError for a line with a key in it; the message holds nothing of the line.

    known: configured keys, which are found wherever they stand
    """
    from nbreason.core.secrets import find

    if found := list(dict.fromkeys(finding.what for finding in find(line, known))):
        raise UsageError(
            f"This line holds what looks like {', '.join(found)}. It was not run, and nbreason keeps nothing of it, but"
            " it stands in the history file of IPython: replace the key, and put the new one into an environment"
            " variable. Nothing was sent."
        )


def refuse_option(flag: str) -> None:
    """Raise UsageError for an option that would take a key."""
    if OPTION.fullmatch(flag):
        raise UsageError(
            "No option takes a key, because this line stands in the history file of IPython now: put the key into an"
            " environment variable (%nbreason models names them), and replace the one that you typed. Nothing was sent."
        )
