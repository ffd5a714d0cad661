"""The extension by itself, as anybody may use it with Python-Markdown."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, cast
from xml.etree.ElementTree import Element

import markdown
import pytest

from nbreason.commonmark import CommonMark
from nbreason.commonmark.extension import BLOCK_RULES, INLINE_RULES
from nbreason.commonmark.inline import InlineParser, InlineProcessor, Rule
from nbreason.commonmark.line import Line
from nbreason.commonmark.parser import Parser


def convert(text: str, **options: Any) -> str:
    return markdown.markdown(text, extensions=[CommonMark(**options)])


def reader() -> tuple[markdown.Markdown, Parser, InlineProcessor]:
    md = markdown.Markdown(extensions=["nbreason.commonmark"])
    return md, cast(Parser, md.parser), cast(InlineProcessor, md.treeprocessors["inline"])


@pytest.mark.parametrize(
    ("option", "text", "html"),
    [
        ("tables", "a|b\n-|-", "<table>"),
        ("strikethrough", "~~a~~", "<del>a</del>"),
        ("tasklists", "- [x] a", '<li><input checked="" disabled="" type="checkbox" /> a</li>'),
        ("footnotes", "a[^1]\n\n[^1]: b", '<sup class="footnote">[1]</sup>'),
        ("addresses", "www.a.b", '<a href="http://www.a.b">www.a.b</a>'),
        ("maths", "$a$", r'<span class="arithmatex">\(a\)</span>'),
        ("maths", "$$\na\n$$", r'<div class="arithmatex">\[a\]</div>'),
    ],
)
def test_what_goes_beyond_commonmark_is_an_option(option: str, text: str, html: str) -> None:
    assert html not in convert(text)
    assert html in convert(text, **{option: True})
    configs = {"nbreason.commonmark": {option: True}}
    assert html in markdown.markdown(text, extensions=["nbreason.commonmark"], extension_configs=configs)


def test_the_entry_point_leads_to_the_extension() -> None:
    project = Path(__file__).parents[2].joinpath("pyproject.toml").read_text(encoding="utf-8")

    assert 'nbreason_commonmark = "nbreason.commonmark:CommonMark"' in project


def test_it_needs_nothing_but_python_markdown() -> None:
    code = "import sys; before = set(sys.modules); import nbreason.commonmark; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    brought = {name.partition(".")[0] for name in done.stdout.split()} - set(sys.stdlib_module_names)

    assert brought == {"markdown", "htmlparser", "nbreason"}  # Python-Markdown has a copy of html.parser


def test_rules_have_names_and_can_be_switched_off() -> None:
    md, blocks, text = reader()
    assert [name for name, option, _ in BLOCK_RULES if not option] == [item.name for item in blocks.rules._priority]
    assert [name for name, option, _ in INLINE_RULES if not option] == [item.name for item in text.rules._priority]

    blocks.rules.deregister("list")
    text.rules.deregister("emphasis")
    assert md.convert("- *a*\n- `b`") == "<p>- *a*\n- <code>b</code></p>"


def test_a_rule_can_be_replaced_and_added() -> None:
    md, blocks, text = reader()

    def big(parser: Parser, line: Line) -> bool:
        if not line.trimmed.startswith("!!"):
            return False
        words = line.trimmed[2:]
        parser.add("h1", line).text = words
        return True

    def mark(parser: InlineParser) -> bool:
        end = parser.text.find("=", parser.position + 1)
        if end < 0:
            return False
        parser.wrap("mark", {}, parser.text[parser.position + 1 : end], end + 1)
        return True

    blocks.rules.register(big, "heading", 1000)
    text.rules.register(Rule("=", mark), "mark", 500)

    assert md.convert("# a\n\n!!b =c= *d*") == "<p># a</p>\n<h1>b <mark>c</mark> <em>d</em></h1>"


@pytest.mark.parametrize(
    "text", ["$a$", r"\(a\)", "$$a$$", "so $$a$$", "\\[\na\n\\]", "\\begin{align}\na\n\\end{align}"]
)
def test_a_formula_that_may_not_be_typeset_is_shown_as_it_was_written(text: str) -> None:
    asked: list[tuple[str, bool]] = []

    def refuse(tex: str, display: bool) -> bool:
        asked.append((tex.strip(), display))
        return False

    html = convert(text, maths=True, formula=refuse)
    assert "arithmatex" not in html
    assert text.removeprefix("so ") in html
    whole = text if text.startswith("\\begin") else "a"
    assert asked == [(whole, text[:2] not in ("$a", "\\("))]


def test_extensions_that_work_on_the_tree_can_be_used_beside_it() -> None:
    html = markdown.markdown("# A *b*", extensions=["nbreason.commonmark", "toc"])

    assert html == '<h1 id="a-b">A <em>b</em></h1>'


def test_one_reader_serves_for_many_texts() -> None:
    md = markdown.Markdown(extensions=[CommonMark(footnotes=True)])
    first = md.convert("a[^1]\n\n[^1]: b")

    assert md.reset().convert("[^1] [r]") == "<p>[^1] [r]</p>"
    assert md.reset().convert("a[^1]\n\n[^1]: b") == first


def test_text_cannot_forge_what_python_markdown_puts_aside() -> None:
    md, _, _ = reader()
    md.treeprocessors.register(_Stash(md), "stash", 0)

    assert md.convert("\x02wzxhzdk:0\x03 &#2;wzxhzdk:0&#3;").count("put aside") == 1


class _Stash(markdown.treeprocessors.Treeprocessor):
    def run(self, root: Element) -> None:
        root[-1].tail = self.md.htmlStash.store("put aside")
