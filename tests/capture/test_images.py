"""Picture files become images within limits, and nothing else does."""

from __future__ import annotations

import io
import os
import socket
import struct
import sys
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbreason.capture import describe, images
from nbreason.capture.image_headers import sniff
from nbreason.capture.images import CannotAttach
from nbreason.capture.pixels import png
from nbreason.core.parts import Image

from .conftest import picture

Pillow: Any = pytest.importorskip("PIL.Image")


def encoded(width: int, height: int, kind: str, mode: str = "RGB", colour: Any = "red", **more: Any) -> bytes:
    """A picture file made by Pillow, so that our own reading of headers is checked against another's writing."""
    file = io.BytesIO()
    Pillow.new(mode, (width, height), colour).save(file, kind, **more)
    return file.getvalue()


def opened(image: Image) -> Any:
    found = Pillow.open(io.BytesIO(image.data))
    found.load()
    return found


KINDS = {
    "png": ("PNG", "image/png", {}),
    "jpeg": ("JPEG", "image/jpeg", {}),
    "progressive": ("JPEG", "image/jpeg", {"progressive": True, "icc_profile": b"x" * 70_000}),
    "gif": ("GIF", "image/gif", {}),
    "lossy": ("WEBP", "image/webp", {}),
    "lossless": ("WEBP", "image/webp", {"lossless": True}),
    "extended": ("WEBP", "image/webp", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_type_and_size_are_read_from_the_header(kind: str, tmp_path: Path):
    written, mime, more = KINDS[kind]
    file = tmp_path / "picture"
    file.write_bytes(encoded(300, 200, written, **more))
    image = images.load(file)
    assert (image.mime, image.width, image.height, image.source) == (mime, 300, 200, str(file))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9, 0.995])
def test_a_truncated_picture_is_refused_in_one_line(kind: str, share: float, tmp_path: Path):
    written, _, more = KINDS[kind]
    whole = encoded(300, 200, written, **more)
    file = tmp_path / "cut.png"
    file.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(CannotAttach, match=r"is truncated|is a damaged picture|is not a picture|is empty") as caught:
        images.load(file)
    assert "\n" not in str(caught.value)
    assert "cut.png" in str(caught.value)


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"<svg/>", b"hello", b"BM" + b"\0" * 60, b"RIFF....WAVE" + b"\0" * 60])
def test_other_files_are_no_pictures(data: bytes, tmp_path: Path):
    file = tmp_path / "file"
    file.write_bytes(data)
    with pytest.raises(CannotAttach, match="is not a picture: PNG, JPEG, GIF and WebP files can be attached"):
        images.load(file)


@given(
    st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF1234WEBP"])
)
def test_any_bytes_are_an_image_or_refused(rest: bytes, start: bytes):
    seen = sniff(start + rest)
    if seen:
        assert min(seen[1:]) > 0
    with suppress(CannotAttach):
        assert images.from_bytes(start + rest).width > 0


def test_a_missing_file_an_empty_one_and_a_directory_are_refused(tmp_path: Path):
    with pytest.raises(CannotAttach, match=r"^The file nowhere\.png does not exist\.$"):
        images.load("nowhere.png")
    with pytest.raises(CannotAttach, match=r"a directory, not a regular file|cannot be read"):
        images.load(tmp_path)
    (tmp_path / "empty.png").touch()
    with pytest.raises(CannotAttach, match=r"empty\.png is empty\.$"):
        images.load(tmp_path / "empty.png")
    with pytest.raises(CannotAttach, match="cannot be read"):
        images.load("odd\0name.png")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_fifo_is_refused_without_waiting_for_its_writer(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(CannotAttach, match=r"pipe\.png is a FIFO, not a regular file\.$"):
        images.load(tmp_path / "pipe.png")


@pytest.mark.skipif(sys.platform == "win32", reason="no device files here")
def test_devices_and_sockets_are_refused(tmp_path: Path):
    with pytest.raises(CannotAttach, match="/dev/zero is a device, not a regular file"):
        images.load("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        with pytest.raises(CannotAttach, match=r"cannot be read|a socket"):
            images.load(tmp_path / "s")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path):
    file = tmp_path / "large.png"
    with file.open("wb") as sparse:
        sparse.truncate(images.LARGEST_FILE + 1)
    with pytest.raises(CannotAttach, match=r"has 20\.0 MB; the limit is 20 MB"):
        images.load(file)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path):
    """A few kilobytes that would fill gigabytes of memory."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    with pytest.raises(CannotAttach, match="has 30,000 x 30,000 pixels; the limit is 64 million"):
        images.from_bytes(bomb + b"\0\0\0\0IEND\xaeB`\x82", "bomb.png")


def test_a_home_relative_path_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "p.png").write_bytes(picture())
    assert images.load("~/p.png").source == "~/p.png"


def exif(**tags: Any) -> bytes:
    made = Pillow.Exif()
    made[0x010F] = "Secret Camera Maker"
    made.get_ifd(0x8825)[2] = (48.0, 51.0, 29.6)  # where it was taken
    for tag, value in tags.items():
        made[int(tag.removeprefix("t"))] = value
    return made.tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_place_and_camera_are_taken_out_and_no_pixel_changes(kind: str):
    data = encoded(40, 30, kind, exif=exif())
    assert b"Secret Camera" in data
    image = images.from_bytes(data, "photo")
    assert b"Secret Camera" not in image.data
    assert not dict(Pillow.open(io.BytesIO(image.data)).getexif())
    assert list(opened(image).convert("RGB").tobytes()) == list(Pillow.open(io.BytesIO(data)).convert("RGB").tobytes())


def test_comments_of_a_png_are_taken_out():
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", "somebody")
    info.add_itxt("note", "private")
    image = images.from_bytes(encoded(40, 30, "PNG", pnginfo=info))
    assert b"somebody" not in image.data
    assert b"private" not in image.data
    assert opened(image).size == (40, 30)


def test_a_turned_photograph_stays_turned_when_the_rest_is_taken_out():
    turned = images.from_bytes(encoded(40, 30, "JPEG", exif=exif(t274=6)))
    assert b"Secret Camera" not in turned.data
    assert dict(Pillow.open(io.BytesIO(turned.data)).getexif()) == {274: 6}
    upright = images.fit(turned, 10**9, 10**9)
    assert (upright.width, upright.height) == (30, 40)
    assert not dict(Pillow.open(io.BytesIO(upright.data)).getexif())


def test_a_picture_within_limits_is_the_same_object():
    image = images.from_bytes(picture(), "a", "grey")
    assert images.fit(image, 10**6, 10**6) is image


def test_a_large_picture_is_scaled_down_with_its_aspect():
    image = images.from_bytes(encoded(4000, 3000, "PNG"), "big", "all red")
    small = images.fit(image, 1_000_000, 10**9)
    assert small.width * small.height <= 1_000_000
    assert (small.width, small.height) == opened(small).size == (1154, 866)
    assert (small.source, small.alt, small.mime) == ("big", "all red", "image/png")


def test_a_photograph_stays_a_jpeg():
    small = images.fit(images.from_bytes(encoded(2000, 1000, "JPEG")), 500_000, 10**9)
    assert small.mime == "image/jpeg"
    assert (small.width, small.height) == (1000, 500)


@pytest.mark.parametrize("limit", [200_000, 40_000, 3_000])
def test_bytes_are_limited_too(limit: int):
    noise = images.from_bytes(png(os.urandom(600 * 400 * 3), 600, 400, 3))
    small = images.fit(noise, 10**9, limit)
    assert len(small.data) <= limit
    assert abs(small.width / small.height - 1.5) < 0.05
    assert opened(small).size == (small.width, small.height)


def drawing(ink: int, mode: str = "RGBA") -> Image:
    """A line of some grey on nothing."""
    made = Pillow.new("RGBA", (100, 100), (0, 0, 0, 0))
    made.paste((ink, ink, ink, 255), (0, 40, 100, 60))
    file = io.BytesIO()
    made.convert(mode).save(file, "PNG")
    return images.from_bytes(file.getvalue())


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (90, 255), (245, 24)])
def test_transparency_is_flattened_so_that_the_drawing_can_be_seen(mode: str, ink: int, paper: int):
    flat = opened(images.fit(drawing(ink, mode), 10**6, 10**6)).convert("RGB")
    assert flat.getpixel((50, 50)) == (ink, ink, ink)
    assert abs(flat.getpixel((5, 5))[0] - paper) <= 3


def test_a_palette_with_a_transparent_colour_is_flattened_too():
    flat = images.fit(images.from_bytes(encoded(50, 50, "PNG", "P", 0, transparency=0)), 10**6, 10**6)
    assert opened(flat).convert("RGB").getpixel((1, 1)) == (255, 255, 255)


def test_an_animation_becomes_its_first_frame():
    frames = [Pillow.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    still = images.fit(images.from_bytes(file.getvalue()), 10**6, 10**6)
    assert still.mime == "image/png"
    assert opened(still).convert("RGB").getpixel((3, 3)) == (255, 0, 0)


def test_odd_modes_are_sent_as_ordinary_colours():
    for mode in ("CMYK", "I;16", "1", "P", "YCbCr"):
        kind = "PNG" if mode in ("I;16", "1", "P") else "JPEG"
        image = images.from_bytes(encoded(2000, 1000, kind, mode, 0))
        assert opened(images.fit(image, 10_000, 10**6)).mode in ("RGB", "L")


def test_a_picture_that_cannot_be_decoded_is_refused_in_one_line():
    whole = picture(300, 300)
    broken = images.from_bytes(whole[:60] + b"\0" * 40 + whole[100:], "broken.png")
    with pytest.raises(CannotAttach, match=r"^broken\.png cannot be decoded: ") as caught:
        images.fit(broken, 100, 10**6)
    assert "\n" not in str(caught.value)


def test_without_pillow_a_picture_goes_as_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(images, "has_pillow", lambda: False)
    image = drawing(0)
    assert images.fit(image, 10, 10) is image


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_our_own_png_is_read_by_pillow(channels: int):
    rows = bytes(range(7 * 5 * channels))
    made = Pillow.open(io.BytesIO(png(rows, 7, 5, channels)))
    assert made.size == (7, 5)
    assert made.tobytes() == rows
    assert sniff(png(rows, 7, 5, channels)) == ("image/png", 7, 5)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://user:word@example.org/a.png", "has no host, a password, or a space"),
        ("https://example.org/a b.png", "has no host, a password, or a space"),
        ("https://example.org/\u202egnp.a", "has no host, a password, or a space"),
        ("https://[/a.png", "is not an https:// address"),
        ("HTTP://example.org/a.png", "is not an https:// address"),
    ],
)
def test_an_address_that_no_provider_should_fetch_is_not_attached(address: str, told: str):
    with pytest.raises(CannotAttach, match=told):
        images.load(address)


@pytest.mark.parametrize(
    ("html", "shows"),
    [
        ("<table><svg width='24'></svg></table>", False),
        ("<div><svg class='chart' width=\"300\" height='9'><rect/></svg></div>", True),
        ("<iframe srcdoc='x'></iframe>", True),
        ("<p>data: image</p>", False),
        ("<svg width=100" * 100_000, True),
        ("<svg " * 100_000, False),
        ("})({x" * 100_000 + ".vega-embed", False),
    ],
)
def test_html_shows_a_figure_where_it_draws_more_than_icons(html: str, shows: bool):
    from nbreason.capture.images import CannotAttach
    from nbreason.capture.mime_bundles import HTML, figure_type, parts_of

    assert shows == (figure_type({HTML: html}) == HTML)
    if len(html) > 9_000 or "iframe" in html:
        with pytest.raises(CannotAttach):
            parts_of({HTML: html}, HTML, "x")


def test_the_text_of_html_goes_without_scripts_and_row_by_row():
    from nbreason.capture.html_displays import words_of

    html = "<style>p{}</style><p>One&amp;two</p><table><tr><th>a<td>b<tr><td>1<td>2</table><script>alert(1)</script>"
    assert words_of(html) == "One&two\na | b\n1 | 2"


def test_html_with_pictures_goes_as_pictures_and_text():
    import base64

    from IPython.display import HTML

    data = base64.b64encode(picture(120, 110)).decode()
    first, second, words = describe(HTML(f"<p>Before</p><img src='data:image/png;base64,{data}'>" * 2), "page")
    assert (first.source, second.source) == ("page, picture 1 of 2", "page, picture 2 of 2")
    assert words.text.endswith("\nBefore\nBefore\n</data>")  # type: ignore[union-attr]


def test_an_animated_gif_is_its_first_middle_and_last_frame(tmp_path: Path):
    shades = [Pillow.new("L", (40, 30), 25 * n) for n in range(10)]
    shades[0].save(tmp_path / "moving.gif", save_all=True, append_images=shades[1:])
    from nbreason.capture.images import frames, load

    sent = frames(load(tmp_path / "moving.gif"))
    assert [image.source.partition(", ")[2] for image in sent] == [f"frame {n} of 10" for n in (1, 6, 10)]
    assert [Pillow.open(io.BytesIO(image.data)).convert("L").getpixel((1, 1)) for image in sent] == [0, 125, 225]
    assert {image.name for image in sent} == {""}, "the path is not sent"
    (part, *_) = describe((tmp_path / "moving.gif").read_bytes(), "data")
    assert part.source == "data, frame 1 of 10"
