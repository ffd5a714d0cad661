"""Markdown of others that can be opened in any viewer: nothing in it runs, is fetched, or passes for words of ours."""

from __future__ import annotations

import re

END = "nbreason-end-of-text"
_CODE = re.compile(r"<code[ >].*?</code>", re.S)
# An image, a link that is more than an address, or what a viewer takes for a tag; our reader shows tags as text.
_ACTIVE = re.compile(
    r'<img|<a href="(?!(?:https?|mailto):)[A-Za-z][A-Za-z0-9+.-]*:'
    r"|&lt;(?!/?(?:br|sub|sup) ?/?&gt;)(?:[!?]|/?[A-Za-z][A-Za-z0-9:-]*(?:[\s/<]|&gt;))"
)
_INLINE_FORMULA = re.compile(r"\$[^$\n]*\$")
_CLOSERS = {"$$": "$$", "\\[": "\\]", "\\(": "\\)"}
_HEADING = re.compile(r"<h[12]>")
_FENCE = re.compile(r"\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*(`{3,}|~{3,})(.*)")
_ATX = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_MARKS = re.compile(r"([\\`*_\[\]<>!#&])")


def inert(text: str) -> str:
    """Markdown in, the same out if it is harmless; else its source as a code block, or all of it as a quotation.

    Source is shown where there is raw HTML, an image, a link to anything but a web page or a mailbox, or something
    that goes on beyond the end of the text.  A quotation keeps headings of the first two levels from being taken for
    those of the file.  Viewers differ in what they read besides CommonMark, and in what they take for a formula, so
    it has to be harmless in each of these readings.
    """
    import markdown

    from nbreason.commonmark import CommonMark

    text = text.strip("\n")
    options = dict.fromkeys(("tables", "strikethrough", "tasklists", "footnotes", "addresses", "maths"), True)
    pages = [
        markdown.markdown(f"{reading}\n\n{END}", extensions=[extension])
        for reading, extension in (
            (text, CommonMark()),
            (text, CommonMark(**options)),
            (_without_formulas(text), CommonMark()),
        )
    ]
    open_end = END in text or any(f"<p>{END}</p>" not in page for page in pages)
    if open_end or any(_ACTIVE.search(_CODE.sub("", page)) for page in pages):
        return fenced(text)
    return quoted(text) if any(map(_HEADING.search, pages)) else text


def nested(text: str, level: int) -> str:
    """Markdown as `inert` gives it, its headings moved down together so that the largest is of this level.

    Code in fences stays as it is.  Headings of other kinds (underlined, in lists) are left to `inert`.
    """
    lines, fence = text.strip("\n").split("\n"), ""
    headings: dict[int, int] = {}  # line -> level
    for number, line in enumerate(lines):
        if found := _FENCE.match(line):
            if not fence:
                fence = found[1]
            elif found[1].startswith(fence) and not found[2].strip():
                fence = ""
        elif not fence and (found := _ATX.match(line)):
            headings[number] = len(found[1])
    down = max(0, level - min(headings.values(), default=level))
    for number, size in headings.items():
        lines[number] = lines[number].replace("#" * size, "#" * min(6, size + down), 1)
    moved = "\n".join(lines)
    return moved if inert(moved) == moved else inert(text)


def _without_formulas(text: str) -> str:
    """The text with a digit in the place of whatever some viewer may take for a formula."""
    kept, begin, at, missing = [], 0, 0, set()
    for opener in re.finditer(r"\$\$|\\\[|\\\(|\$", text):
        if (at := max(at, opener.start())) > opener.start() or opener[0] in missing:
            continue
        if closer := _CLOSERS.get(opener[0]):
            end = text.find(closer, opener.end()) + len(closer)
            if end < len(closer):
                missing.add(opener[0])
                continue
        elif formula := _INLINE_FORMULA.match(text, at):
            end = formula.end()
        else:
            continue
        kept += [text[begin:at], "0"]
        begin = at = end
    return "".join([*kept, text[begin:]])


def fenced(text: str) -> str:
    """Text as a code block whose fence the text cannot end."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}\n{text}\n{fence}"


def quoted(text: str) -> str:
    """Text as a quotation, which nothing in it can end."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def plain(text: str) -> str:
    """Words as they are, on one line: none of them is Markdown."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
