"""The faults of docs/reliability.md with the official openai SDK, and with a session of ours, side by side.

    python -m tests.bench.faults_sdk            # prints the table; takes some minutes
    python -m tests.bench.faults_sdk 33 34      # some rows, each case on a line of its own
    python -m tests.bench.faults_sdk --write    # renews the table in docs/reliability.md

Exits with 1 when ours misses what must happen.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.bench.side_by_side import helpers
from tests.bench.side_by_side.case import Case, Got, Must
from tests.bench.side_by_side.cases import cases
from tests.bench.side_by_side.clients import meet, ours, sdk
from tests.bench.side_by_side.reaching import answers
from tests.bench.side_by_side.table import Pair, block, in_words, met, renewed
from tests.faults.conftest import WAYS
from tests.tables import PAGES


def main() -> int:
    """Print the table, or write it."""
    options = argparse.ArgumentParser(description="The faults with the openai SDK and with nbreason.")
    options.add_argument("rows", type=int, nargs="*", help="only these rows, each case on a line")
    options.add_argument("--write", action="store_true", help="renew the table in docs/reliability.md")
    given = options.parse_args()
    if given.rows and given.write:
        options.error("--write needs all rows")
    control()
    pairs = [run(case, bool(given.rows)) for case in cases() if not given.rows or case.row in given.rows]
    if given.write:
        page = PAGES["fault"]
        cut = helpers.in_words()
        page.write_text(renewed(page.read_text(encoding="utf-8"), pairs, cut), encoding="utf-8")
    elif not given.rows:
        print(block(pairs, helpers.in_words()))
    missed = [case for case, _, mine in pairs if not met(case, mine)]
    for case in missed:
        print(f"nbreason misses row {case.row}: {name(case)}", file=sys.stderr)
    return 1 if missed else 0


def control() -> None:
    """Without a fault both get the whole answer on each way; it also loads what each of them loads at first use."""
    for way in WAYS.values():
        case = Case(0, way, Must.WHOLE, answers)
        for client, got in zip(("openai SDK", "nbreason"), both(case), strict=True):
            assert met(case, got), f"{client} without a fault: {got}"


def both(case: Case) -> tuple[Got, Got]:
    """What comes of a case with the SDK, and with ours."""
    with tempfile.TemporaryDirectory() as folder:
        return meet(case, sdk, Path(folder) / "theirs"), meet(case, ours, Path(folder) / "ours")


def run(case: Case, show: bool) -> Pair:
    """Have both clients meet one case."""
    theirs, mine = both(case)
    if show:
        print(f"{case.row} {name(case)} (must: {case.must.value})")
        print(f"    openai SDK: {line(case, theirs)}\n    nbreason:   {line(case, mine)}")
    else:
        print(".", end="", file=sys.stderr, flush=True)
    return case, theirs, mine


def name(case: Case) -> str:
    return f"{case.way.wire}, {'streamed' if case.way.streamed else 'whole'} {case.variant}".strip()


def line(case: Case, got: Got) -> str:
    waits = f", waits {', '.join(f'{seconds:.1f}' for seconds in got.waits)} s" if got.waits else ""
    return f"{'met' if met(case, got) else 'NOT MET'}: {in_words(case, got)}{waits}"


if __name__ == "__main__":
    sys.exit(main())
