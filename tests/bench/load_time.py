"""What ``%load_ext nbreason`` adds, as a share of ``import httpx, ipywidgets, markdown`` in the same run.

Everything is measured in fresh processes, in turn.  The extension is loaded after IPython is up, as in a kernel.
The peers are imported by a bare Python, which is what the target speaks of; what they would add to a running
IPython, much of which ipywidgets shares, is printed beside it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys

TARGET = 0.1
SHELL = """
import time
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
config = Config()
config.HistoryManager.enabled = False
shell = InteractiveShell.instance(config=config)
shell.run_cell("%load_ext autoreload").raise_error()  # what the first %load_ext of any extension costs
start = time.perf_counter()
{code}
print(time.perf_counter() - start)
"""
LOAD = 'shell.run_cell("%load_ext nbreason").raise_error()'
PEERS = "import httpx, ipywidgets, markdown"
BARE = "import time\nstart = time.perf_counter()\n{code}\nprint(time.perf_counter() - start)"


def seconds(code: str, where: str) -> float:
    """Seconds that `code` takes in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", where.format(code=code)],
        env={name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return float(done.stdout.split()[-1])


def main() -> int:
    """Measure, print, and tell by the exit status whether the target is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    sides = {"load": (LOAD, SHELL), "peers": (PEERS, BARE), "peers in IPython": (PEERS, SHELL)}
    for code, where in sides.values():
        seconds(code, where)  # byte code and file cache
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, (code, where) in sides.items():
            taken[name].append(seconds(code, where))
    load, peers, inside = (statistics.median(values) for values in taken.values())
    print(f"%load_ext nbreason                   {1000 * load:7.1f} ms (medians of {rounds})")
    print(f"import httpx, ipywidgets, markdown   {1000 * peers:7.1f} ms, in a running IPython {1000 * inside:.1f} ms")
    print(f"ratio {load / peers:.3f}, target at most {TARGET}; to the latter {load / inside:.3f}")
    return 0 if load / peers <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
