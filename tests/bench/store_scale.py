"""Does the store stay as fast when it fills?  Opening it and fetching a context of 20 turns, at 100 and at 100,000
stored turns, in turn; the ratio is the figure, and the target is at most 1.2."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from nbreason.core.events import Answer
from nbreason.core.parts import Text
from nbreason.core.question import Place, Question
from nbreason.store.conversations import Store

HERE = Place("/here.ipynb")


def fill(folder: Path, turns: int) -> None:
    """Twenty turns of one notebook among `turns` of many."""
    store = Store(folder)
    for number in range(20):
        asked = Question((Text(f"question {number}"),), Place(HERE.notebook, f"cell{number}/0"))
        store.finish(store.begin(asked, "m", f"d{number}"), "done", Answer("answer " * 100, finish="stop"))
    with store.database.write() as db:
        for number in range((turns - 20) // 20):
            db.execute(
                "INSERT INTO conversation (notebook, thread, created_at) VALUES (?, '', 0)", (f"/{number}.ipynb",)
            )
            db.execute(
                "INSERT INTO turn (conversation_id, owner, place, current, state, asked_at, process, asked, question,"
                " digest, answer) SELECT last_insert_rowid(), owner, place, 1, state, asked_at, 1, asked, question,"
                f" digest || '-{number}', answer FROM turn WHERE conversation_id = 1"
            )


def seconds(folder: Path) -> float:
    """Open the store and fetch the context, once."""
    started = time.perf_counter()
    turns = Store(folder).turns_before(HERE)
    spent = time.perf_counter() - started
    assert len(turns) == 20
    return spent


def main() -> None:
    """Print the medians and their ratio."""
    with tempfile.TemporaryDirectory() as home:
        small, large = Path(home) / "small", Path(home) / "large"
        fill(small, 100)
        fill(large, 100_000)
        pairs = [(seconds(small), seconds(large)) for _ in range(200)][20:]
        few, many = (statistics.median(times) for times in zip(*pairs, strict=True))
        print(f"100 turns {few * 1e3:.2f} ms, 100,000 turns {many * 1e3:.2f} ms, ratio {many / few:.2f} (at most 1.2)")


if __name__ == "__main__":
    main()
