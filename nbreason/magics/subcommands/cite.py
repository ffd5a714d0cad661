"""``%nbreason cite``: how to name the answers of this notebook in a paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbreason.answers.citation import cite as cited
from nbreason.magics.subcommands.registry import subcommand
from nbreason.render.bundle import Bundle

if TYPE_CHECKING:
    from nbreason.notebook.notebook import Notebook


@subcommand("", "a methods paragraph and a BibTeX entry for the answers of this notebook")
def cite(notebook: Notebook, rest: str) -> Bundle:
    """A methods paragraph and a BibTeX entry for the answers of this notebook."""
    records = notebook.session.store.history(notebook.conversation())
    text = cited([record.answer for record in records if record.answer and record.state == "done"])
    return Bundle({"text/plain": text}, {"nbreason": {}})
