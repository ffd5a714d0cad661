"""numpy arrays: shape, type, range, a few values; arrays that are pictures also as pictures."""

from __future__ import annotations

from typing import Any

from nbreason.capture.delimit import data_block
from nbreason.capture.limits import Limits
from nbreason.capture.pixels import png
from nbreason.capture.recognise import is_a
from nbreason.capture.safe import brief, number, type_name
from nbreason.capture.sent import Sent
from nbreason.core.parts import Image, Part, Text
from nbreason.core.phrases import counted

SENT = (
    Sent(
        "arrays",
        "arrays of numpy",
        "shape, type, NaN, range, mean; 24 values of a vector, of others at most 8 rows of 8 values",
    ),
    Sent(
        "arrays",
        "such arrays that are colour pictures: height x width x 3 or 4, at least 16 x 16, of bytes or of fractions"
        " of 1",
        "besides, in front of it, the picture",
    ),
)

_EXACT = 20_000_000  # elements looked at in full
_SMALLEST_PICTURE = 16  # pixels a side
_FLAT = 24  # values shown of a one-dimensional array
_GRID = 8  # rows and columns shown of a matrix


def matches(value: object) -> bool:
    """Arrays, masked ones too; not numpy's scalars."""
    return is_a(value, "numpy", "ndarray")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text, and an `Image` in front of it when the array is a colour picture."""
    shape = " x ".join(str(side) for side in value.shape) or "()"
    body = "\n".join(line for line in (_facts(value, limits), values_of(value)) if line)
    block = data_block(body, name=name, kind="array", type=type_name(value), shape=shape, characters=limits.characters)
    picture = _picture(value, name, limits)
    return [*([picture] if picture else []), Text(block, name)]


def _facts(array: Any, limits: Limits) -> str:
    """Element type, missing values and range, in one line."""
    said = [f"dtype {array.dtype}", counted(array.size, "value")]
    if not array.size or array.dtype.kind not in "biufcmM":
        return "; ".join(said)
    seen = array.reshape(-1)
    if array.size > _EXACT:
        seen = seen[:: max(array.size // limits.sample, 1)]
        said.append(f"the following from a sample of {seen.size:,}")
    return "; ".join([*said, *_statistics(seen)])


def facts_of(array: Any) -> str:
    """Missing values and range of a numpy array, in one line; empty where it has none."""
    if not array.size or array.dtype.kind not in "biufcmM":
        return ""
    return "; ".join(_statistics(array.reshape(-1)))


def _statistics(seen: Any) -> list[str]:
    """Counts of NaN and infinity, then min, mean and max of the rest."""
    import numpy

    said = []
    kind = seen.dtype.kind
    if hasattr(seen, "mask"):
        said.append(f"masked {int(numpy.ma.getmaskarray(seen).sum()):,}")
        seen = seen.compressed()
    if kind in "fc":
        finite = numpy.isfinite(seen)
        if not finite.all():
            said.append(f"NaN {int(numpy.isnan(seen).sum()):,}")
            infinite = int(numpy.isinf(seen).sum())
            said += [f"infinite {infinite:,}"] if infinite else []
            seen = seen[finite]
        else:
            said.append("NaN 0")
    elif kind in "mM":
        missing = numpy.isnat(seen)
        said.append(f"NaT {int(missing.sum()):,}")
        seen = seen[~missing]
    if not seen.size or kind == "c":
        return said
    if kind == "b":
        return [*said, f"true {int(seen.sum()):,}", f"false {int(seen.size - seen.sum()):,}"]
    if kind in "mM":
        return [*said, f"first {seen.min()}", f"last {seen.max()}"]
    mean = float(seen.mean(dtype="float64"))
    return [
        *said,
        f"min {number(seen.min().item())}",
        f"mean {number(mean)}",
        f"max {number(seen.max().item())}",
    ]


def values_of(array: Any) -> str:
    """Some of the values: those of a vector in one line, the corner of a matrix in rows."""
    if not array.size:
        return "No values."
    if array.ndim == 0:
        return f"Value: {_element(array[()])}"
    if array.ndim == 1:
        return f"Values{_of(array.size, _FLAT)}: {', '.join(_ends(array, _FLAT))}"
    flat = array.reshape(-1, array.shape[-1]) if array.ndim > 2 else array
    what = "Rows" if array.ndim == 2 else "Rows of the last axis"
    rows = [", ".join(_ends(row, _GRID)) for row in _outer(flat, _GRID)]
    return f"{what}{_of(len(flat), _GRID)}:\n" + "\n".join(rows)


def _of(size: int, shown: int) -> str:
    if size <= shown:
        return ""
    return f" (first {shown - shown // 2} and last {shown // 2} of {size:,})"


def _outer(array: Any, shown: int) -> list[Any]:
    if len(array) <= shown:
        return list(array)
    return [*array[: shown - shown // 2], *array[len(array) - shown // 2 :]]


def _ends(vector: Any, shown: int) -> list[str]:
    texts = [_element(value) for value in _outer(vector, shown)]
    if len(vector) > shown:
        texts.insert(shown - shown // 2, "…")
    return texts


def _element(value: Any) -> str:
    if is_a(value, "numpy", "datetime64", "timedelta64"):
        return str(value)
    return brief(value.item() if is_a(value, "numpy", "generic") else value, 40)


def _picture(array: Any, name: str, limits: Limits) -> Image | None:
    """The array as a picture, if it can only be one: height x width x 3 or 4, bytes, or fractions of 1."""
    if array.ndim != 3 or array.shape[2] not in (3, 4) or min(array.shape[:2]) < _SMALLEST_PICTURE:
        return None
    # Every n-th pixel is enough for a look, and keeps a huge array out of the encoder.
    step = 1
    while (array.shape[0] // step) * (array.shape[1] // step) > limits.image_pixels:
        step += 1
    pixels = array[::step, ::step]
    if pixels.dtype.kind == "f":
        low, high = float(pixels.min()), float(pixels.max())
        if not (0 <= low <= high <= 1):
            return None
        pixels = (pixels * 255).round()
    elif str(pixels.dtype) != "uint8":
        return None
    height, width, channels = pixels.shape
    data = png(pixels.astype("uint8").tobytes(), width, height, channels)
    return Image(data, "image/png", width, height, source=name)
