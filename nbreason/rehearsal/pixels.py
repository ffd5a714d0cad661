"""The pixel size of an image from its first bytes: PNG, JPEG, GIF and WebP, the formats providers read."""

from __future__ import annotations

import struct

_PNG = b"\x89PNG\r\n\x1a\n"
# Start-of-frame markers of JPEG (ITU T.81, table B.1): C0-CF without C4 (tables), C8 (reserved), CC.
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})


def measure(data: bytes) -> tuple[str, int, int] | None:
    """``(media type, width, height)`` in pixels, or None when ``data`` is no readable image header."""
    try:
        found = _png(data) or _gif(data) or _webp(data) or _jpeg(data)
    except (struct.error, IndexError):
        return None  # the header ends too early
    return found if found and found[1] > 0 and found[2] > 0 else None


def _png(data: bytes) -> tuple[str, int, int] | None:
    if data[:8] != _PNG or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", data[16:24])
    return "image/png", width, height


def _gif(data: bytes) -> tuple[str, int, int] | None:
    if data[:6] not in (b"GIF87a", b"GIF89a"):
        return None
    width, height = struct.unpack("<HH", data[6:10])
    return "image/gif", width, height


def _webp(data: bytes) -> tuple[str, int, int] | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    kind = data[12:16]
    if kind == b"VP8X":  # extended: canvas size less one, 24 bits each
        width = int.from_bytes(_exactly(data, 24, 3), "little") + 1
        height = int.from_bytes(_exactly(data, 27, 3), "little") + 1
    elif kind == b"VP8L" and data[20] == 0x2F:  # lossless: 14 bits each, less one
        bits = int.from_bytes(_exactly(data, 21, 4), "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":  # lossy: 14 bits each after the start code
        width, height = (side & 0x3FFF for side in struct.unpack("<HH", data[26:30]))
    else:
        return None
    return "image/webp", width, height


def _jpeg(data: bytes) -> tuple[str, int, int] | None:
    if data[:2] != b"\xff\xd8":
        return None
    at = 2
    while True:
        if data[at] != 0xFF:
            return None
        while data[at] == 0xFF:  # any number of fill bytes may stand before a marker
            at += 1
        marker = data[at]
        at += 1
        if marker in _WITHOUT_LENGTH:
            continue
        if marker in _START_OF_FRAME:
            height, width = struct.unpack(">HH", data[at + 3 : at + 7])
            return "image/jpeg", width, height
        at += struct.unpack(">H", data[at : at + 2])[0]


def _exactly(data: bytes, start: int, count: int) -> bytes:
    found = data[start : start + count]
    if len(found) < count:
        raise IndexError("the header ends too early")
    return found
