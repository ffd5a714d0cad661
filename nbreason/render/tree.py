"""The tree processor: puts in the place of each mark what it stands for."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from nbreason.render import code, leaves, maths
from nbreason.render.build import append_text
from nbreason.render.containers import Document, ListRecord
from nbreason.render.inline import InlineParser, Scope

_MARK = re.compile(r"\x02([bin])(\d+)\x03")
_TASK = re.compile(r"\[([ xX])\][ \t\n]+")


class Marks(Treeprocessor):
    """Fills the elements that Python-Markdown built from the lines of `Containers`."""

    def __init__(self, md: Markdown, document: Document) -> None:
        super().__init__(md)
        self.document = document
        self.scope = Scope(document.references, document.notes)
        self.coloured = 0

    def run(self, root: Element) -> None:
        self._fill(root, None)

    def _fill(self, element: Element, record: ListRecord | None) -> None:
        """Fill an element that holds blocks; `record` is the list whose item it is."""
        children = list(element)
        for child in children:
            element.remove(child)
        marks = [("p", element.text)] if element.text and element.text.strip() else []
        element.text = None
        first = True
        for tag, text in marks:
            first = self._block(element, tag, text or "", record, first)
        for child in children:
            if child.tag in ("ul", "ol"):
                self._list(element, child)
                first = False
            elif child.tag == "blockquote":
                element.append(child)
                self._fill(child, None)
                first = False
            else:
                first = self._block(element, child.tag, child.text or "", record, first)

    def _list(self, parent: Element, found: Element) -> None:
        items = list(found)
        kind, number = _mark(_first_text(items[0]))
        if kind == "n":
            self._notes(parent, items)
            return
        record = self.document.lists[number]
        found.text = "\n"
        if record.ordered and record.start != 1:
            found.set("start", str(record.start))
        parent.append(found)
        for item in items:
            self._fill(item, record)
            item.tail = "\n"

    def _block(self, parent: Element, tag: str, text: str, record: ListRecord | None, first: bool) -> bool:
        """Append the block that a mark stands for, and say whether the next one is still the first here."""
        kind, number = _mark(text)
        if kind != "b":
            return first
        leaf = self.document.leaves[number]
        if isinstance(leaf, leaves.Text):
            self._paragraph(parent, leaf.text, record, first)
        elif isinstance(leaf, leaves.Heading):
            self._inline(SubElement(parent, f"h{leaf.level}"), leaf.text)
        elif isinstance(leaf, leaves.Code):
            self._code(parent, leaf)
        elif isinstance(leaf, leaves.Maths):
            shown = maths.element(leaf.text, True, True, leaf.environment)
            parent.append(shown if leaf.closed else maths.source(leaf.text, True))
        elif isinstance(leaf, leaves.Table):
            self._table(parent, leaf)
        else:
            SubElement(parent, "hr")
        return False

    def _paragraph(self, parent: Element, text: str, record: ListRecord | None, first: bool) -> None:
        tight = record is not None and not record.loose
        if tight and (parent.text or len(parent)):
            append_text(parent, "\n")
        target = parent if tight else SubElement(parent, "p")
        task = _TASK.match(text) if record is not None and first else None
        if task:
            parent.set("class", "nbr-task")
            append_text(target, "☐ " if task[1] == " " else "☑ ")
            text = text[task.end() :]
        self._inline(target, text)

    def _inline(self, parent: Element, text: str, in_cell: bool = False) -> None:
        InlineParser(text, self.scope, in_cell).into(parent)

    def _code(self, parent: Element, leaf: leaves.Code) -> None:
        text, name = leaf.text, code.language(leaf.info)
        self.coloured += code.cost(text, name)
        name = name if self.coloured <= code.MAX_ANSWER else ""
        placeholder = self.md.htmlStash.store(code.to_html(text, name))
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + "\n" + placeholder + "\n"
        else:
            parent.text = (parent.text or "") + "\n" + placeholder + "\n"

    def _table(self, parent: Element, leaf: leaves.Table) -> None:
        # The wrapper scrolls, so that a wide table does not widen the page.
        table = SubElement(SubElement(parent, "div", {"class": "nbr-table"}), "table")
        head = SubElement(SubElement(table, "thead"), "tr")
        self._row(head, "th", leaf.head, leaf.aligned)
        if leaf.rows:
            body = SubElement(table, "tbody")
            for row in leaf.rows:
                self._row(SubElement(body, "tr"), "td", row, leaf.aligned)

    def _row(self, parent: Element, tag: str, cells: list[str], aligned: list[str]) -> None:
        for text, side in zip(cells, aligned, strict=False):
            cell = SubElement(parent, tag, {"class": f"nbr-{side}"} if side else {})
            self._inline(cell, text, in_cell=True)

    def _notes(self, parent: Element, items: list[Element]) -> None:
        """The footnotes, in the order in which they are referred to; one that nobody refers to comes last."""
        waiting = dict(zip(self.document.notes, items, strict=True))
        section = SubElement(parent, "div", {"class": "footnote"})
        shown = SubElement(section, "ol")
        while waiting:
            label = next((label for label in self.scope.cited if label in waiting), next(iter(waiting)))
            item = waiting.pop(label)
            shown.append(item)
            self._fill(item, None)


def _mark(text: str) -> tuple[str, int]:
    match = _MARK.search(text)
    return (match[1], int(match[2])) if match else ("", -1)


def _first_text(item: Element) -> str:
    if item.text and item.text.strip():
        return item.text
    return (item[0].text or "") if len(item) else ""
