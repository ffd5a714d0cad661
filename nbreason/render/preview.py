"""The dry run: exactly what would leave the machine, to be looked at before it is paid for."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from nbreason.core.estimate import tokens_of
from nbreason.core.parts import Image, Part
from nbreason.core.request import Request
from nbreason.render.bundle import MUTED, Bundle
from nbreason.render.markdown import to_plain

PRE = (
    "white-space: pre-wrap; overflow-wrap: anywhere; max-height: 24em; overflow: auto; margin: 0.2em 0 0.6em 0;"
    " padding: 0.4em 0.6em; border-left: 3px solid var(--jp-border-color2, #bdbdbd)"
)
THUMBNAIL = "max-width: 16em; max-height: 12em; background: #fff; border: 1px solid var(--jp-border-color2, #bdbdbd)"


def preview(request: Request, asked: str, url: str, notices: Sequence[str]) -> Bundle:
    """Every message of a request, its images as thumbnails, and the estimated tokens; `url` may not be known yet."""
    images = sum(len(message.images) for message in request.messages)
    facts = [
        f"it would go to {url}" if url else "it has no address to go to yet",
        f"model {request.model}",
        f"effort {request.effort}" if request.effort else "effort left to the provider",
        f"at most {request.max_tokens:,} tokens of answer" if request.max_tokens else "",
        f"about {request.estimate:,} input tokens (estimate)",
        f"{images} image{'s' if images != 1 else ''}" if images else "",
    ]
    head = f"Dry run of {asked}: nothing was sent · " + " · ".join(fact for fact in facts if fact)
    html = [f'<div style="{MUTED}">{escape(line)}</div>' for line in (head, *notices)]
    plain = [head, *notices]
    for number, message in enumerate(request.messages, 1):
        title = f"{number}. {message.role}"
        html.append(f"<div><strong>{escape(title)}</strong></div>")
        plain += ["", title]
        for part in message.parts:
            html.append(_html(part))
            plain.append(_plain(part))
    return Bundle({"text/html": "".join(html), "text/plain": "\n".join(plain)}, {"nbreason": {}})


def _label(part: Part) -> str:
    return f"{part.describe() if isinstance(part, Image) or part.source else 'text'}, about {tokens_of(part):,} tokens"


def _html(part: Part) -> str:
    label = f'<div style="{MUTED}">{escape(_label(part))}</div>'
    if not isinstance(part, Image):
        return f'{label}<pre style="{PRE}" class="mathjax_ignore">{escape(to_plain(part.text))}</pre>'
    source = f"data:{part.mime};base64,{base64.b64encode(part.data).decode('ascii')}"
    words = f'<pre style="{PRE}">{escape(part.alt)}</pre>' if part.alt else ""
    return f'{label}<img alt="{escape(part.alt, quote=True)}" style="{THUMBNAIL}" src="{source}">{words}'


def _plain(part: Part) -> str:
    words = part.alt if isinstance(part, Image) else to_plain(part.text)
    return "\n".join(["   " + _label(part), *("   | " + line for line in words.splitlines())])
