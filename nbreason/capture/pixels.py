"""Write a PNG from raw pixels with the standard library alone."""

from __future__ import annotations

import struct
import zlib

_COLOUR_TYPE = {1: 0, 2: 4, 3: 2, 4: 6}  # grey, grey with alpha, RGB, RGBA


def png(rows: bytes, width: int, height: int, channels: int) -> bytes:
    """A PNG file.

    rows: height x width x channels values of 8 bits, row after row; channels: 1, 2, 3 or 4
    """
    stride = width * channels
    # Each line begins with the number of its filter: none.
    lines = b"".join(b"\0" + rows[y * stride : (y + 1) * stride] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPE[channels], 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
