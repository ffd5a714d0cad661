"""The web pages that an answer cites, as providers report them beside the text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from nbreason.core.characters import one_line

MOST = 100
LONGEST = 2_000
"""Characters of an address; longer ones are left out."""
_MARKS = re.compile(r"([\\`*_\[\]<>!#&$|~^])")


@dataclass(frozen=True)
class Citation:
    """A web page that an answer cites.  title: as the provider gives it, or empty"""

    url: str
    title: str = ""


def footnotes(citations: Iterable[Citation]) -> str:
    """A numbered list of links in Markdown, each page once; empty without any.

    It is as untrusted as the answer: whatever shows it cleans its links as it cleans those of the answer.
    """
    pages = {page.url: page for page in citations if page.url.startswith(("https://", "http://"))}
    short = [page for page in pages.values() if len(page.url) <= LONGEST][:MOST]
    return "\n".join(f"{number}. {_link(page)}" for number, page in enumerate(short, 1))


def _link(page: Citation) -> str:
    address = quote(page.url, safe=":/?#@!$&'*+,;=%~-._")  # no bracket that would end the link
    title = _MARKS.sub(r"\\\1", one_line(page.title, 200).strip())
    return f"[{title}]({address})" if title else f"<{address}>"
