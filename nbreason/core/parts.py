"""All that can be sent to a model: text and images.

The interface is kept narrow on purpose.  Whatever is in a notebook (a figure, a dataframe, a traceback) is
turned into these two by `nbreason.capture`, and every wire encodes only these two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from nbreason.core.characters import sendable
from nbreason.core.data_block import data_block


@dataclass(frozen=True)
class Text:
    """A run of text.

    source: where attached text came from (``"df"``, ``"In[5]"``); empty for the text of the question
    rows:   of a table how many of its rows are in the text, and how many it has (None: that is not known)

    Source and rows are for people (previews, the line under the answer): they are neither sent nor hashed.
    """

    text: str
    source: str = ""
    rows: tuple[int, int | None] | None = None

    def __post_init__(self) -> None:
        _make_sendable(self, "text", "source")

    @property
    def kind(self) -> str:
        """What kind of data is attached (``"table"``, ``"array"``), from its opening line; "" for other text."""
        found = re.match(r'<data [^>\n]*\bkind="([^"]*)"', self.text)
        return found[1] if found else ""

    def describe(self) -> str:
        """One line for people: what this part is."""
        first = next((line for line in self.text.splitlines() if line.strip()), "")
        return self.source or first[:80]


PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")
"""The media types that models accept and that browsers show without running anything."""


@dataclass(frozen=True)
class Image:
    """An encoded picture.

    data:   the bytes of a PNG, JPEG, GIF or WebP file
    mime:   its media type, one of `PICTURES`; ValueError for any other
    width, height: in pixels
    alt:    what is in it, in words; sent along as text, because models read text better than pixels
    source: where it came from, for people: ``"In[5].2"``, ``"fig"``, ``"./photo.png"``; of a file always with a
            separator, from which `name` knows that it must not be sent
    url:    where the picture is on the web, if the provider is to fetch it: there are no bytes then, and no size
    """

    data: bytes
    mime: str
    width: int
    height: int
    alt: str = ""
    source: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        if self.mime not in PICTURES:
            raise ValueError("a picture is a PNG, JPEG, WebP or GIF file")
        _make_sendable(self, "alt", "source")

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the bytes, or of the address, in hexadecimal: equal pictures are stored and sent once."""
        from hashlib import sha256  # not while the extension is loaded: it brings OpenSSL along

        return sha256(self.url.encode() or self.data).hexdigest()

    @property
    def name(self) -> str:
        """What the picture is called in what is sent: its label or expression; "" for a file, whose path is not
        sent."""
        return "" if re.search(r"[/\\]", self.source) else re.sub(r'["<>&\n]', " ", self.source)

    def caption(self) -> str:
        """The alternative text as delimited data, to be sent before the picture; "" if there is none."""
        return data_block(self.alt, name=self.name, kind="figure") if self.alt else ""

    def in_words(self) -> str:
        """What is sent instead of the picture if there is no room for it."""
        facts = [self.name, self.url] if self.url else [self.name, self.mime, f"{self.width} x {self.height} px"]
        line = f"[An image was here: {', '.join(fact for fact in facts if fact)}.]"
        return f"{line}\n{self.caption()}".rstrip()

    def describe(self) -> str:
        """One line for people: ``In[5].2: image/png, 640 x 480 px, 18,204 bytes``."""
        if self.url:
            return f"{self.url}: a picture that the provider fetches"
        what = f"{self.mime}, {self.width} x {self.height} px, {len(self.data):,} bytes"
        return f"{self.source}: {what}" if self.source else what


Part = Text | Image


def _make_sendable(part: Part, *fields: str) -> None:
    """Make the text of a new part valid UTF-8."""
    for field in fields:
        given = getattr(part, field)
        if (text := sendable(given)) is not given:
            object.__setattr__(part, field, text)
