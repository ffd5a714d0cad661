"""CommonMark and GitHub's tables as `markdown-it-py` reads them, and one normal form for its pages and ours.

The normal form is a nested list: what a reader sees, without our classes, the host behind a link, and white
space that no browser shows.

Where the two are known to differ, and stay so:

- Text indented by four or more that is not enough for the item above it. CommonMark takes it for more of the
  paragraph; the oracle ends the paragraph and makes it indented code; below a marker wider than four columns
  (`100. `) we take it for the item's own.
- A table that begins in the first line of an item: the oracle takes the item's marker into the table's first
  cell (taken out here, by `_table_rule`); GitHub and we do not.
- `$…$` around a price or around backticks is maths for the oracle, and text for us.
- `\\[…\\]` in a line of other words is maths for us; the oracle takes its backslashes for escapes.
- A footnote that nobody refers to is left out by the oracle; we show it.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

Node = Any

VOID = {"br", "hr", "img", "input"}
BLOCKS = {
    "p",
    "li",
    "ul",
    "ol",
    "blockquote",
    "pre",
    "table",
    "thead",
    "tbody",
    "tr",
    "td",
    "th",
    "hr",
    "div",
}
BLOCKS |= {"h1", "h2", "h3", "h4", "h5", "h6", "root"}


def oracle() -> MarkdownIt:
    md = MarkdownIt("gfm-like", {"html": False, "linkify": False, "maxNesting": 100})
    # It links bare addresses with one more package; without it, ours are taken out of the comparison.
    md.disable("linkify", ignoreInvalid=True)
    md.use(dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True)
    md.use(footnote_plugin)
    md.disable("math_block")
    md.block.ruler.at("table", _table_rule, {"alt": ["paragraph", "reference"]})
    # The plugins for display maths do not know quotes or items, and do not end a paragraph; these rules do.
    alternatives = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    md.block.ruler.before("fence", "display", _display_rule, alternatives)
    md.inline.ruler.before("escape", "brackets", _bracket_rule)
    md.add_render_rule("display", lambda self, tokens, i, options, env: f"<eqn>{escapeHtml(tokens[i].content)}</eqn>")
    md.add_render_rule("formula", lambda self, tokens, i, options, env: f"<eq>{escapeHtml(tokens[i].content)}</eq>")
    return md


def _table_rule(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """A table, but not one whose head would swallow the marker of an item: GitHub reads the item first."""
    if re.match(r" *([-+*]|\d{1,9}[.)]) ", state.getLines(first, first + 1, state.blkIndent, False)):
        return False
    return table(state, first, last, silent)


def _display_rule(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """Display maths from the start of a line to the end of a line of the same container."""
    start = state.getLines(first, first + 1, state.blkIndent, False)
    begin = re.match(r" {0,3}(\$\$|\\\[|\\begin\{(align|equation)\*?\})", start)
    if not begin:
        return False
    end = {"$$": "$$", "\\[": "\\]"}.get(begin[1]) or begin[1].replace("begin", "end")
    inside = min(state.blkIndent, state.sCount[first])
    for line in range(first, last):
        text = state.getLines(line, line + 1, 0, False)
        text = start[begin.end() :] if line == first else text
        if line > first and (state.isEmpty(line) or state.sCount[line] < inside):
            return False
        if text.rstrip().endswith(end):
            break
        if line == first and end in text:
            return False
    else:
        return False
    if not silent:
        body = state.getLines(first, line + 1, state.blkIndent, False).strip()
        token = state.push("display", "", 0)
        token.content = body if begin[2] else body[2:-2]
        token.map = [first, line + 1]
        state.line = line + 1
    return True


def _bracket_rule(state: StateInline, silent: bool) -> bool:
    """`\\(…\\)` in a line."""
    if not state.src.startswith("\\(", state.pos):
        return False
    end = state.src.find("\\)", state.pos)
    if not state.src[state.pos + 2 : max(end, 0)].strip():
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content = state.src[state.pos + 2 : end]
    state.pos = end + 2
    return True


class _Tree(HTMLParser):
    """Parses HTML to nodes: [tag, attributes, children]; text is a string."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[Node] = [["root", {}, []]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node: Node = [tag, {name: value or "" for name, value in attrs}, []]
        self.stack[-1][2].append(node)
        if tag not in VOID:
            self.stack.append(node)

    def handle_endtag(self, tag: str) -> None:
        if any(node[0] == tag for node in self.stack[1:]):
            while self.stack.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.stack[-1][2].append(data)


def parse(fragment: str) -> Node:
    tree = _Tree()
    tree.feed(fragment)
    tree.close()
    return tree.stack[0]


def normal(fragment: str) -> list[Node]:
    """What a reader sees of a page."""
    return _children(parse(fragment), preformatted=False)


def _children(node: Node, preformatted: bool) -> list[Node]:
    out: list[Node] = []
    for child in node[2]:
        for part in [child] if isinstance(child, str) else _element(child, preformatted):
            if isinstance(part, str) and out and isinstance(out[-1], str):
                out[-1] += part
            else:
                out.append(part)
    if preformatted:
        return out
    return _tidy(out, node[0] in BLOCKS)


def _tidy(parts: list[Node], block: bool) -> list[Node]:
    """White space as a browser collapses it: none beside a block or a break, one space elsewhere."""
    out: list[Node] = []
    for index, part in enumerate(parts):
        if isinstance(part, str):
            part = re.sub(r"[ \t\n]+", " ", part)
            before = parts[index - 1] if index else None
            after = parts[index + 1] if index + 1 < len(parts) else None
            if _edge(before, block):
                part = part.lstrip(" ")
            if _edge(after, block):
                part = part.rstrip(" ")
            if not part:
                continue
        out.append(part)
    return out


def _edge(neighbour: Node, block: bool) -> bool:
    if neighbour is None:
        return block
    return not isinstance(neighbour, str) and (neighbour[0] in BLOCKS or neighbour[0] in ("br", "display"))


def _plain(node: Node) -> str:
    return node if isinstance(node, str) else "".join(_plain(child) for child in node[2])


def _formula(tex: str, display: bool) -> Node:
    return ["display" if display else "maths", re.sub(r"\s+", " ", tex).strip()]


def _element(node: Node, preformatted: bool) -> list[Node]:
    tag, attributes, _ = node
    names = set(attributes.get("class", "").split())
    text = _plain(node)
    if "nbr-host" in names or "footnote-backref" in names or "footnotes-sep" in names:
        return []
    if "arithmatex" in names:
        display = not text.startswith("\\(")
        return [_formula(text if text.startswith("\\begin") else text[2:-2], display)]
    if tag in ("eq", "eqn"):
        return [_formula(text, tag == "eqn")]
    if "math" in names and tag in ("div", "span"):
        return [_formula(text, tag == "div")]
    if tag == "section" and not names:
        return _children(node, preformatted)
    if tag == "img":
        text = f"image: {attributes.get('alt', '')}" if attributes.get("alt", "").strip() else "image"
        return [["a", attributes.get("src", ""), [text]]]
    if tag == "pre":
        return [["pre", text.removesuffix("\n")]]
    if tag == "code":
        return [["code", re.sub(r"\s+", " ", text)]]
    if tag == "sup":
        return [["note", text]]
    children = _children(node, preformatted)
    if tag == "a":
        # An image has become a link, and HTML has no links in links: the outer one stays.
        children = [part for child in children for part in _unlinked(child)]
        address = attributes.get("href", "")
        return children if _same(address, text) else [["a", address, children]]
    if tag == "s":
        tag = "del"
    if tag == "span" or "nbr-table" in names:
        return children
    if "footnote" in names or "footnotes" in names:
        return [["notes", children]]
    if tag == "li":
        return [["li", *_task(children)]]
    if tag == "ol":
        return [["ol", attributes.get("start", "1"), children]]
    if tag in ("td", "th"):
        side = re.search(r"left|center|right", attributes.get("style", "") + attributes.get("class", ""))
        return [[tag, side[0] if side else "", children]]
    return [[tag, children]]


def _unlinked(node: Node) -> list[Node]:
    return node[2] if not isinstance(node, str) and node[0] == "a" else [node]


def _same(address: str, text: str) -> bool:
    return address.removeprefix("mailto:").removeprefix("http://") == text.removeprefix("http://")


def _task(children: list[Node]) -> list[Node]:
    """A task's box, which the oracle leaves as it was written."""
    first = children[0] if children else ""
    if isinstance(first, str):
        marked = re.sub(r"^\[([ xX])\] ", lambda m: "☐ " if m[1] == " " else "☑ ", first)
        return [marked, *children[1:]]
    if first[0] == "p" and first[1] and isinstance(first[1][0], str):
        return [["p", _task(first[1])], *children[1:]]
    return children
