"""What capture costs: noting a display (at most 5 µs, a figure 20 µs), the words of a figure (made when it is shown:
at most a fifth of the time of drawing it), describing a dataframe of 10 million rows (at most 1 s, without a copy),
one of 5,000 columns (within its limit), and a figure of 4,000 x 3,000 pixels (at most 1 s).  ``facts``: the table of
facts (`facts_table.py`) instead, which needs the libraries of the extra ``libraries``; with ``-v`` what is not told,
with a name like ``frames.iris`` of that object only."""

from __future__ import annotations

import io
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

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


def words() -> None:
    """The words of figures beside the time that drawing them takes."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    from nbreason.capture.alt_text import alt_text

    numbers = np.random.default_rng(1)

    def panels(fig: Any) -> None:
        for ax in fig.subplots(4, 4).flat:
            ax.hist(numbers.normal(size=500), bins=20)

    draw: dict[str, Callable[[Any], Any]] = {
        "a line of 1,000 points": lambda fig: fig.subplots().plot(numbers.normal(size=1000)),
        "16 histograms": panels,
        "20 boxes": lambda fig: fig.subplots().boxplot(numbers.normal(size=(100, 20))),
        "a scatter of a million points": lambda fig: fig.subplots().scatter(*numbers.normal(size=(2, 1_000_000))),
    }
    for name, make in draw.items():
        fig = plt.figure()
        make(fig)
        drawn = best(fig.canvas.draw, 3)
        told = best(lambda fig=fig: alt_text(fig), 5)  # type: ignore[misc]
        print(f"words of {name}: {told * 1e3:.1f} ms, {told / drawn:.0%} of drawing it")
        plt.close(fig)


if __name__ == "__main__":
    if sys.argv[1:2] == ["facts"]:
        from tests.bench.facts_table import main

        sys.exit(main(*[name for name in sys.argv[2:] if name != "-v"], show="-v" in sys.argv))
    displays()
    words()
    tables()
    pictures()
