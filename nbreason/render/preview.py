"""The dry run: exactly what would leave the machine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap

from nbreason.core.attached import in_words
from nbreason.core.estimate import tokens_of
from nbreason.core.parts import Image, Part, Text
from nbreason.core.phrases import counted
from nbreason.core.request import Request
from nbreason.render.bundle import MUTED, Bundle
from nbreason.render.markdown import one_line, to_plain
from nbreason.render.pictures import image_tag
from nbreason.render.wrapping import hanging, screen_width

LINES_SHOWN = 24
PRE = (
    "white-space: pre-wrap; word-break: normal; overflow-wrap: anywhere; overflow: auto;"
    " margin: 0.2em 0 0.6em 0; padding: 0.4em 0.6em; border-left: 3px solid var(--jp-border-color2, #bdbdbd)"
)
LONG = f"{PRE}; max-height: {LINES_SHOWN}em; overflow-y: scroll; resize: vertical"
BAR = "   | "
THUMBNAIL = "max-width: 16em; max-height: 12em; background: #fff; border: 1px solid var(--jp-border-color2, #bdbdbd)"


@dataclass(frozen=True)
class _Section:
    """A part of the request under a title.  folded: closed on the page until it is clicked."""

    title: str
    parts: tuple[tuple[str, Part], ...]
    """Who says it (empty: you), and what."""
    folded: bool = True


def preview(request: Request, asked: str, url: str, notices: Sequence[str]) -> Bundle:
    """A summary, the new question, and folded below it everything else that a request holds.

    asked: the requested model; url: where it would be sent, empty if unknown
    """
    width = screen_width()
    head = one_line(f"Dry run of {asked}: nothing was sent")
    lines = [one_line(line) for line in (_summary(request), _target(request, url), *notices)]
    html = [f"<div><strong>{escape(head)}</strong></div>"]
    html += [f'<div style="{MUTED}">{escape(line)}</div>' for line in lines]
    plain = [hanging(line, width) for line in (head, *lines)]
    for section in _sections(request):
        html.append(_section_html(section))
        plain += ["", section.title, *(_plain(who, part) for who, part in section.parts)]
    page = f'<div class="mathjax_ignore">{"".join(html)}</div>'
    return Bundle({"text/html": page, "text/plain": "\n".join(plain)}, {"nbreason": {}})


def _summary(request: Request) -> str:
    """What goes along, and how much it is."""
    facts = [
        *in_words(request.messages[-1].parts, request.turns),
        f"about {counted(request.estimate, 'input token')} (estimate)",
    ]
    return " · ".join(fact for fact in facts if fact)


def _target(request: Request, url: str) -> str:
    facts = [
        f"would be sent to {url}" if url else "no address is configured yet",
        f"model {request.model}",
        f"effort {request.effort}" if request.effort else "effort: the provider's default",
        f"at most {counted(request.max_tokens, 'output token')}" if request.max_tokens else "",
        f"pictures in {request.detail} detail" if request.detail else "",
    ]
    return " · ".join(fact for fact in facts if fact)


def _sections(request: Request) -> Iterator[_Section]:
    *before, question = request.messages
    attached = [part for part in question.parts if isinstance(part, Image) or part.source]
    yield _Section("Your question", tuple(("", part) for part in question.parts if part not in attached), folded=False)
    if attached:
        yield _Section("Attached, sent before it", tuple(("", part) for part in attached), folded=False)
    instructions = [("", part) for message in before if message.role == "system" for part in message.parts]
    if instructions:
        yield _Section("Instructions", tuple(instructions))
    turns = [message for message in before if message.role != "system"]
    if turns:
        count = counted(request.turns, "earlier turn")
        yield _Section(count, tuple((message.role, part) for message in turns for part in message.parts))
    if (form := request.format) is not None:
        schema = json.dumps(form.schema, indent=1, ensure_ascii=False, default=str) if form.schema else "any object"
        yield _Section(f"Answer format, {form.name}", (("", Text(schema)),))
    if request.params:
        yield _Section("Parameters", (("", Text(json.dumps(dict(request.params), ensure_ascii=False, default=str))),))


def _section_html(section: _Section) -> str:
    title = escape(section.title)
    inside = "".join(_html(who, part) for who, part in section.parts)
    if not section.folded:
        return f"<div><strong>{title}</strong></div>{inside}"
    size = counted(sum(tokens_of(part) for _, part in section.parts), "token")
    return f'<details><summary style="padding: 3px 0">{title}, about {size}</summary>{inside}</details>'


def _label(who: str, part: Part) -> str:
    what = part.describe() if isinstance(part, Image) or part.source else "text"
    said = f"{who}: " if who else ""
    return one_line(f"{said}{what}, about {counted(tokens_of(part), 'token')}")


def _words(part: Part) -> str:
    return to_plain(part.alt if isinstance(part, Image) else part.text)


def _html(who: str, part: Part) -> str:
    words = _words(part)
    lines = words.count("\n") + 1
    long = lines > LINES_SHOWN
    label = _label(who, part) + (f", {lines:,} lines: scroll to see them all" if long else "")
    text = f'<pre style="{LONG if long else PRE}">{escape(words)}</pre>' if words else ""
    picture = image_tag(part, words, THUMBNAIL) if isinstance(part, Image) and not part.url else ""
    return f'<div style="{MUTED}">{escape(label)}</div>{picture}{text}'


def _plain(who: str, part: Part) -> str:
    return "\n".join(["   " + _label(who, part), *(_barred(line) for line in _words(part).splitlines())])


def _barred(line: str) -> str:
    """A line of what would be sent; wrapped lines have no bar, and nothing is changed or left out."""
    room = max(screen_width() - len(BAR), 1)
    lines = wrap(line, room, expand_tabs=False, replace_whitespace=False, drop_whitespace=False, break_on_hyphens=False)
    return BAR + f"\n{' ' * len(BAR)}".join(lines)
