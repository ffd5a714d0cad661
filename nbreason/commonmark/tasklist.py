"""Task lists: `[ ]` or `[x]` in front of an item is a checkbox."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown.treeprocessors import Treeprocessor

_BOX = re.compile(r"\[([ xX])\][ \t\n]+")


class TaskLists(Treeprocessor):
    """Puts the checkboxes into a tree whose texts are still to be read."""

    def run(self, root: Element) -> None:
        for item in root.iter("li"):
            first = item if item.text else item[0] if len(item) and item[0].tag == "p" else None
            match = _BOX.match(first.text or "") if first is not None else None
            if first is None or not match:
                continue
            box = Element("input", {"disabled": "", "type": "checkbox"})
            if match[1] != " ":
                box = Element("input", {"checked": "", "disabled": "", "type": "checkbox"})
            box.tail = " " + (first.text or "")[match.end() :]
            first.text = None
            first.insert(0, box)
