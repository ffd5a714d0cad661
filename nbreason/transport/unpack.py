"""Compressed replies, unpacked in small pieces: a bomb costs no memory.

httpx unpacks each piece of the network whole, and 64 KB can hold 64 MB.  Nothing compressed is asked for, because a
proxy that compresses a stream holds it back; some send it all the same.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

PIECE = 256 * 1024
BOMB_SIZE = 8 * 1024 * 1024
BOMB_RATIO = 200
"""Text shrinks to a fifth or a tenth, a bomb to a thousandth (https://zlib.net/zlib_tech.html)."""
ANY = 47  # gzip or zlib, whichever it turns out to be
RAW = -15


class CannotUnpack(Exception):
    """The bytes are not what the header says."""


class Bomb(Exception):
    """Little that unpacks to far too much."""


class Unpacker:
    """Bytes in, plain bytes out; one for one reply."""

    def __init__(self, encoding: str) -> None:
        name = encoding.strip().lower()
        if name not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise CannotUnpack(name)
        self._plain = name in ("", "identity")
        self._may_be_raw = name == "deflate"  # some servers leave the zlib frame out
        self._decoder = zlib.decompressobj(ANY)
        self._packed = self._unpacked = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The next bytes of the network as plain bytes, at most `PIECE` at a time.  Raises CannotUnpack, Bomb."""
        if self._plain:
            yield chunk
            return
        while chunk:
            piece = self._some(chunk)
            rest = self._decoder.unconsumed_tail
            if self._decoder.eof:
                rest = self._decoder.unused_data  # gzip may consist of several members
                self._decoder = zlib.decompressobj(ANY)
            self._packed += len(chunk) - len(rest)
            self._unpacked += len(piece)
            chunk = rest
            if self._unpacked > BOMB_SIZE and self._unpacked > BOMB_RATIO * self._packed:
                raise Bomb
            if piece:
                yield piece

    def _some(self, chunk: bytes) -> bytes:
        try:
            piece = self._decoder.decompress(chunk, PIECE)
        except zlib.error:
            if not self._may_be_raw:
                raise CannotUnpack from None
            self._decoder, self._may_be_raw = zlib.decompressobj(RAW), False
            return self._some(chunk)
        self._may_be_raw = False
        return piece
