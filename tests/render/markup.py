"""What our pages may hold, written down a second time: the allow-list as a test reads it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

ALLOWED = {
    "details": set(),
    "summary": set(),
    "a": {"href", "rel", "target"},
    "ol": {"start", "class"},
    **{tag: {"class"} for tag in ("blockquote", "br", "code", "del", "div", "em", "hr", "li", "p", "pre", "span")},
    **{tag: {"class"} for tag in ("strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul")},
    **{f"h{level}": {"class"} for level in range(1, 7)},
}
CLASS = re.compile(r"nbr-[a-z]+|arithmatex|mathjax_ignore|footnote")
HREF = re.compile(r"(?:https?://[\w.\[\]:%@'!$&()*+,;=~-]+(?:[/?#][^\s\"]*)?|mailto:[^\s\"]+)", re.I)
REL = "noopener noreferrer nofollow"


class _Watch(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ALLOWED.get(tag, set()):
                self.found.append(f"{tag}[{name}]")
            if name == "class" and not all(CLASS.fullmatch(part) for part in (value or "").split()):
                self.found.append(f"class {value}")
            if name == "href" and not HREF.fullmatch(value or ""):
                self.found.append(f"href {value}")
            if name == "start" and not re.fullmatch(r"\d{1,9}", value or ""):
                self.found.append(f"start {value}")
        if tag == "a" and (dict(attrs).get("rel") != REL or dict(attrs).get("target") != "_blank"):
            self.found.append("a link without rel or target")

    def handle_comment(self, data: str) -> None:
        self.found.append(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"declaration {decl}")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"instruction {data}")

    def unknown_decl(self, data: str) -> None:
        self.found.append(f"declaration {data}")


def violations(html: str) -> list[str]:
    """What of this HTML is not on the list."""
    watch = _Watch()
    watch.feed(html)
    watch.close()
    hidden = re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", html)
    return watch.found + [repr(character) for character in hidden]
