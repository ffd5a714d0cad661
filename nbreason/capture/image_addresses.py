"""Pictures that are named by an address: ``data:`` URIs, which hold the picture, and ``https:``, which the provider
fetches."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote, urlsplit

from nbreason.core.parts import Image

LONGEST_URI = 28 * 1024 * 1024
"""Characters: 20 MB in base64."""
LONGEST_ADDRESS = 2_000
_DATA = re.compile(r"data:[^,]{0,200};base64$", re.IGNORECASE)


def is_address(name: str) -> bool:
    """Whether a name begins like a web address or a ``data:`` URI."""
    return re.match(r"(?:data:|https?://)", name, re.IGNORECASE) is not None


def decode(uri: str) -> bytes:
    """The bytes in a ``data:`` URI.  Raises ValueError, with the end of a sentence, for any other."""
    head, comma, _ = uri[:300].partition(",")
    if not comma or not _DATA.match(head):
        raise ValueError("is not of the form data:image/png;base64,…")
    if len(uri) > LONGEST_URI:
        raise ValueError("is longer than 28 MB")
    try:
        return base64.b64decode(unquote(uri[len(head) + 1 :]), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is not base64") from None


def at(address: str) -> Image:
    """The picture at an ``https:`` address, of which nothing is fetched here.  Raises ValueError as `decode`."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme != "https":
        raise ValueError("is not an https:// address; download the picture and attach the file")
    if not host or parts.username or parts.password or not all("!" <= letter <= "~" for letter in address):
        raise ValueError("is not an address that can be sent: it has no host, a password, or a space in it")
    if len(address) > LONGEST_ADDRESS:
        raise ValueError(f"has more than {LONGEST_ADDRESS:,} characters; download the picture and attach the file")
    return Image(b"", "image/png", 0, 0, source=address, url=address)
