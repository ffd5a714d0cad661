"""A conversation as a file: readable as Markdown, complete as JSON."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nbreason.answers.citation import days
from nbreason.answers.inert import fenced, inert, nested, plain, quoted
from nbreason.core.citations import footnotes
from nbreason.core.events import Answer
from nbreason.core.parts import Image, Part
from nbreason.errors import UsageError
from nbreason.store.checks import check_values
from nbreason.store.codec import WRONG, answer_from_json, answer_to_json, parts_from_json, parts_to_json
from nbreason.store.exchanges import COLUMNS, Exchange, exchange

FORMAT = 1


def to_markdown(
    title: str, turns: list[Exchange], line: Callable[[Answer], str], picture: Callable[[Image], str]
) -> str:
    """A transcript to read, which is safe to open in a viewer; headings of answers are below its own.

    line: the status line of an answer; picture: saves an image and returns its path
    """
    models = ", ".join(dict.fromkeys(turn.requested_model for turn in turns))
    blocks = [f"# {plain(title)}\n", f"*{plain(f'{days(turn.answer for turn in turns)} · {models}')}*\n"]
    for turn in turns:
        blocks.append("## Question\n")
        for part in turn.parts:
            if isinstance(part, Image) and part.url:
                blocks.append(f"{quoted(plain(part.url))}\n")
            elif isinstance(part, Image):
                blocks.append(f"![{plain(part.name or 'image')}]({picture(part)})\n")
            elif part.source:
                blocks.append(f"{fenced(part.text)}\n")
            else:
                blocks.append(f"{quoted(inert(part.text))}\n")
        said = fenced(turn.answer.raw) if turn.answer.raw else nested(turn.answer.text, level=3)
        if sources := footnotes(turn.answer.citations):
            said += f"\n\n{inert(sources)}"
        blocks.append(f"## Answer\n\n{said}\n\n*{plain(line(turn.answer))}*\n")
    return "\n".join(blocks)


def to_json(turns: list[Exchange]) -> str:
    """The whole conversation, images included."""
    images = {part.digest: part for turn in turns for part in turn.parts if isinstance(part, Image) and not part.url}
    body = {
        "about": "A conversation of nbreason.",
        "conversation": FORMAT,
        "images": {
            digest: {
                "mime": image.mime,
                "width": image.width,
                "height": image.height,
                "data": base64.b64encode(image.data).decode("ascii"),
            }
            for digest, image in sorted(images.items())
        },
        "turns": [
            {
                "owner": turn.owner,
                "asked": turn.requested_model,
                "asked_at": turn.asked_at,
                "effort": turn.effort,
                "system": turn.system,
                "digest": turn.request_hash,
                "question_digest": turn.question_hash,
                "question": json.loads(parts_to_json(tuple(map(without_path, turn.parts)))),
                "answer": json.loads(answer_to_json(turn.answer)),
            }
            for turn in turns
        ],
    }
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def without_path(part: Part) -> Part:
    """A part that can be shared: without the path of a picture's file."""
    return replace(part, source=part.name) if isinstance(part, Image) else part


def from_json(text: str) -> list[Exchange]:
    """The turns of an exported file.  Raises UsageError, one line, for any other."""
    try:
        body = json.loads(text)
        if body["conversation"] != FORMAT:
            raise UsageError("The file was written by another version of nbreason.")
        images = {digest: _image(item) for digest, item in body["images"].items()}
        return [_exchange(turn, images) for turn in body["turns"]]
    except WRONG:
        raise UsageError("The file is not a conversation exported by nbreason as .json.") from None


def _image(item: dict[str, Any]) -> Image:
    size = item["width"], item["height"]
    check_values(("width", "height"), size)
    return Image(base64.b64decode(item["data"]), item["mime"], *size)


def _exchange(turn: dict[str, Any], images: dict[str, Image]) -> Exchange:
    values = [turn.get(name, "" if name == "question_digest" else None) for name in COLUMNS]  # that is new since 0.1
    check_values(COLUMNS, values)
    parts = parts_from_json(json.dumps(turn["question"]), images.get)
    return exchange(values, parts, answer_from_json(json.dumps(turn["answer"])))
