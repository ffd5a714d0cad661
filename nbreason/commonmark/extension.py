"""The extension: its options, and the rules in their order."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from nbreason.commonmark import inline, parser
from nbreason.commonmark.blocks import code, details, footnote, formula, heading, lists, quote, table, thematic_break
from nbreason.commonmark.inlines import (
    autolink,
    bare_address,
    break_tag,
    code_span,
    emphasis,
    entity,
    escape,
    footnote_reference,
    inline_formula,
    line_end,
    link,
)
from nbreason.commonmark.serialise import to_html, to_xhtml
from nbreason.commonmark.tasklist import TaskLists

# Name, option (if any) and rule, in the order in which they are tried.
BLOCK_RULES: tuple[tuple[str, str, parser.Rule], ...] = (
    ("quote", "", quote.quote),
    ("heading", "", heading.heading),
    ("fence", "", code.fence),
    ("details", "details", details.details),
    ("table", "tables", table.table),
    ("underline", "", heading.underline),
    ("thematic_break", "", thematic_break.thematic_break),
    ("footnote", "footnotes", footnote.footnote),
    ("list", "", lists.item),
    ("indented_code", "", code.indented),
)
INLINE_RULES: tuple[tuple[str, str, inline.Rule], ...] = (
    ("escape", "", escape.RULE),
    ("code", "", code_span.RULE),
    ("emphasis", "", emphasis.EMPHASIS),
    ("strikethrough", "strikethrough", emphasis.STRIKETHROUGH),
    ("footnote", "footnotes", footnote_reference.RULE),
    ("link", "", link.RULE),
    ("autolink", "", autolink.RULE),
    ("break_tag", "tables", break_tag.RULE),
    ("entity", "", entity.RULE),
    ("line_end", "", line_end.RULE),
    ("address", "addresses", bare_address.RULE),
)


def _any_formula(tex: str, display: bool) -> bool:
    return True


class CommonMark(Extension):
    """Makes Python-Markdown read CommonMark.

    The options are off unless given: `tables`, `strikethrough`, `tasklists`, `footnotes`, `details`, `addresses` (bare
    web addresses become links) and `maths`.

    formula(tex, display) -> bool: called for each formula; where it returns False the source is shown as code.  `tex`
    comes without delimiters, an environment with its `\\begin` and `\\end`.

    Rules have names in two registries (`markdown.util.Registry`), where they can be removed, replaced or added:

        md.parser.rules.deregister("list")
        md.treeprocessors["inline"].rules.register(rule, "mark", 55)
    """

    def __init__(self, **kwargs: Any) -> None:
        self.config = {
            "tables": [False, "tables as GitHub reads them"],
            "strikethrough": [False, "~~text~~ is struck out"],
            "tasklists": [False, "[ ] and [x] in front of an item are checkboxes"],
            "footnotes": [False, "[^label] refers to the footnote [^label]: text"],
            "details": [False, "<details> and its <summary> open on a click"],
            "addresses": [False, "bare web addresses are links"],
            "maths": [False, r"$…$, $$…$$, \(…\), \[…\] and environments are formulas, of class arithmatex"],
            "formula": [_any_formula, "(tex, display) -> may this formula be typeset?"],
        }
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Put our reader in the place of Python-Markdown's."""
        blocks, text = parser.Parser(md), inline.InlineProcessor(md)
        for place, (name, option, block_rule) in enumerate(BLOCK_RULES):
            if not option or self.getConfig(option):
                blocks.rules.register(block_rule, name, 1000 - 10 * place)
        for place, (name, option, inline_rule) in enumerate(INLINE_RULES):
            if not option or self.getConfig(option):
                text.rules.register(inline_rule, name, 1000 - 10 * place)
        if self.getConfig("maths"):
            accept: Callable[[str, bool], bool] = self.getConfig("formula")
            blocks.rules.register(formula.rule(accept), "formula", 975)
            text.rules.register(inline_formula.rule(accept), "formula", 1005)
        md.parser = blocks
        md.preprocessors.deregister("html_block")
        md.preprocessors.register(Characters(md), "normalize_whitespace", 30)
        md.treeprocessors.register(text, "inline", 20)
        for name in ("prettify", "unescape"):
            md.treeprocessors.deregister(name)
        if self.getConfig("tasklists"):
            md.treeprocessors.register(TaskLists(md), "tasklists", 25)
        if self.getConfig("footnotes"):
            md.treeprocessors.register(footnote_reference.FootnoteSection(md), "footnotes", 15)
        # Markdown takes its serialiser from here once all extensions are registered.
        md.output_formats = {"html": to_html, "xhtml": to_xhtml}  # type: ignore[misc]


_LINE_END = re.compile("\r\n?")
# STX and ETX enclose Python-Markdown's placeholders, which no text may forge.
_FORBIDDEN = re.compile("[\x00\x02\x03]")


class Characters(Preprocessor):
    """Normalises line ends, and replaces characters that CommonMark or Python-Markdown does not allow."""

    def run(self, lines: list[str]) -> list[str]:
        text = _LINE_END.sub("\n", "\n".join(lines))
        return _FORBIDDEN.sub("\ufffd", text).split("\n")
