"""numpy arrays: shape, type, range, some values; arrays that are pictures also as pictures."""

from __future__ import annotations

from typing import Any

from nbreason.capture import columns
from nbreason.capture.blocks import text_block
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import is_a
from nbreason.capture.pixels import png
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import format_number, short_repr
from nbreason.core.parts import Image, Part
from nbreason.core.phrases import counted

SENT = (
    Sent(
        "arrays",
        "arrays of numpy",
        "shape, type, NaN, mean, range, spread; of up to 10 different texts or whole numbers how often each occurs, "
        "of a long matrix the same by column; 24 values of a vector, of others all up to 100 values, else 8 rows of 8",
    ),
    Sent(
        "arrays",
        "arrays of numpy that are colour pictures: height x width x 3 or 4, at least 16 x 16, of bytes or of "
        "fractions of 1",
        "also the picture",
    ),
)

_EXACT = 20_000_000  # elements read in full
_SPREAD = 1_000_000  # elements of which quartiles and deviation are computed
_SMALLEST_PICTURE = 16  # pixels a side
_FLAT = 24  # values shown of a one-dimensional array
_GRID = 8  # rows and columns shown of a matrix
_COLUMNS = 12  # of a matrix that are described one by one
_FEW = 10  # different whole numbers that are counted one by one
_GLANCE = 1_000  # values that are looked at before all are counted
_SMALL_GRID = 100  # values up to which a matrix is shown whole


def matches(value: object) -> bool:
    """Arrays, masked ones too; not numpy's scalars."""
    return is_a(value, "numpy", "ndarray")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text, and an `Image` in front of it when the array is a colour picture."""
    if is_a(value, "numpy", "matrix"):  # whose slices stay matrices
        value = value.A
    facts = [f"dtype {value.dtype}", counted(value.size, "value")]
    array = value.reshape(-1)
    if value.size > _EXACT and value.dtype.kind in _MEASURED:
        array = array[:: max(value.size // limits.sample, 1)]
        facts.append(f"the following from a sample of {array.size:,}")
    lines = ["; ".join([*facts, *statistics(array)]), *_by_column(value), values_of(value)]
    body = "\n".join(lines)
    picture = _picture(value, name, limits)
    return [*([picture] if picture else []), *text_block(value, name, "array", body, limits, shape=shape_of(value))]


def shape_of(array: Any) -> str:
    """``"272 x 2"``"""
    return " x ".join(str(side) for side in array.shape) or "()"


_MEASURED = "biufcmM"  # the kinds of dtype that have a range


def statistics(values: Any) -> list[str]:
    """Counts of missing values and infinity in a flat array, then min, mean and max of the rest."""
    import numpy

    kind = values.dtype.kind
    if not values.size or kind not in _MEASURED:
        return _counted(values) if kind in "US" and values.size > _FLAT else []
    facts = []
    if hasattr(values, "mask"):
        facts.append(f"masked {int(numpy.ma.getmaskarray(values).sum()):,}")
        values = values.compressed()
    if kind in "fc":
        finite = numpy.isfinite(values)
        facts.append(f"NaN {int(numpy.isnan(values).sum()):,}")
        if infinite := int(numpy.isinf(values).sum()):
            facts.append(f"infinite {infinite:,}")
        values = values if finite.all() else values[finite]
    elif kind in "mM":
        missing = numpy.isnat(values)
        facts.append(f"NaT {int(missing.sum()):,}")
        values = values[~missing]
    if not values.size or kind == "c":
        return facts
    if kind == "b":
        return [*facts, f"true {int(values.sum()):,}", f"false {int(values.size - values.sum()):,}"]
    if kind in "mM":
        return [*facts, f"first {values.min()}", f"last {values.max()}"]
    three = (("min", values.min().item()), ("mean", float(values.mean(dtype="float64"))), ("max", values.max().item()))
    facts += [f"{word} {format_number(value)}" for word, value in three]
    if not _FLAT < values.size <= _SPREAD:
        return facts
    if kind in "iu" and (counts := _counted(values)):
        return [*facts, *counts]
    quartiles = numpy.quantile(values, [0.25, 0.5, 0.75]).tolist()
    return [
        *facts,
        f"quartiles {', '.join(map(format_number, quartiles))}",
        f"std {format_number(float(values.std()))}",
    ]


def _counted(values: Any) -> list[str]:
    """How often each value of a flat array occurs, if few are different."""
    import numpy

    if values.size > _SPREAD or numpy.unique(values[:_GLANCE]).size > _FEW:
        return []
    different, counts = numpy.unique(values, return_counts=True)
    if different.size > _FEW:
        return []
    pairs = zip(different.tolist(), counts.tolist(), strict=True)
    return [f"distinct {different.size}: {', '.join(f'{short_repr(value, 40)} ×{count}' for value, count in pairs)}"]


def _by_column(array: Any) -> list[str]:
    """Of a long matrix with a few columns of numbers what is said of the columns of a table."""
    import numpy

    if array.ndim != 2 or array.dtype.kind not in "iuf" or hasattr(array, "mask") or array.size > _SPREAD:
        return []
    height, width = array.shape
    if not (2 <= width <= _COLUMNS and height > 3 * width and array.size > _SMALL_GRID):
        return []
    described = []
    for at in range(width):
        values = array[:, at][numpy.isfinite(array[:, at])]
        if not values.size:
            return []
        known = columns.Numbers(
            f"distinct {numpy.unique(values).size}",
            float(values.mean()),
            float(values.std(ddof=1)) if values.size > 1 else None,
            (values.min().item(), values.max().item()),
            numpy.quantile(values, [0.25, 0.5, 0.75]).tolist(),
        )
        missing = str(height - values.size) if values.size < height else ""
        described.append(columns.Column(str(at), str(array.dtype), missing, numbers=known))
    return columns.column_lines(described, 10_000)[0]


def values_of(array: Any) -> str:
    """Some of the values: those of a vector in one line, the corner of a matrix in rows."""
    if not array.size:
        return "No values."
    if array.ndim == 0:
        return f"Value: {_element(array[()])}"
    if array.ndim == 1:
        return f"Values{_which(array.size, _FLAT)}: {_both_ends(array, _FLAT)}"
    flat = array.reshape(-1, array.shape[-1])
    what = "Rows" if array.ndim == 2 else "Rows of the last axis"
    most = array.size if array.size <= _SMALL_GRID else _GRID
    rows = [_both_ends(row, most) for row in _outer(flat, most)]
    return f"{what}{_which(len(flat), most)}:\n" + "\n".join(rows)


def _which(size: int, shown: int) -> str:
    return f" (first {shown - shown // 2} and last {shown // 2} of {size:,})" if size > shown else ""


def _outer(array: Any, shown: int) -> list[Any]:
    if len(array) <= shown:
        return list(array)
    return [*array[: shown - shown // 2], *array[len(array) - shown // 2 :]]


def _both_ends(vector: Any, shown: int) -> str:
    texts = [_element(value) for value in _outer(vector, shown)]
    if len(vector) > shown:
        texts.insert(shown - shown // 2, "…")
    return ", ".join(texts)


def _element(value: Any) -> str:
    if is_a(value, "numpy", "datetime64", "timedelta64"):
        return str(value)
    return short_repr(value.item() if is_a(value, "numpy", "generic") else value, 40)


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
