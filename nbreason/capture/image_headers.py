"""Read the header of a picture file: its media type and its size in pixels.  No library needed."""

from __future__ import annotations

PNG, JPEG, GIF, WEBP = "image/png", "image/jpeg", "image/gif", "image/webp"


def sniff(data: bytes) -> tuple[str, int, int] | None:
    """Media type, width and height in pixels; None for anything that is not a PNG, JPEG, GIF or WebP.

    The start of the file is enough if it holds the header: 24 bytes for PNG, 10 for GIF, 30 for WebP;
    for JPEG everything up to its frame header, which may come after kilobytes of metadata.
    """
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        size = (_big(data, 16, 4), _big(data, 20, 4)) if data[12:16] == b"IHDR" and len(data) >= 24 else None
        mime = PNG
    elif data[:3] == b"\xff\xd8\xff":
        size, mime = _jpeg_size(data), JPEG
    elif data[:6] in (b"GIF87a", b"GIF89a"):
        size = (_little(data, 6, 2), _little(data, 8, 2)) if len(data) >= 10 else None
        mime = GIF
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        size, mime = _webp_size(data), WEBP
    else:
        return None
    return (mime, *size) if size and size[0] > 0 and size[1] > 0 else None


def is_whole(data: bytes, mime: str) -> bool:
    """Whether the end of the file is there; it is missing when a download was cut short."""
    if mime == PNG:
        return b"IEND\xaeB`\x82" in data[-64:]  # the last chunk, with its checksum
    if mime == JPEG:
        return b"\xff\xd9" in data[-4096:]
    if mime == GIF:
        return b"\x3b" in data[-16:]
    return len(data) >= _little(data, 4, 4) + 8


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Walk the segments up to the frame header (SOF0 to SOF15, without the tables that share its range)."""
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return _big(data, at + 7, 2), _big(data, at + 5, 2)
        else:
            at += 2 + _big(data, at + 2, 2)
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    """The three ways to write a WebP: extended, lossy, lossless."""
    if len(data) < 30:
        return None
    chunk = data[12:16]
    if chunk == b"VP8X":
        return 1 + _little(data, 24, 3), 1 + _little(data, 27, 3)
    if chunk == b"VP8 ":
        return _little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF
    if chunk == b"VP8L":
        bits = _little(data, 21, 4)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None


def _big(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "big")


def _little(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "little")
