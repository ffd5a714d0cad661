"""What an export of saved answers says that nobody without a key will see."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from nbreason.answers.keyless import misses
from nbreason.core.events import Answer
from nbreason.core.parts import Text
from nbreason.rehearsal import Rehearsal
from nbreason.store.exchanges import Exchange
from tests.conftest import Shell

WHOLE = Answer("so", finish="stop")


def turn(cell: str, text: str, answer: Answer = WHOLE, question_hash: str = "q") -> Exchange:
    return Exchange(f"{cell}/0", "segmind:o3", 0.0, None, "", "d", question_hash, (Text(text),), answer)


def saved(folder: Path, **sources: str) -> Path:
    cells = [{"id": name, "cell_type": "code", "source": source} for name, source in sources.items()]
    path = folder / "lesson.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    return path


def test_whole_answers_to_what_the_notebook_asks_are_none(tmp_path: Path) -> None:
    path = saved(tmp_path, a="%%reason --figs\nWhy\nnow?\n", b="x = 1", c="%reason {{ what }}?", d="%reason -n Free?")
    assert misses([turn("a", "Why\nnow?"), turn("c", "that?")], {"a/0"}, path) == []
    assert misses([turn("a", "Why?")], set(), tmp_path / "nowhere.ipynb") == []


def test_each_question_that_has_no_answer_is_named_with_the_reason(tmp_path: Path) -> None:
    path = saved(
        tmp_path, a="%%reason -e high\nWhy not?", b="answer = %reason Never asked?", c="%%reason\nNor this?\nx"
    )
    turns = [
        turn("a", "Why?"),
        turn("x", "Stopped?", replace(WHOLE, finish="interrupted")),
        turn("y", "Old?", WHOLE, ""),
    ]
    assert misses(turns, set(), path) == [
        "Why?: it was edited since and not asked again",
        "Stopped?: its answer is incomplete",
        "Old?: an earlier version of nbreason saved it, and the turns above have changed since",
        "Never asked?: it has not been asked",
        "Nor this?: it has not been asked",
    ]


@pytest.mark.parametrize("text", ["", "[]", '{"cells": 1}', '{"cells": [{"id": 1}]}', "[" * 100_000])
def test_a_damaged_notebook_is_not_looked_at(tmp_path: Path, text: str) -> None:
    (tmp_path / "lesson.ipynb").write_text(text)
    assert misses([turn("a", "Why?")], set(), tmp_path / "lesson.ipynb") == []


def test_an_export_for_replay_holds_all_threads_and_tells_what_is_missing(
    shell: Shell,
    rehearsal: Rehearsal,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("NBREASON_NOTEBOOK", str(tmp_path / "lesson.ipynb"))

    def exported() -> str:
        capsys.readouterr()
        shell.run("%nbreason export --replay")
        return " ".join(capsys.readouterr().out.split())

    shell.run("%reason Why?")
    shell.run("%reason --thread aside And here?")
    file = tmp_path / "lesson.reason.json"
    without = "with this file next to it, the notebook runs without a key."
    assert exported() == f"2 answers written to {file}: {without}"
    shell.run("%%reason\nHow?\nrehearse: length")
    shell.shell.config.NBReason.system = "Be brief."
    told = exported()
    assert told.startswith(
        f"2 answers written to {file}. Without a key, these questions have no answer: How?: its answer"
    )
    assert "every question: your configuration adds instructions" in told
    assert told.endswith("`nbreason replay check lesson.ipynb` in a terminal runs it without a key.")
    before = file.read_text()
    shell.run("%config NBReason.replay = 'only'")
    assert exported() == "NBReason.replay is 'only': the replay file is left as it is."
    assert file.read_text() == before
