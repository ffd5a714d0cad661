"""Picture files and bytes become `Image` parts, within limits.

Pillow is used where it is installed (to check, to scale, to flatten); without it a picture is sent unchanged.
"""

from __future__ import annotations

import importlib.util
import io
import os
import stat
from typing import Any

from nbreason.capture.image_addresses import at, decode, is_address
from nbreason.capture.image_headers import GIF, JPEG, PNG, WEBP, is_whole, sniff
from nbreason.capture.image_metadata import orientation, without_metadata
from nbreason.capture.sent import Sent
from nbreason.core.characters import one_line
from nbreason.core.parts import Image

_FILES = "picture files (`--image PATH`: PNG, JPEG, GIF, WebP)"
SENT = (
    Sent("pictures", _FILES, "the picture; neither the name nor the path of the file"),
    Sent("pictures", "pictures on the web (`--image https://…`)", "the address, where the provider documents it"),
)

LONGEST_NAME = 300
LARGEST_FILE = 20 * 1024 * 1024
LARGEST_PIXELS = 64_000_000  # a decoder needs four bytes for each: 256 MB
NO_LIMIT = 1 << 62  # bytes, where the limit of the provider applies later
_ALLOWED = "PNG, JPEG, GIF and WebP files can be attached"
_ANIMATED = (GIF, WEBP)
_MOST_DECODED = 1_000_000_000  # pixels of an animation: its last frame takes all those before it
_LIGHT = 0.72  # mean lightness from which a drawing without background was made for a dark page
_DARK_PAPER, _WHITE_PAPER = (24, 24, 27), (255, 255, 255)


class CannotAttach(Exception):
    """A file or a picture cannot be attached.  The message is one line that says which, and why."""


def load(path: str | os.PathLike[str]) -> Image:
    """The picture in a regular file or a ``data:`` URI, without its private metadata, or at an ``https:`` address.

    Raises CannotAttach if it is missing, not a regular file, too large, truncated or of an unknown type.
    """
    shown = os.fspath(path)
    if is_address(shown):
        return _at_address(shown)
    data = read(os.path.expanduser(shown), one_line(shown, LONGEST_NAME))
    # With a folder in front no file can be taken for a variable, whose name is sent (`Image.name`).
    return from_bytes(data, shown if os.path.dirname(shown) else os.path.join(os.curdir, shown))


def _at_address(address: str) -> Image:
    try:
        return from_bytes(decode(address), "the data: URI") if address[:5].lower() == "data:" else at(address)
    except ValueError as error:
        raise CannotAttach(f"{one_line(address, 80)} {error}.") from None


def read(path: str, shown: str, largest: int = LARGEST_FILE) -> bytes:
    """The bytes of a regular file of bounded size; the file that was checked is the file that is read.

    shown: the path for messages; raises CannotAttach
    """
    try:
        # Without O_NONBLOCK opening a FIFO waits for a writer, for ever.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise CannotAttach(f"The file {shown} does not exist.") from None
    except (OSError, ValueError) as error:
        raise CannotAttach(f"{shown} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    try:
        _check_file(os.fstat(handle), shown, largest)
        return _read_all(handle, largest)
    finally:
        os.close(handle)


def _check_file(status: os.stat_result, shown: str, largest: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise CannotAttach(f"{shown} is {_file_type(status.st_mode)}, not a regular file.")
    if status.st_size > largest:
        limit = largest // 2**20
        raise CannotAttach(f"{shown} has {status.st_size / 2**20:.1f} MB; the limit is {limit} MB.")


def _read_all(handle: int, largest: int) -> bytes:
    """The content, at most the limit even of a file that is growing."""
    pieces, left = [], largest
    while left > 0 and (piece := os.read(handle, left)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _file_type(mode: int) -> str:
    types = {
        stat.S_IFDIR: "a directory",
        stat.S_IFIFO: "a FIFO",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return types.get(stat.S_IFMT(mode), "a special file")


def from_bytes(data: bytes, source: str = "", alt: str = "") -> Image:
    """The picture in these bytes, without its private metadata.

    source: where it came from, for people; alt: what is in it, in words
    Raises CannotAttach for anything but a complete picture of a known type, and for too many pixels.
    """
    named = source or "This picture"
    if not data:
        raise CannotAttach(f"{named} is empty.")
    seen = sniff(data)
    if seen is None:
        damaged = data[:3] == b"\xff\xd8\xff" or data[:8] == b"\x89PNG\r\n\x1a\n"
        raise CannotAttach(f"{named} is a damaged picture." if damaged else f"{named} is not a picture: {_ALLOWED}.")
    mime, width, height = seen
    if width * height > LARGEST_PIXELS:
        limit = LARGEST_PIXELS // 10**6
        raise CannotAttach(f"{named} has {width:,} x {height:,} pixels; the limit is {limit} million.")
    if not is_whole(data, mime):
        raise CannotAttach(f"{named} is truncated: the end of the picture is missing.")
    return Image(without_metadata(data, mime), mime, width, height, alt, source)


def fit(image: Image, max_pixels: int, max_bytes: int) -> Image:
    """The same picture within limits, ready to send; the same object if nothing had to change, or if it is on the web.

    max_pixels: width times height at most; the aspect ratio is kept
    max_bytes:  length of the encoded picture at most, as far as scaling down to a few pixels can reach it

    Transparency is flattened on white, or on near-black where the drawing itself is light.  Animations
    become their first frame.  Without Pillow the picture is returned unchanged.
    """
    if image.url or not has_pillow():
        return image
    from PIL import Image as Pillow
    from PIL import ImageOps

    try:
        opened = Pillow.open(io.BytesIO(image.data))
        if not _needs_work(opened, image, max_pixels, max_bytes):
            return image
        opened.draft("RGB", size_within(image.width, image.height, max_pixels))  # JPEG decodes smaller, faster
        opened.load()
        turned = orientation(image.data, image.mime) != 1
        flat = flatten(ImageOps.exif_transpose(opened) if turned else opened)
    except (OSError, ValueError, SyntaxError, Pillow.DecompressionBombError) as error:
        raise CannotAttach(f"{image.source or 'This picture'} cannot be decoded: {error}.") from None
    return _encode(flat, image, max_pixels, max_bytes)


def frames(image: Image) -> list[Image]:
    """First, middle and last frame of an animated GIF or WebP; any other picture as it is.  Without Pillow too,
    and of a damaged one, whose first frame may still be shown."""
    if image.mime not in _ANIMATED or not has_pillow():
        return [image]
    from PIL import Image as Pillow

    try:
        opened: Any = Pillow.open(io.BytesIO(image.data))
        count = getattr(opened, "n_frames", 1)
        if count < 2 or count * image.width * image.height > _MOST_DECODED:
            return [image]
        return [_frame(opened, number, count, image) for number in first_middle_last(count)]
    except (OSError, ValueError, SyntaxError, EOFError, Pillow.DecompressionBombError):
        return [image]


def first_middle_last(count: int) -> list[int]:
    """The numbers of at most three of so many frames, from 0."""
    return sorted({0, count // 2, count - 1})


def frame_name(source: str, number: int, count: int) -> str:
    """``In[5].1, frame 1 of 20``."""
    return f"{source}, frame {number + 1} of {count:,}".removeprefix(", ")


def _frame(opened: Any, number: int, count: int, image: Image) -> Image:
    opened.seek(number)
    file = io.BytesIO()
    flatten(opened.convert("RGBA")).save(file, "PNG")
    return from_bytes(file.getvalue(), frame_name(image.source, number, count), image.alt if not number else "")


def has_pillow() -> bool:
    """Whether Pillow can be imported."""
    return importlib.util.find_spec("PIL") is not None


def _needs_work(opened: Any, image: Image, max_pixels: int, max_bytes: int) -> bool:
    return (
        image.width * image.height > max_pixels
        or len(image.data) > max_bytes
        or image.mime == GIF
        or _may_be_transparent(opened)
        or orientation(image.data, image.mime) != 1
    )


def _may_be_transparent(opened: Any) -> bool:
    return opened.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in opened.info


def flatten(picture: Any) -> Any:
    """A Pillow image without transparency, in RGB or grey."""
    if not _may_be_transparent(picture):
        return picture if picture.mode in ("RGB", "L") else picture.convert("RGB")
    with_alpha = picture if picture.mode == "RGBA" else picture.convert("RGBA")
    alpha = with_alpha.getchannel("A")
    if alpha.getextrema() == (255, 255):
        return with_alpha.convert("RGB")
    from PIL import Image as Pillow

    paper = Pillow.new("RGB", with_alpha.size, _paper(with_alpha))
    paper.paste(with_alpha.convert("RGB"), mask=alpha)
    return paper


def _paper(with_alpha: Any) -> tuple[int, int, int]:
    """The background to flatten on: white, unless the drawing is mostly light and would vanish on it."""
    from PIL import ImageStat

    small = with_alpha.copy()
    small.thumbnail((256, 256))
    drawn = small.getchannel("A").point(lambda value: 255 if value > 96 else 0)
    if not drawn.getbbox():
        return _WHITE_PAPER
    mean = ImageStat.Stat(small.convert("L"), mask=drawn).mean[0] / 255
    return _DARK_PAPER if mean > _LIGHT else _WHITE_PAPER


def _encode(flat: Any, image: Image, max_pixels: int, max_bytes: int) -> Image:
    """Encode within both limits: scaled to the pixels, then as JPEG, then smaller and smaller."""
    width, height = size_within(flat.width, flat.height, max_pixels)
    # A photograph stays a JPEG: as PNG it would be many times as large.
    mime = JPEG if image.mime == JPEG else PNG
    while True:
        data = _bytes_of(_scaled(flat, width, height), mime)
        if len(data) <= max_bytes or max(width, height) <= 32:
            return Image(data, mime, width, height, image.alt, image.source)
        if mime == PNG and len(data) < 8 * max_bytes:
            mime = JPEG
            continue
        shrink = max(0.5, min(0.9, (max_bytes / len(data)) ** 0.5))
        width, height = max(1, int(width * shrink)), max(1, int(height * shrink))


def _scaled(picture: Any, width: int, height: int) -> Any:
    if picture.size == (width, height):
        return picture
    from PIL import Image as Pillow

    return picture.resize((width, height), Pillow.Resampling.LANCZOS, reducing_gap=3.0)


def _bytes_of(picture: Any, mime: str) -> bytes:
    file = io.BytesIO()
    if mime == JPEG:
        picture.save(file, "JPEG", quality=90, exif=b"")
    else:
        picture.save(file, "PNG", compress_level=4)
    return file.getvalue()


def size_within(width: int, height: int, max_pixels: int) -> tuple[int, int]:
    """The largest size of the same aspect ratio with at most this many pixels."""
    if width * height <= max_pixels:
        return width, height
    scale = (max_pixels / (width * height)) ** 0.5
    return max(1, int(width * scale)), max(1, int(height * scale))
