"""Text that UTF-8 can hold."""

from __future__ import annotations


def sendable(text: str) -> str:
    """The text as it can be sent and written down: two halves of a character (surrogates) are joined, and half a one
    becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
