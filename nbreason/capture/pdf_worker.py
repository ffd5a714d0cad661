"""Reads pages of a PDF file, as a program of its own: ``python pdf_worker.py text|picture FIRST LAST MOST PIXELS``.

A PDF can hold anything, and those who read it have their bugs.  So it is read in a process that is bounded in time and
memory, has no key in its environment, and takes nothing with it when it falls.  The file comes on stdin.  On stdout
goes one line of JSON: ``{"pages": count, "first": number, "texts": […]}``, or with ``sizes`` instead of ``texts`` and
the pixels behind it, 3 bytes each; or ``{"error": word, "pages": count}``.

FIRST, LAST: pages, counted from 1; 0: from the first, or to the last.  MOST: pages at a time.  PIXELS: of a picture.
Nothing of nbreason is imported here.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any

MEMORY = 2 * 1024**3
SECONDS = 40
LONGEST = 200_000
"""Characters of one page."""
SCALE = 2.0
"""Pixels for each point, of which an inch has 72."""


class Refusal(Exception):
    """Why there is no page, in a word."""

    def __init__(self, word: str, pages: int = 0) -> None:
        super().__init__(word)
        self.word = word
        self.pages = pages


def limit_resources() -> None:
    """Bound the memory and the time of this process, where the system can."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    except (ImportError, ValueError, OSError):
        pass


def selected(count: int, first: int, last: int, most: int) -> range:
    """The pages that are wanted, counted from 0."""
    end = last or count
    if not count:
        raise Refusal("empty")
    if max(first, 1) > count or end > count or max(first, 1) > end:
        raise Refusal("missing", count)
    if end - max(first, 1) + 1 > most:
        raise Refusal("many", count)
    return range(max(first, 1) - 1, end)


def texts(data: bytes, first: int, last: int, most: int, pixels: int) -> tuple[dict[str, Any], bytes]:
    """The text of each page."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Refusal("encrypted")
    pages = selected(len(reader.pages), first, last, most)
    found = [(reader.pages[number].extract_text() or "")[:LONGEST] for number in pages]
    return {"pages": len(reader.pages), "first": pages.start + 1, "texts": found}, b""


def pictures(data: bytes, first: int, last: int, most: int, pixels: int) -> tuple[dict[str, Any], bytes]:
    """Each page as a picture."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Refusal("encrypted" if "password" in str(error).lower() else "damaged") from None
    numbers = selected(len(document), first, last, most)
    sizes, rows = [], []
    for number in numbers:
        page = document[number]
        width, height = page.get_size()
        scale = min(SCALE, (pixels / max(width * height, 1.0)) ** 0.5)
        bitmap = page.render(scale=scale, rev_byteorder=True)
        plain, channels = bytes(bitmap.buffer), bitmap.n_channels
        for y in range(bitmap.height):
            row = plain[y * bitmap.stride : y * bitmap.stride + bitmap.width * channels]
            rows.append(row if channels == 3 else without_alpha(row, channels))
        sizes.append((bitmap.width, bitmap.height))
    return {"pages": len(document), "first": numbers.start + 1, "sizes": sizes}, b"".join(rows)


def without_alpha(row: bytes, channels: int) -> bytes:
    """A row of grey pixels, or of pixels with a fourth value, as three values each."""
    if channels == 1:
        return bytes(value for value in row for _ in range(3))
    return b"".join(row[at : at + 3] for at in range(0, len(row), channels))


def main(how: str, *numbers: str) -> None:
    """Read stdin, and write what was asked for to stdout."""
    data, out, raw = sys.stdin.buffer.read(), sys.stdout.buffer, b""
    limit_resources()
    answer: dict[str, Any]
    try:
        first, last, most, pixels = map(int, numbers)
        answer, raw = (texts if how == "text" else pictures)(data, first, last, most, pixels)
    except Refusal as refusal:
        answer = {"error": refusal.word, "pages": refusal.pages}
    except ImportError:
        answer = {"error": "library", "pages": 0}
    except Exception as error:  # noqa: BLE001
        encrypted = type(error).__name__ in ("DependencyError", "FileNotDecryptedError")
        answer = {"error": "encrypted" if encrypted else "damaged", "pages": 0}
    out.write(json.dumps(answer).encode() + b"\n" + raw)


if __name__ == "__main__":
    main(*sys.argv[1:])
