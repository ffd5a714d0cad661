"""``%nbreason cite``: how to name the answers of this notebook in a paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbreason.answers.citation import cite as cited
from nbreason.asking.choice import REHEARSAL
from nbreason.magics.subcommands.registry import subcommand
from nbreason.render.bundle import Bundle

if TYPE_CHECKING:
    from nbreason.notebook.notebook import Notebook


@subcommand("", "a methods paragraph and BibTeX entries for the answers of this notebook")
def cite(notebook: Notebook, rest: str) -> Bundle:
    """A methods paragraph and BibTeX entries for the answers of this notebook."""
    asks = notebook.session.store.asks(notebook.conversation())
    return Bundle({"text/plain": cited(asks, play=REHEARSAL)}, {"nbreason": {}})
