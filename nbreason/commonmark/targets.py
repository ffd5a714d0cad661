"""Where a link leads: targets, titles and labels, by CommonMark's rules.

Every scan here is bounded or goes forward once, so that no text makes it slow.
"""

from __future__ import annotations

import html
import re
from html.entities import html5
from urllib.parse import quote

Target = tuple[str, str]  # address, title

PUNCTUATION = r"!-/:-@\[-`{-~"
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ESCAPE = re.compile(rf"\\([{PUNCTUATION}])|{ENTITY.pattern}")
_LABEL = re.compile(r"\[((?:[^\\\[\]]|\\.){1,999})\]", re.S)
_SPACE = re.compile(r"[ \t]*(?:\n[ \t]*)?")
_ANGLED = re.compile(r"<((?:[^<>\\\n]|\\.)*)>")
_TITLE = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|\((?:[^()\\]|\\.)*\)', re.S)
_LINE_END = re.compile(r"[ \t]*(?:\n|$)")
_MAX_PARENTHESES = 32
_MAX_TARGET = 8192
_KEEP = "%/:?#@!$&'()*+,;=~-._"
_IPV6 = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,31}://\[[0-9A-Fa-f:.]{2,45}\]")


def unescape(text: str) -> str:
    """Text with its backslash escapes and entities resolved."""
    return _ESCAPE.sub(lambda match: match[1] or entity(match[0]), text) if "\\" in text or "&" in text else text


def entity(source: str) -> str:
    """What an entity such as `&eacute;` or `&#233;` stands for; an unknown one stays as it is.

    No entity gives a control character.
    """
    if source[1] != "#":
        return html5.get(source[1:], source)
    character = html.unescape(source)
    return character if (character >= " " and character != "\x7f") or character in ("\t", "\n") else "\ufffd"


def normal_label(label: str) -> str:
    """A label as it is compared: without regard to case and white space."""
    return " ".join(label.split()).casefold().upper()


def quoted(address: str) -> str:
    """An address with everything percent-encoded that it cannot hold."""
    host = _IPV6.match(address)
    kept = host[0] if host else ""
    return kept + quote(address[len(kept) :], safe=_KEEP, errors="replace")


def address(text: str, position: int) -> tuple[str, int] | None:
    """The address of a link at this position, as it is written, and where it ends."""
    if text.startswith("<", position):
        match = _ANGLED.match(text, position)
        return (match[1], match.end()) if match else None
    depth, index = 0, position
    limit = min(len(text), position + _MAX_TARGET)
    while index < limit:
        character = text[index]
        if character <= " " or character == "\x7f":
            break
        if character == "\\" and index + 1 < len(text) and text[index + 1] > " ":
            index += 1
        elif character == "(":
            depth += 1
            if depth > _MAX_PARENTHESES:
                return None
        elif character == ")":
            if not depth:
                break
            depth -= 1
        index += 1
    return (text[position:index], index) if not depth else None


def inline(text: str, position: int) -> tuple[Target, int] | None:
    """The target of `(address "title")` at this position, and where the whole ends."""
    found = address(text, _skip(text, position + 1))
    if found is None:
        return None
    written, end = found
    after = _skip(text, end)
    title = _TITLE.match(text, after) if after > end else None
    if title:
        after = _skip(text, title.end())
    return (_target(written, title), after + 1) if text.startswith(")", after) else None


def definition(text: str, position: int) -> tuple[str, Target, int] | None:
    """The label and target of the link definition at this position, and where what follows it begins."""
    label = _LABEL.match(text, position)
    if not label or not label[1].strip() or not text.startswith(":", label.end()):
        return None
    start = _skip(text, label.end() + 1)
    found = address(text, start)
    if found is None or found[1] == start:
        return None
    written, end = found
    after = _skip(text, end)
    title = _TITLE.match(text, after) if after > end else None
    finish = _LINE_END.match(text, title.end()) if title else None
    if not finish:
        title, finish = None, _LINE_END.match(text, end)
    if not finish:
        return None
    return normal_label(label[1]), _target(written, title), finish.end()


def label(text: str, position: int) -> tuple[str, int] | None:
    """The label of `[label]` at this position, and where it ends."""
    match = _LABEL.match(text, position)
    return (match[1], match.end()) if match else None


def _target(written: str, title: re.Match[str] | None) -> Target:
    return quoted(unescape(written)), unescape(title[0][1:-1]) if title else ""


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position
