"""The sanitiser: the only way from an answer to a page.

A front end runs whatever a live output holds, so what is not on these lists does not come through: no script,
no handler, no style, no id, no data-*, no form, nothing that fetches, and no address but that of a web page or a
mailbox, with its host visible.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import nh3

from nbreason.render import code

TAGS = frozenset(
    """
    a blockquote br code del details div em h1 h2 h3 h4 h5 h6 hr li ol p pre span strong sub summary sup table tbody td
    th thead tr ul
    """.split()  # noqa: SIM905
)
CLASSES = code.CLASSES | set(
    """
    arithmatex mathjax_ignore footnote nbreason nbr-table nbr-task nbr-left nbr-center nbr-right nbr-host
    """.split()  # noqa: SIM905
)
REL = "noopener noreferrer nofollow"

# Elements whose content is not meant to be read; of all others off the list, the text stays.
_DROPPED = frozenset(
    """
    script style title textarea template noscript noembed noframes xmp iframe object svg math select audio video
    """.split()  # noqa: SIM905
)

_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(_DROPPED),
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}},  # without "*", titles come through
    allowed_classes={tag: set(CLASSES) for tag in TAGS - {"a"}},
    link_rel=REL,
    url_schemes={"http", "https", "mailto"},
)

# Controls, and what turns the direction of the text around it: U+202A to U+202E and U+2066 to U+2069.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINK = re.compile(
    r'<a(?: href="([^"]*)")?(?: [a-z]+="[^"]*")*>(.*?)</a>(?:<span class="nbr-host">[^<]*</span>)?', re.S
)
_BAD_START = re.compile(r'<ol start="(?!\d{1,9}")[^"]*"')
_FORMULA = re.compile(r'<span class="arithmatex">[^<]*</span>')
_TAG = re.compile(r"<[^>]*>")
_OPEN_OR_END = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_VOID = frozenset(("br", "hr", "img", "input", "wbr"))
MAX_DEPTH = 1000
_MAILBOX = re.compile(r"[^\s@<>()\[\],;:%\"\\]{1,64}@[A-Za-z0-9.-]{1,253}")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?\.?|\[[0-9A-Fa-f:.]+\]")


def sanitise(fragment: str) -> str:
    """HTML in, HTML that is safe to show out; images and checkboxes become text."""
    fragment = _SURROGATE.sub("\ufffd", fragment)
    if _too_deep(fragment):
        fragment = html.escape(fragment)
    if re.search(r"<(?:img|input)\b", fragment, re.I):
        fragment = _without_images(fragment)
    clean = _HIDDEN.sub("", _CLEANER.clean(fragment))
    return _LINK.sub(_link_with_host, _BAD_START.sub("<ol", clean))


def _too_deep(fragment: str) -> bool:
    """Whether elements are nested so deeply that a parser would take minutes over them."""
    depth = 0
    for match in _OPEN_OR_END.finditer(fragment):
        depth += -1 if match[1] else 0 if match[2].lower() in _VOID else 1
        if depth > MAX_DEPTH:
            return True
    return False


def _link_with_host(match: re.Match[str]) -> str:
    """A link with its host visible, or only its text if the address has no clear host."""
    address, text = html.unescape(match[1] or ""), match[2]
    place = destination(address)
    if place is None:
        return text
    scheme = urlsplit(address).scheme
    if scheme == "mailto":
        address = f"mailto:{place}"
    link = f'<a href="{html.escape(address)}" rel="{REL}" target="_blank">{text}</a>'
    shown = html.unescape(_TAG.sub("", _FORMULA.sub("", text))).strip().lower()
    if _begins_with(shown, scheme, place):
        return link
    return f'{link}<span class="nbr-host"> ({html.escape(place)})</span>'


def _begins_with(shown: str, scheme: str, place: str) -> bool:
    """Whether the visible text of a link is an address at this host, or this mailbox."""
    if scheme == "mailto":
        return shown.removeprefix("mailto:") == place.lower()
    rest = shown.removeprefix(f"{scheme}://").removeprefix("www.")
    host = place.removeprefix("www.")
    return rest.startswith(host) and rest[len(host) :][:1] in ("", "/", "?", "#")


def destination(address: str) -> str | None:
    """The host of a web address, or the mailbox; None if it is neither, or ambiguous."""
    if any(character <= " " or character == "\\" for character in address):
        return None
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if parts.scheme == "mailto":
        return parts.path if _MAILBOX.fullmatch(parts.path) else None
    if parts.scheme not in ("http", "https"):
        return None
    try:
        host = unquote(host, errors="strict").encode("idna").decode("ascii")
    except UnicodeError:
        return None
    if ":" in host:
        host = f"[{host}]"
    return host + port if _HOST.fullmatch(host) else None


class _ImagesAsText(HTMLParser):
    """Writes HTML out again with images and checkboxes as text; what it writes is sanitised afterwards."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.out.append(image(values.get("alt", ""), values.get("src", "")))
        elif tag == "input":
            self.out.append(("☑ " if "checked" in values else "☐ ") if values.get("type") == "checkbox" else "")
        else:
            self.out.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.out.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.out.append(f"&#{name};")


def image(alt: str, address: str) -> str:
    """An image as a link to it, or as text when its address may not be linked."""
    text = html.escape(f"image: {alt}" if alt.strip() else "image")
    return f'<a href="{html.escape(address)}">{text}</a>' if destination(address) else text


def _without_images(fragment: str) -> str:
    writer = _ImagesAsText()
    writer.feed(fragment)
    writer.close()
    return "".join(writer.out)
