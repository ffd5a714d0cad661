"""All that can be said to a model: text and images.

The waist of the package is kept narrow on purpose.  Whatever a notebook holds (a figure, a dataframe,
a traceback) is turned into these two by `nbreason.capture`, and every wire encodes only these two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from nbreason.core.characters import sendable


@dataclass(frozen=True)
class Text:
    """A run of text.

    `source` says where attached text came from (``"df"``, ``"In[5]"``); it is empty for the words of the
    person who asks.  It is for people (previews, one-line descriptions) and is not sent by itself.
    """

    text: str
    source: str = ""

    def __post_init__(self) -> None:
        _make_sendable(self, "text", "source")

    @property
    def kind(self) -> str:
        """What attached data is (``"table"``, ``"array"``), as its opening line says; else empty."""
        found = re.match(r'<data [^>\n]*\bkind="([^"]*)"', self.text)
        return found[1] if found else ""

    def describe(self) -> str:
        """One line for people: what this part is."""
        first = next((line for line in self.text.splitlines() if line.strip()), "")
        return self.source or first[:80]


PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")
"""The media types of pictures that models take, and that any browser shows without running anything."""


@dataclass(frozen=True)
class Image:
    """An encoded picture.

    data:   the bytes of a PNG, JPEG, GIF or WebP file
    mime:   its media type, one of `PICTURES`; ValueError for any other
    width, height: in pixels
    alt:    what is in it, in words; sent along as text, because models read text better than pixels
    source: where it came from, for people: ``"In[5].2"``, ``"fig"``, ``"./photo.png"``; of a file always with a
            separator, by which `name` knows what must not be sent
    """

    data: bytes
    mime: str
    width: int
    height: int
    alt: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if self.mime not in PICTURES:
            raise ValueError("a picture is a PNG, JPEG, WebP or GIF file")
        _make_sendable(self, "alt", "source")

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hexadecimal: equal pictures are stored and sent once."""
        from hashlib import sha256  # not while the extension is loaded: it brings OpenSSL along

        return sha256(self.data).hexdigest()

    @property
    def name(self) -> str:
        """What the picture may be called in what is sent: its label or expression; "" for a file, whose path stays
        here."""
        return "" if re.search(r"[/\\]", self.source) else re.sub(r'["<>&\n]', " ", self.source)

    def caption(self) -> str:
        """What is in the picture as delimited data, to be sent in front of it; empty when nothing is known."""
        if not self.alt:
            return ""
        named = f'name="{self.name}" ' if self.name else ""
        body = re.sub(r"<(?=/data)", r"<\\", self.alt, flags=re.IGNORECASE)
        return f'<data {named}kind="figure">\n{body}\n</data>'

    def in_words(self) -> str:
        """What is sent instead of the picture where there is no room for it."""
        facts = [self.name, self.mime, f"{self.width} x {self.height} px"]
        line = f"[An image was here: {', '.join(fact for fact in facts if fact)}.]"
        return f"{line}\n{self.caption()}".rstrip()

    def describe(self) -> str:
        """One line for people: ``In[5].2: image/png, 640 x 480 px, 18,204 bytes``."""
        what = f"{self.mime}, {self.width} x {self.height} px, {len(self.data):,} bytes"
        return f"{self.source}: {what}" if self.source else what


Part = Text | Image


def _make_sendable(part: Part, *fields: str) -> None:
    """Clean the text of a part that is being made, whoever makes it."""
    for field in fields:
        given = getattr(part, field)
        if (text := sendable(given)) is not given:
            object.__setattr__(part, field, text)
