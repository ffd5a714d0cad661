"""The dry run: exactly what would leave the machine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from textwrap import wrap

from nbreason.core.estimate import tokens_of
from nbreason.core.parts import Image, Part, Text
from nbreason.core.phrases import counted
from nbreason.core.request import Request
from nbreason.render.bundle import MUTED, Bundle
from nbreason.render.line import plural
from nbreason.render.markdown import one_line, to_plain
from nbreason.render.pictures import image_tag
from nbreason.render.wrapping import hanging, screen_width

PRE = (
    "white-space: pre-wrap; word-break: normal; overflow-wrap: anywhere; max-height: 24em; overflow: auto;"
    " margin: 0.2em 0 0.6em 0; padding: 0.4em 0.6em; border-left: 3px solid var(--jp-border-color2, #bdbdbd)"
)
BAR = "   | "
THUMBNAIL = "max-width: 16em; max-height: 12em; background: #fff; border: 1px solid var(--jp-border-color2, #bdbdbd)"


def preview(request: Request, asked: str, url: str, notices: Sequence[str]) -> Bundle:
    """Every message of a request, its images as thumbnails, and the estimated tokens.

    asked: the requested model; url: where it would be sent, empty if unknown
    """
    images = sum(len(message.images) for message in request.messages)
    width = screen_width()
    facts = [
        f"would be sent to {url}" if url else "no address is configured yet",
        f"model {request.model}",
        f"effort {request.effort}" if request.effort else "effort: the provider's default",
        f"at most {counted(request.max_tokens, 'output token')}" if request.max_tokens else "",
        f"about {counted(request.estimate, 'input token')} (estimate)",
        plural(images, "image"),
    ]
    head = f"Dry run of {asked}: nothing was sent · " + " · ".join(fact for fact in facts if fact)
    lines = [one_line(line) for line in (head, *notices)]
    html = [f'<div style="{MUTED}">{escape(line)}</div>' for line in lines]
    plain = [hanging(line, width) for line in lines]
    messages = [(f"{number}. {message.role}", message.parts) for number, message in enumerate(request.messages, 1)]
    for title, parts in (*messages, *_extras(request)):
        html.append(f"<div><strong>{escape(title)}</strong></div>")
        plain += ["", title]
        for part in parts:
            html.append(_html(part))
            plain.append(_plain(part))
    page = f'<div class="mathjax_ignore">{"".join(html)}</div>'
    return Bundle({"text/html": page, "text/plain": "\n".join(plain)}, {"nbreason": {}})


def _extras(request: Request) -> Iterator[tuple[str, tuple[Part, ...]]]:
    """What is sent besides the messages: the schema of the answer, and further parameters."""
    form = request.format
    if form is not None:
        schema = (
            json.dumps(form.schema, indent=1, ensure_ascii=False, default=str) if form.schema else "any JSON object"
        )
        yield f"answer format, {form.name}", (Text(schema),)
    if request.params:
        yield "parameters", (Text(json.dumps(dict(request.params), ensure_ascii=False, default=str)),)


def _label(part: Part) -> str:
    what = part.describe() if isinstance(part, Image) or part.source else "text"
    return one_line(f"{what}, about {counted(tokens_of(part), 'token')}")


def _words(part: Part) -> str:
    return to_plain(part.alt if isinstance(part, Image) else part.text)


def _html(part: Part) -> str:
    label, words = f'<div style="{MUTED}">{escape(_label(part))}</div>', escape(_words(part))
    if not isinstance(part, Image):
        return f'{label}<pre style="{PRE}">{words}</pre>'
    below = f'<pre style="{PRE}">{words}</pre>' if part.alt else ""
    return f"{label}{image_tag(part, _words(part), THUMBNAIL)}{below}"


def _plain(part: Part) -> str:
    return "\n".join(["   " + _label(part), *(_barred(line) for line in _words(part).splitlines())])


def _barred(line: str) -> str:
    """A line of what would be sent; wrapped lines have no bar, and nothing is changed or left out."""
    room = max(screen_width() - len(BAR), 1)
    lines = wrap(line, room, expand_tabs=False, replace_whitespace=False, drop_whitespace=False, break_on_hyphens=False)
    return BAR + f"\n{' ' * len(BAR)}".join(lines)
