"""The text inside a block: emphasis, code, links, maths, by CommonMark's rules and in linear time.

Python-Markdown's inline patterns try each regular expression at each place, so that a hostile paragraph keeps
them busy for minutes, and they read emphasis by rules of their own. This parser goes through a text once. It
finds a row of pieces; emphasis is settled on them afterwards with CommonMark's stack of delimiters, and only
then is an element built.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from nbreason.render import links, maths
from nbreason.render.build import Builder
from nbreason.render.delimiters import Delimiter, Piece, Stack, flanking

_SPECIAL = re.compile(r"[\\`*_~$\[\]<&\n]|!(?=\[)|https?://|www\.", re.I)
_ESCAPABLE = re.compile(rf"[{links.PUNCTUATION}]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>\x00-\x20]{0,2000})>")
_MAIL = re.compile(r"<([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255})>")
_NOTE = re.compile(r"\[\^([^\s\[\]]{1,200})\]")
_BREAK_TAG = re.compile(r"<br ?/?>", re.I)
_RUN = re.compile(r"`+")


@dataclass(slots=True)
class Scope:
    """What inline text can refer to, and the footnotes that were referred to so far, in their order."""

    references: dict[str, str] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    cited: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Bracket:
    """An open `[` or `![`: its piece, the place behind it, and the delimiters that stood before it."""

    piece: Piece
    index: int
    position: int
    image: bool
    below: Delimiter | None
    active: bool = True


class InlineParser:
    """Parses one text. `into` appends what it holds to an element."""

    def __init__(self, text: str, scope: Scope, in_cell: bool = False) -> None:
        self.text = text
        self.scope = scope
        self.in_cell = in_cell
        self.position = 0
        self.pieces: list[Piece] = []
        self.stack = Stack()
        self.brackets: list[_Bracket] = []
        self.runs: dict[int, list[int]] | None = None
        self.formulas = maths.Finder(text)

    def into(self, parent: Element) -> None:
        """Parse the text and append it to this element."""
        text, length = self.text, len(self.text)
        while self.position < length:
            match = _SPECIAL.search(text, self.position)
            start = match.start() if match else length
            if start > self.position:
                self._say(text[self.position : start])
            self.position = start
            if match:
                _HANDLERS[match[0][0].lower()](self)
        self.stack.settle(None)
        Builder(parent).add(self.pieces)

    def _say(self, text: str) -> None:
        self.pieces.append(Piece(text))

    def _show(self, element: Element, end: int) -> None:
        self.pieces.append(Piece("", element))
        self.position = end

    def _literal(self, length: int = 1) -> None:
        self._say(self.text[self.position : self.position + length])
        self.position += length

    # One method for each special character

    def _backslash(self) -> None:
        if self._formula():
            return
        following = self.text[self.position + 1 : self.position + 2]
        if following == "\n":
            self._show(Element("br"), self._line_start(self.position + 2))
        elif _ESCAPABLE.match(following):
            self._say(following)
            self.position += 2
        else:
            self._literal()

    def _dollar(self) -> None:
        if not self._formula():
            self._literal()

    def _formula(self) -> bool:
        found = self.formulas.at(self.position)
        if found:
            self._show(maths.element(found.tex, found.display, block=False), found.end)
        return bool(found)

    def _newline(self) -> None:
        hard = False
        if self.pieces and self.pieces[-1].text:
            text = self.pieces[-1].text
            hard = text.endswith("  ")
            self.pieces[-1].text = text.rstrip(" ")
        self.position = self._line_start(self.position + 1)
        self.pieces.append(Piece("", Element("br")) if hard else Piece("\n"))

    def _line_start(self, position: int) -> int:
        while position < len(self.text) and self.text[position] in " \t":
            position += 1
        return position

    def _code(self) -> None:
        run = _RUN.match(self.text, self.position)
        length = len(run[0]) if run else 1
        start = self.position + length
        end = self._run_after(length, start)
        if end is None:
            self._literal(length)
            return
        code = self.text[start:end].replace("\n", " ")
        if code.startswith(" ") and code.endswith(" ") and code.strip(" "):
            code = code[1:-1]
        element = Element("code")
        element.text = code
        self._show(element, end + length)

    def _run_after(self, length: int, position: int) -> int | None:
        """Where the next run of so many backticks begins."""
        if self.runs is None:
            self.runs = {}
            for match in _RUN.finditer(self.text):
                self.runs.setdefault(len(match[0]), []).append(match.start())
        places = self.runs.get(length, [])
        index = bisect_left(places, position)
        return places[index] if index < len(places) else None

    def _emphasis(self) -> None:
        text, start = self.text, self.position
        character = text[start]
        end = start
        while end < len(text) and text[end] == character:
            end += 1
        can_open, can_close = flanking(text, start, end)
        self.position = end
        if character != "~":
            self.pieces.append(self.stack.push(character, end - start, can_open, can_close))
            return
        # Two tildes strike out; one is "about", as in ~5.
        if (end - start) % 2:
            self._say("~")
        if end - start > 1:
            self.pieces.append(self.stack.push("~", (end - start) // 2 * 2, can_open, can_close))

    def _entity(self) -> None:
        match = _ENTITY.match(self.text, self.position)
        if match:
            self._say(links.entity(match[0]))
            self.position = match.end()
        else:
            self._literal()

    def _angle(self) -> None:
        link = _AUTOLINK.match(self.text, self.position)
        mail = _MAIL.match(self.text, self.position)
        tag = _BREAK_TAG.match(self.text, self.position) if self.in_cell else None
        if link:
            self._link(link[1], links.quoted(link[1]), link.end())
        elif mail:
            self._link(mail[1], "mailto:" + mail[1], mail.end())
        elif tag:
            # A cell has no other way to break a line; the tag is made anew, so nothing of it is let through.
            self._show(Element("br"), tag.end())
        else:
            self._literal()

    def _address(self) -> None:
        address = links.bare(self.text, self.position)
        if address is None:
            self._literal()
            return
        target = address if "://" in address else "http://" + address
        self._link(address, links.quoted(target), self.position + len(address))

    def _link(self, text: str, target: str, end: int) -> None:
        self.pieces += [Piece("", starts=[("a", {"href": target})]), Piece(text), Piece("", ends=["a"])]
        self.position = end

    # Links and images

    def _bang(self) -> None:
        self._open_bracket(2, True)

    def _bracket(self) -> None:
        note = _NOTE.match(self.text, self.position)
        if note and note[1] in self.scope.notes:
            self._cite(note[1], note.end())
        else:
            self._open_bracket(1, False)

    def _cite(self, label: str, end: int) -> None:
        if label not in self.scope.cited:
            self.scope.cited.append(label)
        element = Element("sup", {"class": "footnote"})
        element.text = f"[{self.scope.cited.index(label) + 1}]"
        self._show(element, end)

    def _open_bracket(self, length: int, image: bool) -> None:
        index = len(self.pieces)
        self._literal(length)
        self.brackets.append(_Bracket(self.pieces[index], index, self.position, image, self.stack.top))

    def _close_bracket(self) -> None:
        bracket = self.brackets.pop() if self.brackets else None
        found = self._target(bracket) if bracket and (bracket.active or bracket.image) else None
        if bracket is None or found is None:
            self._literal()
            return
        target, end = found
        self.stack.settle(bracket.below)
        if bracket.image:
            self._image(bracket, target)
        else:
            bracket.piece.text = ""
            bracket.piece.starts.append(("a", {"href": target}))
            self.pieces.append(Piece("", ends=["a"]))
            self._no_links_around()
        self.position = end

    def _target(self, bracket: _Bracket) -> tuple[str, int] | None:
        """The target of the link whose text ends here, and where the whole link ends."""
        after = self.position + 1
        if self.text.startswith("(", after):
            found = links.inline(self.text, after)
            if found:
                return found
        if not self.scope.references:
            return None
        full = links.label(self.text, after)
        if full:
            target = self.scope.references.get(links.normal_label(full[0]))
            return (target, full[1]) if target is not None else None
        own = links.label(self.text, bracket.position - 1)
        if own is None or own[1] != after:
            return None
        target = self.scope.references.get(links.normal_label(own[0]))
        end = after + 2 if self.text.startswith("[]", after) else after
        return (target, end) if target is not None else None

    def _image(self, bracket: _Bracket, target: str) -> None:
        """An image is never fetched: its description becomes the text of a link to it."""
        alt = "".join(piece.plain() for piece in self.pieces[bracket.index + 1 :])
        del self.pieces[bracket.index :]
        self.pieces += [
            Piece("", starts=[("a", {"href": target})]),
            Piece(f"image: {alt}" if alt.strip() else "image"),
            Piece("", ends=["a"]),
        ]

    def _no_links_around(self) -> None:
        """A link holds no other link, so the brackets around this one cannot become one any more."""
        for bracket in reversed(self.brackets):
            if not bracket.image:
                if not bracket.active:
                    break
                bracket.active = False


_HANDLERS: dict[str, Callable[[InlineParser], None]] = {
    "\\": InlineParser._backslash,
    "`": InlineParser._code,
    "*": InlineParser._emphasis,
    "_": InlineParser._emphasis,
    "~": InlineParser._emphasis,
    "$": InlineParser._dollar,
    "[": InlineParser._bracket,
    "]": InlineParser._close_bracket,
    "!": InlineParser._bang,
    "<": InlineParser._angle,
    "&": InlineParser._entity,
    "\n": InlineParser._newline,
    "h": InlineParser._address,
    "w": InlineParser._address,
}
