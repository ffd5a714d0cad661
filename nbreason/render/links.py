"""Where a link leads: targets, titles, labels and bare addresses, by CommonMark's rules.

Every scan here is bounded or goes forward once, so that no answer makes it slow.
"""

from __future__ import annotations

import html
import re
from urllib.parse import quote

PUNCTUATION = r"!-/:-@\[-`{-~"
_ESCAPE = re.compile(rf"\\([{PUNCTUATION}])|&(?:#\d{{1,7}}|#[xX][0-9a-fA-F]{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,31}});")
_LABEL = re.compile(r"\[((?:[^\\\[\]]|\\.){1,999})\]", re.S)
_SPACE = re.compile(r"[ \t]*(?:\n[ \t]*)?")
_ANGLED = re.compile(r"<((?:[^<>\\\n]|\\.)*)>")
_TITLE = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|\((?:[^()\\]|\\.)*\)', re.S)
_LINE_END = re.compile(r"[ \t]*(?:\n|$)")
_MAX_PARENTHESES = 32
_KEEP = "%/:?#[]@!$&'()*+,;=~-._"
_MAX_TARGET = 8192


def unescape(text: str) -> str:
    """Text with its backslash escapes and entities resolved; entities for control characters are dropped."""
    return _ESCAPE.sub(lambda match: match[1] or entity(match[0]), text) if "\\" in text or "&" in text else text


def entity(source: str) -> str:
    """What an entity such as `&eacute;` or `&#233;` stands for; an unknown one stays as it is."""
    character = html.unescape(source)
    return (
        "\ufffd"
        if len(character) == 1 and ((character < " " and character not in "\t\n") or character == "\x7f")
        else character
    )


def normal_label(label: str) -> str:
    """A label as it is compared: without regard to case and white space."""
    return " ".join(label.split()).casefold().upper()


def safe_target(target: str) -> str:
    """A target with everything percent-encoded that an address cannot hold."""
    return quote(unescape(target), safe=_KEEP)


def target(text: str, position: int) -> tuple[str, int] | None:
    """The target of a link at this position and where it ends."""
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


def inline(text: str, position: int) -> tuple[str, int] | None:
    """The target of `(target "title")` at this position and where the whole ends."""
    position = _skip(text, position + 1)
    found = target(text, position)
    if found is None:
        return None
    address, end = found
    after = _skip(text, end)
    if after > end:
        title = _TITLE.match(text, after)
        after = _skip(text, title.end()) if title else after
    return (safe_target(address), after + 1) if text.startswith(")", after) else None


def definition(text: str) -> tuple[str, str, int] | None:
    """The label and target of the link definition at the front of this text, and where it ends."""
    label = _LABEL.match(text)
    if not label or not label[1].strip() or not text.startswith(":", label.end()):
        return None
    start = _skip(text, label.end() + 1)
    found = target(text, start)
    if found is None or found[1] == start:
        return None
    address, end = found
    line_end = _LINE_END.match(text, end)
    after = _skip(text, end)
    title = _TITLE.match(text, after) if after > end else None
    title_end = _LINE_END.match(text, title.end()) if title else None
    finish = title_end or line_end
    return (normal_label(label[1]), safe_target(address), finish.end()) if finish else None


def label(text: str, position: int) -> tuple[str, int] | None:
    """The label of `[label]` at this position and where it ends."""
    match = _LABEL.match(text, position)
    return (match[1], match.end()) if match else None


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


_BARE = re.compile(r"(?:https?://|www\.)[^\s<>\[\]\"`\\|，。；：！？、）】」』]{1,2000}", re.I)


def bare(text: str, position: int) -> str | None:
    """The bare web address at this position, without the punctuation of the sentence around it."""
    match = _BARE.match(text, position)
    if not match or (position and (text[position - 1].isalnum() or text[position - 1] in "/@")):
        return None
    address = match[0]
    while address:
        if address[-1] in "?!.,:;*_~'$" or (address[-1] == ")" and address.count(")") > address.count("(")):
            address = address[:-1]
        else:
            break
    return address if "." in address[8:] or ("://" in address and len(address) > 8) else None


def quoted(address: str) -> str:
    """An address as it was written, with everything percent-encoded that it cannot hold."""
    return quote(address, safe=_KEEP)
