"""Compressed responses, decompressed in small pieces: a bomb costs no memory.

httpx decompresses each piece of the network whole.  Measured with 150 MB of zeros: 152 MB of memory for gzip (a piece
of 64 KB holds 64 MB), 342 MB for gzip twice, 160 MB for brotli; here 4 MB.  Compression is not requested, because a
proxy that compresses a stream delays it; some compress all the same.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

PIECE = 256 * 1024
BOMB_SIZE = 8 * 1024 * 1024
BOMB_RATIO = 200
"""Text shrinks to a fifth or a tenth, a bomb to a thousandth (https://zlib.net/zlib_tech.html)."""
GZIP_OR_ZLIB = 47
RAW = -15


class CannotDecompress(Exception):
    """The bytes are not what the header says."""


class Bomb(Exception):
    """A few bytes that decompress to far too many."""


class Decompressor:
    """Takes the bytes of one response as they arrive; encoding: its header ``Content-Encoding``."""

    def __init__(self, encoding: str) -> None:
        name = encoding.strip().lower()
        if name not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise CannotDecompress(name)
        self._plain = name in ("", "identity")
        self._may_be_raw = name == "deflate"  # some servers leave out the zlib header
        self._decoder = zlib.decompressobj(GZIP_OR_ZLIB)
        self._bytes_in = self._bytes_out = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Decompress the next bytes, at most `PIECE` at a time.  Raises CannotDecompress, Bomb."""
        if self._plain:
            yield chunk
            return
        while chunk:
            piece = self._decompress(chunk)
            rest = self._decoder.unconsumed_tail
            if self._decoder.eof:
                rest = self._decoder.unused_data  # gzip may consist of several members
                self._decoder = zlib.decompressobj(GZIP_OR_ZLIB)
            self._bytes_in += len(chunk) - len(rest)
            self._bytes_out += len(piece)
            chunk = rest
            if self._bytes_out > BOMB_SIZE and self._bytes_out > BOMB_RATIO * self._bytes_in:
                raise Bomb
            if piece:
                yield piece

    def _decompress(self, chunk: bytes) -> bytes:
        try:
            piece = self._decoder.decompress(chunk, PIECE)
        except zlib.error:
            if not self._may_be_raw:
                raise CannotDecompress from None
            self._decoder, self._may_be_raw = zlib.decompressobj(RAW), False
            return self._decompress(chunk)
        self._may_be_raw = False
        return piece
