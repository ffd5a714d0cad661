"""PDF files: their text page by page, or pages as pictures.

``paper.pdf`` is all of it, ``paper.pdf[3]`` its third page, ``paper.pdf[2:5]`` the pages 2, 3 and 4, as in Python.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from nbreason.capture import pdf_worker
from nbreason.capture.images import CannotAttach, read
from nbreason.capture.limits import Limits, fit_tokens
from nbreason.capture.pixels import png
from nbreason.capture.sent import Sent
from nbreason.core.characters import one_line
from nbreason.core.data_block import data_block
from nbreason.core.parts import Image, Part, Text

SENT = (
    Sent(
        "objects",
        "PDF files (`--with paper.pdf`, `--with paper.pdf[2:5]`)",
        "the text of each page, the name of the file without its folder, the number of the page",
    ),
    Sent("pictures", "pages of PDF files (`--image paper.pdf[3]`)", "the page drawn as a PNG; neither name nor path"),
)

LARGEST_FILE = 50 * 1024 * 1024
MOST_TEXTS, MOST_PICTURES = 100, 20
"""Pages at a time."""
TIMEOUT = 60.0
FEWEST = 20
"""Characters on all pages together below which a file counts as scanned."""
_REFERENCE = re.compile(r"(.+\.pdf)(?:\[(?:(\d{1,6})|(\d{1,6})?:(\d{1,6})?)\])?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Reference:
    """Pages of a file, counted from 1; None: from the first, or to the last."""

    path: str
    first: int | None = None
    last: int | None = None

    @property
    def name(self) -> str:
        """The name of the file, without its folder."""
        return one_line(re.split(r"[/\\]", self.path)[-1], 200)


def reference(word: str) -> Reference | None:
    """What a word of a line names, or None if it is no PDF file."""
    if len(word) > 1 and word[0] in "\"'" and word[-1] == word[0]:
        word = word[1:-1]
    found = _REFERENCE.fullmatch(word)
    if found is None:
        return None
    path, page, first, end = found.groups()
    if page:
        return Reference(path, int(page), int(page))
    return Reference(path, int(first) if first else None, int(end) - 1 if end else None)


def page_texts(wanted: Reference, limits: Limits, timeout: float = TIMEOUT) -> list[Part]:
    """The text of each page as a part of its own.  timeout: seconds.  Raises CannotAttach, one line."""
    found, _ = _read_pages(wanted, "text", MOST_TEXTS, limits, timeout)
    texts: list[str] = found["texts"]
    if sum(len(text.strip()) for text in texts) < FEWEST:
        page = wanted.first or 1
        raise CannotAttach(
            f"{wanted.name} has no text on these pages, so it is probably scanned: attach them as pictures, --image"
            f" {wanted.name}[{page}]"
        )
    parts: list[Part] = []
    for number, text in enumerate(texts, found["first"]):
        parts += fit_tokens(limits, partial(_page, wanted.name, number, found["pages"], text))
    return parts


def _page(name: str, number: int, count: int, text: str, limits: Limits) -> list[Part]:
    body = text if text.strip() else "(This page has no text; it may be a picture.)"
    place = f"page {number} of {count}"
    block = data_block(body, name=name, kind="page", shape=place, characters=limits.characters)
    return [Text(block, f"{name} {place}")]


def page_pictures(wanted: Reference, limits: Limits) -> list[Part]:
    """Each page as a picture.  Raises CannotAttach, one line."""
    found, pixels = _read_pages(wanted, "picture", MOST_PICTURES, limits, TIMEOUT)
    folder = os.path.join(os.path.dirname(wanted.path) or os.curdir, wanted.name)
    parts: list[Part] = []
    for number, (width, height) in enumerate(found["sizes"], found["first"]):
        rows, pixels = pixels[: width * height * 3], pixels[width * height * 3 :]
        # With a folder in front the name is not sent (`Image.name`).
        parts.append(Image(png(rows, width, height, 3), "image/png", width, height, source=f"{folder}[{number}]"))
    return parts


def _read_pages(wanted: Reference, how: str, most: int, limits: Limits, timeout: float) -> tuple[dict[str, Any], bytes]:
    """What the worker has written: its line, and what follows."""
    first, last = wanted.first, wanted.last
    if 0 in (first, last) or (first is not None and last is not None and first > last):
        raise CannotAttach(f"{wanted.name}: pages are counted from 1, and [2:5] means the pages 2, 3 and 4")
    data = read(os.path.expanduser(wanted.path), one_line(wanted.path, 300), LARGEST_FILE)
    numbers = (first or 0, last or 0, most, limits.image_pixels)
    # -P: the folder of the worker is not a place to import from.  No variable goes along, least of all a key.
    command = [sys.executable, "-P", str(Path(pdf_worker.__file__)), how, *map(str, numbers)]
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT", "TMPDIR", "TEMP") if name in os.environ}
    try:
        done = subprocess.run(
            command,
            input=data,
            capture_output=True,
            timeout=timeout,
            check=False,
            env={**kept, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
    except subprocess.TimeoutExpired:
        raise CannotAttach(f"{wanted.name} could not be read within {timeout:.0f} s") from None
    except OSError as error:
        raise CannotAttach(f"{wanted.name} could not be read: {error.strerror}") from None
    line, _, rest = done.stdout.partition(b"\n")
    try:
        found: dict[str, Any] = json.loads(line)
    except ValueError:
        found = {"error": "damaged"}
    if "error" in found:
        raise CannotAttach(_why(wanted, how, found["error"], int(found.get("pages", 0)), most))
    return found, rest


def _why(wanted: Reference, how: str, error: str, pages: int, most: int) -> str:
    """What is wrong, for people, and what to do."""
    library = "pypdf" if how == "text" else "pypdfium2"
    option = "--with" if how == "text" else "--image"
    return {
        "library": f"{wanted.name}: reading PDF files requires {library}: pip install 'nbreason[documents]'",
        "encrypted": f"{wanted.name} is encrypted: save a copy without a password",
        "empty": f"{wanted.name} has no pages",
        "missing": f"{wanted.name} has {'1 page' if pages == 1 else f'{pages:,} pages'}, and others were named",
        "many": f"{wanted.name} has {pages:,} pages, and at most {most} can be attached at once: {option}"
        f" {wanted.name}[1:{most + 1}] attaches the first {most}",
    }.get(error, f"{wanted.name} is damaged, or is not a PDF file")
