"""Make text fit to be sent: valid UTF-8, without what readers cannot see, and short enough."""

from __future__ import annotations

import re

# Escape sequences of terminals: CSI (colours), OSC (titles, links) and the two-character ones.
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\].*?(?:\x07|\x1b\\)|\x1b[@-Z\\-_]", re.DOTALL)

# What a reader cannot see but a model can: control characters, direction overrides, and the "tag" characters
# that spell invisible ASCII.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


def sendable(text: str) -> str:
    """The text as valid UTF-8: surrogate pairs are joined, and a lone surrogate becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def clean(text: str) -> str:
    """The text without terminal escapes and invisible characters; line ends become ``\\n``."""
    if text.isprintable():  # most text is, and this check is fast
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    return _INVISIBLE.sub("", sendable(text))


def one_line(text: str, limit: int) -> str:
    """The text on one line, line ends shown as ``\\n``, at most `limit` characters."""
    line = clean(text[: 4 * limit + 100]).replace("\n", "\\n").replace("\t", " ")
    return line if len(line) <= limit else line[: max(limit - 1, 0)] + "…"


def cut_middle(text: str, limit: int) -> str:
    """The text if it has at most `limit` characters, else its beginning, a note of its length, and its end."""
    if len(text) <= limit:
        return text
    note = f"\n[… {len(text):,} characters in total, the middle is left out …]\n"
    room = limit - len(note)
    if room < 40:
        return text[: max(limit - 1, 0)] + "…" if limit > 0 else ""
    tail = room // 4
    return text[: room - tail] + note + text[len(text) - tail :]
