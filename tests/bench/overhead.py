"""What an ask costs beside the provider's time.

An ask of ours (plan, two durable commits, HTTP, decoding, fold) against a call of the official openai SDK plus one
durable SQLite commit, to the same loopback server, in turn.  Target: at most 2.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from openai import OpenAI

from nbreason.asking.session import Session
from nbreason.config.settings import NBReason
from nbreason.core.parts import Text
from nbreason.core.question import Place, Question
from nbreason.rehearsal import start
from nbreason.store.conversations import Store

ROUNDS = 60


def main() -> None:
    """Print the medians and their ratio."""
    with tempfile.TemporaryDirectory() as home, start(pace=0, think_seconds=0, credits=1e9) as server:
        environment = {"NBREASON_REHEARSAL_URL": server.url}
        session = Session(NBReason(model="rehearsal:o3", replay="off"), Store(Path(home) / "ours"), environment)
        client = OpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0)
        db = sqlite3.connect(Path(home) / "theirs.sqlite", isolation_level=None)
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE answer (text TEXT)")

        def ours(number: int) -> float:
            started = time.perf_counter()
            question = Question((Text(f"question {number}"),), Place("/n.ipynb", f"c{number}/0"), alone=True)
            assert session.ask(question).result().complete
            return time.perf_counter() - started

        def theirs(number: int) -> float:
            started = time.perf_counter()
            stream = client.chat.completions.create(
                model="o3",
                messages=[{"role": "user", "content": f"question {number}"}],
                stream=True,
                stream_options={"include_usage": True},
            )
            text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
            db.execute("INSERT INTO answer VALUES (?)", (text,))
            return time.perf_counter() - started

        pairs = [(ours(number), theirs(number)) for number in range(ROUNDS)][10:]
        mine, sdk = (statistics.median(times) for times in zip(*pairs, strict=True))
        print(f"an ask {mine * 1e3:.1f} ms, SDK and one commit {sdk * 1e3:.1f} ms, ratio {mine / sdk:.2f} (at most 2)")


if __name__ == "__main__":
    main()
