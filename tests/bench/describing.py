"""What capture costs: noting a display (at most 5 µs, a figure 20 µs), describing a dataframe of 10 million rows
(at most 1 s, without a copy), one of 5,000 columns (within its limit), and a figure of 4,000 x 3,000 pixels
(at most 1 s).  ``facts``: the table of facts (`facts_table.py`) instead, which needs the libraries of the extra
``libraries``; with ``-v`` what is not told, with a name like ``frames.iris`` of that object only."""

from __future__ import annotations

import io
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image as Pillow

from nbreason.capture import Limits, describe
from nbreason.capture.images import fit, from_bytes
from nbreason.notebook.figures import Figures


def best(work: Callable[[], object], rounds: int) -> float:
    """The median of several rounds, in seconds."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def displays() -> None:
    """What noting adds to a publish call."""
    shell = InteractiveShell.instance()
    shell.display_pub.publish = lambda *args, **kwargs: None
    text, picture = {"text/plain": "x"}, {"image/png": b"\x89PNG" + bytes(20_000), "text/plain": "figure"}
    bare = best(lambda: [shell.display_pub.publish(text) for _ in range(1000)], 50)
    figures = Figures().attach(shell)
    for name, data, most in (("ordinary display", text, 5), ("figure", picture, 20)):
        spent = best(lambda data=data: [shell.display_pub.publish(data, {}) for _ in range(1000)], 50) - bare
        print(f"{name}: {spent * 1e3:.2f} µs (at most {most})")
    figures.detach()


def tables() -> None:
    """Large and wide frames."""
    numbers = np.random.default_rng(1)
    frame = pd.DataFrame({"i": np.arange(10_000_000), "x": numbers.random(10_000_000)})
    size = frame.memory_usage(deep=True).sum()
    print(f"10 million rows: {best(lambda: describe(frame, 'frame'), 3):.2f} s (at most 1)")
    tracemalloc.start()
    describe(frame, "frame")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"  at most {peak / size:.0%} of its own memory on top")
    wide = pd.DataFrame(numbers.random((50, 5000)))
    (part,) = describe(wide, "wide")
    print(f"5,000 columns: {len(part.text):,} characters (at most {Limits().characters:,})")  # type: ignore[union-attr]


def pictures() -> None:
    """A large figure, decoded, scaled and encoded."""
    noise = np.random.default_rng(1).integers(0, 255, (300, 400, 3), dtype=np.uint8).repeat(10, 0).repeat(10, 1)
    file = io.BytesIO()
    Pillow.fromarray(noise).save(file, "PNG")
    picture = from_bytes(file.getvalue(), "figure")
    seconds = best(lambda: fit(picture, Limits().image_pixels, 10_000_000), 3)
    print(f"4,000 x 3,000 pixels ready to send: {seconds:.2f} s (at most 1)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["facts"]:
        from tests.bench.facts_table import main

        sys.exit(main(*[name for name in sys.argv[2:] if name != "-v"], show="-v" in sys.argv))
    displays()
    tables()
    pictures()
