"""Remove what the author of a picture did not mean to send: place, camera, name, editing history.

Works on the segments of the file, so no pixel changes and no library is needed.  What affects how it looks stays:
colour profile, gamma, and the orientation that a phone records instead of rotating the pixels.
"""

from __future__ import annotations

import re

from nbreason.capture.image_headers import JPEG, PNG, WEBP

_PNG_DROPPED = {b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME"}
_WEBP_DROPPED = {b"EXIF", b"XMP "}
_ORIENTATION = 0x0112
_SVG_DROPPED = re.compile(r"""\s(?:sodipodi|inkscape):[\w-]+\s*=\s*(?:"[^"]*"|'[^']*')""", re.IGNORECASE)
_SVG_LOCAL = re.compile(r"""(href\s*=\s*["'])(?!\#|data:|https?:)[^"']*""", re.IGNORECASE)


def svg_without_metadata(svg: str) -> str:
    """The same drawing without the metadata of its editor, and without paths of files that it refers to."""
    first, *pieces = svg.split("<metadata")
    for piece in pieces:
        _, closed, after = piece.partition("</metadata>")
        first += after if closed else "<metadata" + piece
    return _SVG_LOCAL.sub(r"\1", _SVG_DROPPED.sub("", first))


def without_metadata(data: bytes, mime: str) -> bytes:
    """The same picture without EXIF, XMP, IPTC and comments; unchanged where the file cannot be parsed."""
    try:
        if mime == PNG:
            return _png(data)
        if mime == JPEG:
            return _jpeg(data)
        if mime == WEBP:
            return _webp(data)
    except (IndexError, ValueError):
        pass
    return data


def orientation(data: bytes, mime: str) -> int:
    """The EXIF orientation of a JPEG, 1 to 8; 1, upright, when it has none."""
    if mime != JPEG:
        return 1
    for marker, start, end in _jpeg_segments(data):
        if marker == 0xE1 and data[start + 4 : start + 10] == b"Exif\0\0":
            return _orientation_in(data[start + 10 : end])
    return 1


def _png(data: bytes) -> bytes:
    kept, at = [data[:8]], 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] not in _PNG_DROPPED:
            kept.append(data[at:end])
        at = end
    return b"".join(kept) if len(kept) > 1 else data


def _jpeg(data: bytes) -> bytes:
    turned = orientation(data, JPEG)
    kept, after = [data[:2]], 2
    for marker, start, end in _jpeg_segments(data):
        after = end
        if marker == 0xE1 and turned != 1 and data[start + 4 : start + 10] == b"Exif\0\0":
            kept.append(_exif_with_only(turned))
        # APP0 is JFIF, APP2 the colour profile, APP14 says how colours are coded; the rest is metadata.
        elif not (0xE1 <= marker <= 0xEF and marker not in (0xE2, 0xEE)) and marker != 0xFE:
            kept.append(data[start:end])
    return b"".join([*kept, data[after:]])


def _jpeg_segments(data: bytes) -> list[tuple[int, int, int]]:
    """Marker, start and end of each segment before the scan."""
    found, at = [], 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        found.append((data[at + 1], at, end))
        at = end
    return found


def _orientation_in(tiff: bytes) -> int:
    order = "little" if tiff[:2] == b"II" else "big"

    def read(at: int, length: int) -> int:
        return int.from_bytes(tiff[at : at + length], order)  # type: ignore[arg-type]

    first = read(4, 4)
    for entry in range(read(first, 2)):
        at = first + 2 + 12 * entry
        if read(at, 2) == _ORIENTATION:
            turned = read(at + 8, 2)
            return turned if 1 <= turned <= 8 else 1
    return 1


def _exif_with_only(turned: int) -> bytes:
    """An EXIF segment with the orientation and nothing else."""
    entry = b"\x01\x12\x00\x03\x00\x00\x00\x01" + turned.to_bytes(2, "big") + b"\0\0"
    body = b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + entry + b"\0\0\0\0"
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body


def _webp(data: bytes) -> bytes:
    kept, at = [data[8:12]], 12
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + length + length % 2
        if data[at : at + 4] not in _WEBP_DROPPED:
            kept.append(data[at:end])
        at = end
    if len(kept) > 1 and kept[1][:4] == b"VP8X":
        flags = kept[1][8] & ~0b0000_1100  # no EXIF, no XMP any more
        kept[1] = kept[1][:8] + bytes([flags]) + kept[1][9:]
    body = b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body
