"""Code in colour: Pygments' tokens as spans of our own few classes, and the style sheet for them."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType
from pygments.util import ClassNotFound

# Lexers search forward from each token, so that long lines, many blank lines or much code can keep some of
# them busy for minutes. Code is coloured within these limits only, and in these languages: all measured.
MAX_CODE = 10_000
MAX_LINE = 500
MAX_BLANK_LINES = 20
MAX_ANSWER = 100_000
LANGUAGES = frozenset(
    """
    bash c clojure cmake console cpp csharp css cuda cython dart diff docker elixir fortran go graphql groovy haskell
    html http ini ipython java javascript json jsx julia kotlin lua make matlab mysql nginx ocaml octave perl php
    postgresql powershell prolog pycon python r rconsole ruby rust sas scala scheme scss sql sqlite3 stan stata swift
    tex toml tsx typescript vim xml yaml zig
    """.split()  # noqa: SIM905
)
# These take time that grows with the cube of their code, so they get a fifth of the room.
_SLOW = frozenset(("java", "groovy", "csharp", "sas"))

# Token types of Pygments, the most particular first, and our class for them; all others have none.
_CLASSES: tuple[tuple[_TokenType, str], ...] = (
    (Token.Keyword.Type, "nbr-t"),
    (Token.Keyword, "nbr-k"),
    (Token.Operator.Word, "nbr-k"),
    (Token.Operator, "nbr-o"),
    (Token.Name.Builtin, "nbr-b"),
    (Token.Name.Function, "nbr-f"),
    (Token.Name.Class, "nbr-f"),
    (Token.Name.Decorator, "nbr-m"),
    (Token.Name.Exception, "nbr-b"),
    (Token.Name.Tag, "nbr-k"),
    (Token.Name.Attribute, "nbr-a"),
    (Token.Comment, "nbr-c"),
    (Token.Literal.String, "nbr-s"),
    (Token.Literal.Number, "nbr-n"),
    (Token.Generic.Deleted, "nbr-gd"),
    (Token.Generic.Inserted, "nbr-gi"),
    (Token.Generic.Heading, "nbr-m"),
    (Token.Generic.Subheading, "nbr-m"),
)
CLASSES = frozenset(name for _, name in _CLASSES) | {"nbr-code"}

_SPACES = re.compile(r"[^\S\n]+")
_LANGUAGE = re.compile(r"\{?\.?([A-Za-z0-9_+#.-]{1,32})")


def language(info: str) -> str:
    """The language named behind a fence: `python`, `{python}`, `{.python}`, `python title="x"`."""
    match = _LANGUAGE.match(info)
    return match[1].lower() if match else ""


def to_html(code: str, name: str) -> str:
    """A code block as HTML, in colour if the language is known and the code is not too long."""
    lexer = _lexer(name) if cost(code, name) else None
    inner = _coloured(code, lexer) if lexer else html.escape(code, quote=False)
    # A parser drops the first line end of a `pre`, so one that counts is given another before it.
    return f'<pre class="nbr-code"><code>{inner}</code></pre>'


def cost(code: str, name: str) -> int:
    """How much of an answer's room for coloured code this takes; 0 if it is not to be coloured."""
    lexer = _lexer(name) if name else None
    weight = 5 if lexer and not _SLOW.isdisjoint(lexer.aliases) else 1
    size = len(code) * weight
    if not lexer or size > MAX_CODE or max(map(len, code.split("\n"))) > MAX_LINE:
        return 0
    return 0 if "\n" * (MAX_BLANK_LINES + 2) in _SPACES.sub("", code) else size


@lru_cache(maxsize=64)
def _lexer(name: str) -> Lexer | None:
    try:
        lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return None if LANGUAGES.isdisjoint(lexer.aliases) else lexer


@lru_cache(maxsize=1024)
def _class(kind: _TokenType) -> str:
    return next((name for parent, name in _CLASSES if kind in parent), "")  # type: ignore[comparison-overlap]


def _coloured(code: str, lexer: Lexer) -> str:
    """Neighbouring tokens of one class share a span, which keeps the page small."""
    out: list[str] = []
    held: list[str] = []
    current = ""
    for kind, text in lexer.get_tokens(code):
        name = _class(kind)
        if name != current and text.strip():
            out.append(_span(current, "".join(held)))
            held = []
            current = name
        held.append(text)
    out.append(_span(current, "".join(held)))
    return "".join(out)


def _span(name: str, text: str) -> str:
    escaped = html.escape(text, quote=False)
    return f'<span class="{name}">{escaped}</span>' if name and text else escaped


# The colours are JupyterLab's own, so they follow its theme. Some of those are too faint on the background of
# a code cell (4.5:1 is wanted): they are mixed with the colour of text. Elsewhere the second values hold, a
# light box with dark letters, which reads on any page.
_TEXT = "var(--jp-mirror-editor-variable-color, #212121)"
_PAPER = "var(--jp-cell-editor-background, #f5f5f5)"
_PAGE = "var(--jp-layout-color0, var(--vscode-editor-background, transparent))"
_LINES = "var(--jp-border-color2, #e0e0e0)"

# class: (JupyterLab's variable, value elsewhere, per cent of it in the mix)
COLOURS: dict[str, tuple[str, str, int]] = {
    "nbr-k": ("keyword", "#008000", 100),
    "nbr-t": ("keyword", "#008000", 100),
    "nbr-b": ("builtin", "#008000", 100),
    "nbr-f": ("def", "#0000ff", 80),
    "nbr-a": ("attribute", "#0000cc", 100),
    "nbr-m": ("meta", "#aa22ff", 50),
    "nbr-o": ("operator", "#7800c2", 100),
    "nbr-s": ("string", "#ba2121", 100),
    "nbr-n": ("number", "#008800", 80),
    "nbr-c": ("comment", "#408080", 60),
    "nbr-gd": ("string", "#ba2121", 100),
    "nbr-gi": ("keyword", "#008000", 100),
}


def _rule(name: str, variable: str, elsewhere: str, share: int) -> str:
    colour = f"var(--jp-mirror-editor-{variable}-color, {elsewhere})"
    if share < 100:
        colour = f"color-mix(in srgb, {colour} {share}%, {_TEXT})"
    return f".nbreason .{name} {{ color: {colour}; }}"


STYLE = "\n".join(
    (
        # An address or a name that is longer than a line is broken; in a table, which scrolls, that would leave
        # columns one letter wide. A formula that is too wide scrolls as well.
        # Nothing of an answer is painted beyond its box, where our own line is.
        ".nbreason { overflow-wrap: anywhere; overflow-x: auto; overflow-y: hidden; contain: paint; }",
        ".nbreason .nbr-table { overflow-wrap: normal; }",
        ".nbreason .nbr-table table { margin-left: 0; margin-right: 0; }",
        # No margin collapses into the next: the distance is the same where a streaming answer is cut into pieces.
        ".nbreason.nbreason > * { margin-top: 0; }",
        ".nbreason.nbreason > :is(h1, h2, h3, h4, h5, h6) { margin-bottom: 0.8em; padding-top: 0.4em; }",
        # Front ends align paragraphs to the left; each begins where its own script does.
        ".nbreason p { text-align: start; }",
        ".nbreason div.arithmatex { overflow-x: auto; overflow-y: hidden; }",
        ".nbreason p, .nbreason li, .nbreason td, .nbreason th, .nbreason h1, .nbreason h2, .nbreason h3,"
        " .nbreason h4, .nbreason h5, .nbreason h6 { unicode-bidi: plaintext; }",
        f".nbreason pre.nbr-code {{ background: {_PAPER}; color: {_TEXT}; border: 1px solid {_LINES};"
        " margin: 0 0 1em; padding: 0.5em; overflow-x: auto; direction: ltr; text-align: left; white-space: pre; }",
        f".nbreason pre.nbr-code code {{ background: none; color: {_TEXT}; white-space: pre; }}",
        # Where colours are not seen, or not told apart, the signs say it.
        *(
            f".nbreason .nbr-diff .{name} {{ display: inline-block; min-width: 100%; color: {_TEXT};"
            f" background: color-mix(in srgb, {colour} 22%, transparent); }}"
            for name, colour in (("nbr-gd", "#e5484d"), ("nbr-gi", "#30a46c"))
        ),
        ".nbreason summary { cursor: pointer; margin-bottom: 0.5em; }",
        ".nbreason details > :not(summary) { margin-left: 1em; }",
        ".nbreason code { direction: ltr; unicode-bidi: isolate; }",
        # A long table scrolls under its head.
        ".nbreason .nbr-table { overflow: auto; max-width: 100%; max-height: 36em; margin-bottom: 1em; }",
        ".nbreason .nbr-table table { margin-bottom: 0; }",
        f".nbreason .nbr-table th {{ position: sticky; top: 0; background: {_PAGE}; box-shadow: 0 1px {_LINES}; }}",
        # Where a script runs from the right, so do the marks of lists and quotes.
        ".nbreason.nbreason :is(ul, ol) { padding-left: 0; padding-inline-start: 2em; }",
        f".nbreason.nbreason blockquote {{ border-left: none; border-inline-start: 5px solid {_LINES}; }}",
        # On paper nothing scrolls.
        "@media print { .nbreason .nbr-table { max-height: none; overflow: visible; }"
        " .nbreason pre.nbr-code, .nbreason pre.nbr-code code { white-space: pre-wrap; overflow-wrap: anywhere; } }",
        ".nbreason .nbr-table td, .nbreason .nbr-table th { text-align: start; }",
        *(f".nbreason .nbr-table .nbr-{side} {{ text-align: {side}; }}" for side in ("left", "center", "right")),
        ".nbreason li.nbr-task { list-style: none; }",
        ".nbreason .footnote { font-size: 90%; }",
        ".nbreason .nbr-c { font-style: italic; }",
        ".nbreason .nbr-k { font-weight: bold; }",
        *(_rule(name, *colour) for name, colour in COLOURS.items()),
    )
)
