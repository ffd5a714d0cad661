"""What a page of ours needs beyond CommonMark: colours, boxes that scroll, images and checkboxes as text.

The tree that `nbreason.commonmark` has read is changed here; what is safe to show is decided by `safe.py` alone.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from nbreason.commonmark.inline import append_text
from nbreason.render import code

# What a front end's MathJax would take for maths in plain text: a dollar, and \( \[ \begin \ref.
_MATHS_MARK = re.compile(r"(\$|\\(?=[()\[\]]|begin|end|ref|eqref))")


class ForPage(Extension):
    """Fits the tree of an answer to our pages."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        md.treeprocessors.register(_ForPage(md), "nbreason_page", 5)


class _ForPage(Treeprocessor):
    def run(self, root: Element) -> None:
        self.coloured = 0
        self._children(root, False)

    def _children(self, parent: Element, linked: bool) -> None:
        """Put the children of an element into it anew, each as a page shows it."""
        children, text = list(parent), parent.text
        parent[:] = []
        parent.text = None
        _append_text(parent, text)
        for child in children:
            text, child.tail = child.tail, None
            self._child(parent, child, linked)
            _append_text(parent, text)

    def _child(self, parent: Element, child: Element, linked: bool) -> None:
        tag = child.tag
        if tag == "pre" and child[0].get("class") != "tex-source":
            self._code(parent, child[0])
        elif tag == "pre" or tag == "code":
            for element in child.iter("code"):
                element.attrib.pop("class", None)
            parent.append(child)
        elif child.get("class") == "arithmatex":
            parent.append(child)
        elif tag == "img":
            _image(parent, child, linked)
        elif tag == "input":
            append_text(parent, "☐" if child.get("checked") is None else "☑")
        else:
            if tag == "li" and (child.find("input") is not None or child.find("p/input") is not None):
                child.set("class", "nbr-task")
            if side := child.attrib.pop("align", None):
                child.set("class", f"nbr-{side}")
            # A box around a table scrolls, so that a wide one does not widen the page.
            (SubElement(parent, "div", {"class": "nbr-table"}) if tag == "table" else parent).append(child)
            if tag == "p":
                _break_choices(child)
            self._children(child, linked or tag == "a")

    def _code(self, parent: Element, element: Element) -> None:
        """Put code aside as HTML, in colour as long as the answer has room for that."""
        text = element.text or ""
        name = code.language(element.get("class", "").removeprefix("language-"))
        self.coloured += code.cost(text, name)
        name = name if self.coloured <= code.MAX_ANSWER else ""
        append_text(parent, "\n" + self.md.htmlStash.store(code.to_html(text, name)) + "\n")


_CHOICE = re.compile(r"^\(?([A-Z])[.)][ \t]", re.M)
_CHOICES = re.compile(r"\n(?=\(?[A-Z][.)][ \t])")


def _break_choices(paragraph: Element) -> None:
    """Lines A., B., C. are a list to models, and none to CommonMark: each gets a line of its own."""
    letters = [ord(letter) for letter in _CHOICE.findall("".join(paragraph.itertext()))]
    if len(letters) < 2 or letters != list(range(letters[0], letters[0] + len(letters))):
        return
    for parent, child in [(paragraph, None), *((paragraph, child) for child in list(paragraph))]:
        text = (parent.text if child is None else child.tail) or ""
        first, *others = _CHOICES.split(text)
        place = 0 if child is None else list(paragraph).index(child) + 1
        if child is None:
            paragraph.text = first
        else:
            child.tail = first
        for number, line in enumerate(others):
            end = Element("br")
            end.tail = line
            paragraph.insert(place + number, end)


def _image(parent: Element, image: Element, linked: bool) -> None:
    """An image is never fetched: its description becomes the text of a link to it."""
    alt = image.get("alt", "")
    place = parent if linked else SubElement(parent, "a", {"href": image.get("src", "")})
    _append_text(place, f"image: {alt}" if alt.strip() else "image")


def _append_text(parent: Element, text: str | None) -> None:
    """Append text that is not maths, and keep MathJax from typesetting what looks like it.

    Each mark gets a span of its own: in MathJax 2, which knows no `mathjax_ignore`, no two of them then
    stand in one text, and one alone is not maths.
    """
    for index, part in enumerate(_MATHS_MARK.split(text or "")):
        if index % 2:
            SubElement(parent, "span", {"class": "mathjax_ignore"}).text = part
        elif part:
            append_text(parent, part)
