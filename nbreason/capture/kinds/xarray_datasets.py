"""xarray's datasets and arrays, and ArviZ's InferenceData: each variable by its dimensions, units and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nbreason.capture.attempt import value_or_none
from nbreason.capture.blocks import text_block
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import is_a
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import format_number, short_repr
from nbreason.core.characters import one_line
from nbreason.core.parts import Part
from nbreason.core.phrases import counted

SENT = (
    Sent(
        "objects",
        "datasets, arrays and trees of xarray",
        "dimensions; of coordinates range and step, or labels; of variables dimensions, type, missing values, mean, "
        "deviation, range and where it is, of up to 24 values all, of small tables a grid; units and attributes; of "
        "dask arrays and of files that are not loaded no values",
    ),
    Sent(
        "objects",
        "InferenceData of ArviZ",
        "of each group its variables as of a dataset; of prior and posterior mean, deviation, 5 % and 95 % of each "
        "parameter",
    ),
)

_VARIABLES = 40
_SMALL = 24  # values up to which all are written out
_CELLS = 150  # of an array of two dimensions, written as a grid
_ATTRIBUTES = 12
_LARGEST = 50_000_000  # values that are read for statistics
_PARAMETERS = 60
_SAMPLES = ("posterior", "prior", "posterior_predictive")


def matches(value: object) -> bool:
    """Datasets, data arrays, trees and InferenceData."""
    return is_a(value, "xarray", "Dataset", "DataArray", "DataTree") or is_a(value, "arviz", "InferenceData")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text."""
    if is_a(value, "xarray", "DataArray"):
        lines = [*_array(value)]
    elif is_a(value, "xarray", "Dataset"):
        lines = [*_dataset(value)]
    else:
        lines = [line for group, data in _groups(value) for line in _group(group, data)]
    shape = _sizes(value) if is_a(value, "xarray", "Dataset", "DataArray") else ""
    return text_block(value, name, "dataset", "\n".join(lines), limits, shape=shape)


def _groups(value: Any) -> Iterator[tuple[str, Any]]:
    if is_a(value, "xarray", "DataTree"):
        yield from ((node.path, node.to_dataset()) for node in value.subtree if len(node.data_vars) or len(node.coords))
    else:
        yield from ((group, value[group]) for group in value.groups())


def _group(name: str, data: Any) -> Iterator[str]:
    """One group of samples or of data."""
    sampled = name.strip("/") in _SAMPLES and {"chain", "draw"} <= set(data.dims)
    yield f"Group {one_line(name, 80)}: {_sizes(data)}"
    if not sampled:
        yield from (f"  {line}" for line in _variables(data.data_vars.items()))
        return
    lines = [line for key, array in data.data_vars.items() for line in _parameters(str(key), array)]
    yield "  Grid of parameters over chains and draws:"
    yield "  parameter,mean,sd,5%,95%"
    yield from (f"  {line}" for line in lines[:_PARAMETERS])
    if len(lines) > _PARAMETERS:
        yield f"  … {len(lines):,} parameters in all"


def _parameters(name: str, array: Any) -> Iterator[str]:
    """One line for each element of a parameter, over chains and draws."""
    import numpy

    if _is_lazy(array):
        yield f"{name},not loaded,,,"
        return
    others = [dimension for dimension in array.dims if dimension not in ("chain", "draw")]
    ordered = array.transpose("chain", "draw", *others)
    labels = [_labels(array, dimension) for dimension in others]
    values = numpy.asarray(ordered.values).reshape(ordered.shape[0] * ordered.shape[1], -1)
    for index in range(min(values.shape[1], _PARAMETERS + 1)):
        places = numpy.unravel_index(index, [len(each) for each in labels]) if labels else ()
        element = " ".join(label[place] for label, place in zip(labels, places, strict=True))
        samples = values[:, index]
        numbers = (samples.mean(), samples.std(ddof=1), *numpy.quantile(samples, (0.05, 0.95)))
        label = f"{name}[{element}]" if element else name
        yield ",".join([one_line(label, 80), *(f"{number:.4g}" for number in numbers)])


def _dataset(data: Any) -> Iterator[str]:
    yield from _coordinates(data)
    yield f"Variables ({len(data.data_vars)}):"
    yield from _variables(data.data_vars.items())
    yield from _attributes(data)


def _array(array: Any) -> Iterator[str]:
    yield from _coordinates(array)
    yield _variable(array.name if array.name is not None else "values", array)
    yield from _values(array)
    yield from _attributes(array)


def _variables(items: Any) -> Iterator[str]:
    items = list(items)
    for key, array in items[:_VARIABLES]:
        told = value_or_none(lambda key=key, array=array: _variable(key, array))  # type: ignore[misc]
        yield told or f"- {one_line(str(key), 60)}"
    if len(items) > _VARIABLES:
        more = ", ".join(one_line(str(key), 40) for key, _ in items[_VARIABLES : 6 * _VARIABLES])
        yield f"- {len(items) - _VARIABLES:,} more: {more}"


def _variable(key: object, array: Any) -> str:
    """``- air (time, lat): float32; units K; missing 0; mean 280, …``."""
    named = one_line(str(key), 60) + (f" ({', '.join(map(str, array.dims))})" if array.dims else "")
    attributes = {name: array.attrs.get(name) for name in ("long_name", "standard_name", "units")}
    facts = [f"{word.replace('_', ' ')} {one_line(str(told), 80)}" for word, told in attributes.items() if told]
    return f"- {named}: {'; '.join([str(array.dtype), *facts, *_statistics(array)])}"


def _statistics(array: Any) -> list[str]:
    if _is_lazy(array):
        return ["not loaded, nothing was computed"]
    if array.size > _LARGEST:
        return [f"{array.size:,} values, which were not read"]
    values = array.values
    if array.size <= _SMALL:
        return [short_repr(_plain(values), 600)]
    if values.dtype.kind in "mM":
        return [f"{_time(values.min())} to {_time(values.max())}"]
    if values.dtype.kind not in "iufb":
        return [f"first values {short_repr(_plain(values.reshape(-1)[:8]), 200)}"]
    return _numbers(array, values)


def _numbers(array: Any, values: Any) -> list[str]:
    import numpy

    missing = int(numpy.isnan(values).sum()) if values.dtype.kind == "f" else 0
    if missing == values.size:
        return ["all missing"]
    facts = [f"missing {missing:,}"]
    mean = float(numpy.nanmean(values, dtype="float64"))
    facts += [f"mean {mean:.6g}", f"std {float(numpy.nanstd(values, dtype='float64')):.6g}"]
    for word, index in (("min", numpy.nanargmin(values)), ("max", numpy.nanargmax(values))):
        places = numpy.unravel_index(index, values.shape)
        at = [f"{dimension} {_labels(array, dimension, int(place))[0]}" for dimension, place in
              zip(array.dims, places, strict=True) if dimension in array.coords]  # fmt: skip
        number = format_number(values[places].item())
        facts.append(f"{word} {number}" + (f" at {', '.join(at)}" if at and len(at) <= 4 else ""))
    return facts


def _coordinates(data: Any) -> Iterator[str]:
    """Range and step of numbers and dates, the labels of others."""
    for key, coordinate in list(data.coords.items())[:_VARIABLES]:
        named = one_line(str(key), 60)
        named += "" if coordinate.dims in ((key,), ()) else f" ({', '.join(map(str, coordinate.dims))})"
        units = coordinate.attrs.get("units")
        named += f" in {one_line(str(units), 40)}" if units else ""
        told = value_or_none(lambda coordinate=coordinate: _coordinate(coordinate)) or str(coordinate.dtype)  # type: ignore[misc]
        yield f"Coordinate {named}: {told}"


def _coordinate(coordinate: Any) -> str:
    if _is_lazy(coordinate):
        return f"{coordinate.dtype}, not loaded"
    values = coordinate.values
    size = values.size
    if not values.ndim:
        return _time(values) if values.dtype.kind == "M" else short_repr(_plain(values), 80)
    if values.dtype.kind not in "iufmM" or size < 2:
        return short_repr(_plain(values.reshape(-1)[:_SMALL]), 400) + (f" … {size:,} in all" if size > _SMALL else "")
    first, last = map(_text, (values.reshape(-1)[0], values.reshape(-1)[-1]))
    steps = (values[1:] - values[:-1]) if values.ndim == 1 else values[:0]
    even = len(steps) > 0 and (abs(steps - steps[0]) <= abs(steps[0]) * 1e-4).all()
    return f"{first} to {last}, {size:,} values" + (f", step {_step(steps[0])}" if even else "")


def _values(array: Any) -> Iterator[str]:
    """The grid of a small array of two dimensions."""
    if array.ndim != 2 or not _SMALL < array.size <= _CELLS or _is_lazy(array):
        return
    rows, columns = (_labels(array, dimension) for dimension in array.dims)
    yield f"Grid of {one_line(str(array.dims[0]), 40)} by {one_line(str(array.dims[1]), 40)}:"
    yield ",".join(["", *columns])
    for row, line in zip(rows, array.values.tolist(), strict=True):
        yield ",".join([row, *(format_number(value) for value in line)])


def _attributes(data: Any) -> Iterator[str]:
    shown = [(key, told) for key, told in list(data.attrs.items())[:_ATTRIBUTES] if key not in ("long_name", "units")]
    if shown:
        yield "Attributes: " + "; ".join(f"{one_line(str(key), 60)} {short_repr(told, 120)}" for key, told in shown)


def _labels(array: Any, dimension: Any, only: int | None = None) -> list[str]:
    """What the places along a dimension are called; without a coordinate their numbers."""
    if dimension not in array.coords:
        return [str(only)] if only is not None else [str(index) for index in range(array.sizes[dimension])]
    values = array.coords[dimension].values
    chosen = values if only is None else values[only : only + 1]
    return [_text(value) if hasattr(value, "dtype") else one_line(str(value), 60) for value in chosen]


def _sizes(data: Any) -> str:
    return ", ".join(f"{one_line(str(name), 40)} {size:,}" for name, size in data.sizes.items())


def _is_lazy(array: Any) -> bool:
    """Whether looking at the values would compute them, or read a file."""
    variable = array.variable
    return is_a(variable._data, "dask", "Array") or not (
        variable._in_memory or is_a(variable._data, "numpy", "ndarray")
    )


def _plain(value: Any) -> Any:
    """Of numpy's values those of Python; single precision in its own digits."""
    if hasattr(value, "dtype") and value.dtype.kind in "mM":
        return value.astype(str).tolist()
    if hasattr(value, "dtype") and value.dtype == "float32" and not getattr(value, "shape", ()):
        return float(str(value))
    return value.tolist() if hasattr(value, "tolist") else value


def _text(value: Any) -> str:
    """One coordinate."""
    if value.dtype.kind == "M":
        return _time(value)
    plain = _plain(value)
    return format_number(plain) if isinstance(plain, (int, float)) else one_line(str(plain), 60)


def _time(value: Any) -> str:
    return re.sub(r"(T00:00:00)?(\.0+)?$", "", str(value))


def _step(step: Any) -> str:
    """A difference of numbers or of times."""
    if step.dtype.kind != "m":
        return format_number(float(str(step)))
    import numpy

    seconds = step / numpy.timedelta64(1, "s")
    for length, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds % length == 0:
            return counted(int(seconds / length), unit)
    return f"{seconds:g} seconds"
