"""Links and images: `[text](address "title")`, `[text][label]`, `[label]`, and the same behind `!`."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from nbreason.commonmark import targets
from nbreason.commonmark.delimiters import Delimiter, Piece
from nbreason.commonmark.inline import InlineParser, Rule
from nbreason.commonmark.targets import Target


@dataclass(slots=True)
class _Bracket:
    """An open `[` or `![`: its piece, the place behind it, and the delimiters that stood before it."""

    index: int
    position: int
    image: bool
    below: Delimiter | None


class _Brackets:
    """The open brackets; a link holds no other link, so the first `closed` of them are no links any more."""

    def __init__(self) -> None:
        self.open: list[_Bracket] = []
        self.closed = 0

    def pop(self) -> _Bracket | None:
        """The last bracket, if it may be a link or an image."""
        bracket = self.open.pop() if self.open else None
        may_link = len(self.open) >= self.closed
        self.closed = min(self.closed, len(self.open))
        return bracket if bracket and (bracket.image or may_link) else None


def _bracket(parser: InlineParser) -> bool:
    brackets = parser.states.of(_Brackets)
    if parser.text[parser.position] == "]":
        bracket = brackets.pop()
        found = _target(parser, bracket) if bracket else None
        if not bracket or not found:
            return False
        _close(parser, bracket, *found)
        if not bracket.image:
            brackets.closed = len(brackets.open)
        return True
    image = parser.text[parser.position] == "!"
    end = parser.position + 1 + image
    brackets.open.append(_Bracket(len(parser.pieces), end, image, parser.delimiters.top))
    parser.say(end)
    return True


def _close(parser: InlineParser, bracket: _Bracket, target: Target, end: int) -> None:
    address, title = target
    parser.delimiters.match(bracket.below)
    opening = parser.pieces[bracket.index]
    named = {"title": title} if title else {}
    if bracket.image:
        alt = "".join(piece.text for piece in parser.pieces[bracket.index + 1 :])
        del parser.pieces[bracket.index :]
        parser.show(Element("img", {"src": address, "alt": alt, **named}), end, alt)
        return
    opening.text = ""
    opening.starts.append(("a", {"href": address, **named}))
    parser.pieces.append(Piece("", ends=["a"]))
    parser.position = end


def _target(parser: InlineParser, bracket: _Bracket) -> tuple[Target, int] | None:
    """The target of the link whose text ends here, and where the whole link ends."""
    text, after = parser.text, parser.position + 1
    if text.startswith("(", after):
        found = targets.inline(text, after)
        if found:
            return found
    references: dict[str, Target] = parser.md.references
    if not references:
        return None
    label, end = targets.label(text, after), after
    if label:
        end = label[1]
    else:
        label = targets.label(text, bracket.position - 1)
        if not label or label[1] != after:
            return None
        end = after + 2 if text.startswith("[]", after) else after
    target = references.get(targets.normal_label(label[0]))
    return (target, end) if target else None


RULE = Rule(r"!\[|\[|\]", _bracket)
