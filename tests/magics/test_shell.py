"""The magics in a real shell: a terminal, in which errors are raised to the test."""

from __future__ import annotations

from typing import Any

import pytest
from traitlets import TraitError

from nbreason.core.events import Answer
from nbreason.errors import NBReasonError, Refused, UsageError
from nbreason.notebook.notebook import notebook_of
from nbreason.rehearsal import Rehearsal
from tests.conftest import Shell


def last_words(rehearsal: Rehearsal) -> str:
    """What the person said last, as the server received it."""
    content = rehearsal.bodies[-1]["messages"][-1]["content"]
    return str(content if isinstance(content, str) else content[-1]["text"])


def test_the_cell_is_the_question_and_its_answer_is_printed_with_its_line(
    shell: Shell, rehearsal: Rehearsal, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run("%%reason\nWhy?\nrehearse: echo\nTwo **groups**.")
    out = capsys.readouterr().out
    assert "Two **groups**." in out
    assert "rehearsal:o3 · " in out
    assert "play credits left (this ask " in out
    assert rehearsal.posts == 1


def test_words_behind_the_options_and_the_cell_are_one_question(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("%%reason -e high Look here:\nWhy?\n\nReally?\n")
    assert last_words(rehearsal) == "Look here:\nWhy?\n\nReally?"
    assert rehearsal.bodies[0]["reasoning_effort"] == "high"


@pytest.mark.parametrize(
    "words",
    [
        r"Is $x$ or {x} or $\frac{a}{b}$ or ${x} meant here",
        "Is $x or {x} meant",
        "What's up, isn't it",
        'He said "no',
        "Is 5 % of 3 and !ls or ?x a thing",
        "Why does this histogram have two peaks?",
        "And the mean?",
        "really??",
    ],
)
def test_the_question_goes_as_it_was_typed(shell: Shell, rehearsal: Rehearsal, words: str) -> None:
    """In a line as in a cell, although IPython replaces {x} and $x and reads question marks as calls for help."""
    shell.names["x"] = "REPLACED"
    shell.run(f"%reason {words}")
    assert last_words(rehearsal) == words
    shell.run(f"%%reason --alone\n{words}")
    assert last_words(rehearsal) == words


def test_the_answer_is_in_reason_and_into(shell: Shell) -> None:
    shell.run("%reason -o first Why?")
    shell.run("%reason And then?")
    first, last = shell.names["first"], shell.names["_reason"]
    assert isinstance(first, Answer)
    assert "Why?" in first.text
    assert "And then?" in last.text


def test_a_failed_ask_leaves_the_last_answer_where_it_was(shell: Shell) -> None:
    shell.run("%reason Why?")
    before = shell.names["_reason"]
    with pytest.raises(NBReasonError):
        shell.run("%%reason -o other\nWhy?\nrehearse: error 500")
    assert shell.names["_reason"] is before
    assert "other" not in shell.names


def test_a_dry_run_shows_what_would_be_sent_and_sends_nothing(
    shell: Shell, rehearsal: Rehearsal, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.names["table"] = [1, 2, 3]
    shell.run("%%reason -n -m segmind:o3 -e high --max-tokens 900 --with table\nWhy?")
    out = capsys.readouterr().out
    for piece in (
        "nothing was sent",
        "segmind:o3",
        "effort high",
        "at most 900 output tokens",
        "Why?",
        "table",
        "estimate",
    ):
        assert piece in out
    assert rehearsal.requests == 0
    shell.run("%nbreason history")
    assert "Nothing has been asked" in capsys.readouterr().out
    assert "_reason" not in shell.names


def test_expressions_are_attached_under_their_own_words(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("import pandas as pd\ndf = pd.DataFrame({'a': [1, 2], 'b': [3.0, 4.5], 'c': list('xy')})")
    shell.run('%reason --with df[["a", "b"]] --with len(df) Why?')
    sent = last_words(rehearsal)
    assert 'name="df[[' in sent
    assert "len(df)" in sent
    assert "1,2,4.5" in sent
    assert "xy" not in sent
    assert sent.endswith("Why?")


def test_a_figure_that_was_shown_is_attached(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("from IPython.display import Image, display\nfrom nbreason.capture.pixels import png")
    shell.run("for shade in (10, 90): display(Image(png(bytes([shade]) * 4096, 64, 64, 1)))")
    shell.run("%reason --figs Why?")
    shell.run("%reason --alone --figs 2 Compare them.")
    images = [str(body["messages"][-1]).count("data:image/png") for body in rehearsal.bodies]
    assert images == [1, 2]


@pytest.mark.parametrize(
    ("line", "kind", "told"),
    [
        ("%reason", UsageError, "There is no question"),
        ("%%reason\n   \n", UsageError, "There is no question"),
        ("%reason --modle o3 Why?", UsageError, "Did you mean --model"),
        ("%reason -m segmint:o3 Why?", Refused, "Did you mean segmind:o3"),
        ("%reason -m segmind:o3 Why?", Refused, "set SEGMIND_API_KEY"),
        ("%reason --with nothing_here Why?", Refused, "NameError.*nothing_here"),
        ("%reason --with 1/0 Why?", Refused, "ZeroDivisionError: division by zero"),
        ("%reason --with 1+ Why?", Refused, "SyntaxError"),
        ("%reason --figs Why?", Refused, "[Nn]o figure"),
        ("%reason --figs In[77] Why?", Refused, "[Nn]o figure"),
        ("%reason -e enormous Why?", Refused, "the effort 'enormous'"),
        ("%nbreason modles", UsageError, "Did you mean models"),
        ("%nbreason use", UsageError, "Name a model"),
        ("%nbreason use segmint:o3", Refused, "Did you mean segmind:o3"),
        ("%nbreason use rehearsal:o3 -e enormous", UsageError, "the effort 'enormous'"),
        ("%nbreason models segmint", UsageError, "Did you mean segmind"),
        ("%nbreason credits nobody", UsageError, "Available: "),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_sent(
    shell: Shell, rehearsal: Rehearsal, line: str, kind: type[Exception], told: str
) -> None:
    with pytest.raises(kind, match=told) as caught:
        shell.run(line)
    assert "\n" not in str(caught.value)
    assert rehearsal.posts == 0


def test_an_attached_expression_that_is_interrupted_interrupts(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("def stop():\n    raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        shell.run("%reason --with stop() Why?")
    assert rehearsal.posts == 0


def test_an_awaitable_is_awaited(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("async def table():\n    return 'forty-two'")
    shell.run("%reason --with table() Why?")
    assert "forty-two" in last_words(rehearsal)


def test_status_tells_model_conversation_keys_and_place(
    shell: Shell, rehearsal: Rehearsal, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIML_API_KEY", "sk-0123456789")
    shell.run("%nbreason use rehearsal:o3 -e low")
    shell.run("%reason Why?")
    capsys.readouterr()
    shell.run("%nbreason status")
    out = capsys.readouterr().out
    for piece in ("rehearsal:o3, effort low", "1 turn", "conversations.sqlite", "AIML_API_KEY"):
        assert piece in out
    assert "sk-0123456789" not in out


def test_use_sets_the_model_for_this_kernel(
    shell: Shell, rehearsal: Rehearsal, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run("%nbreason use rehearsal:o3-mini -e low")
    assert "rehearsal:o3-mini, effort low is now the default" in capsys.readouterr().out
    shell.run("%reason Why?")
    assert (rehearsal.bodies[0]["model"], rehearsal.bodies[0]["reasoning_effort"]) == ("o3-mini", "low")
    shell.run("%nbreason use segmind:o3")
    assert "There is no key for it yet: set SEGMIND_API_KEY" in capsys.readouterr().out
    shell.run("%config NBReason.model = 'rehearsal:o1'")
    shell.run("%reason Why then?")
    assert rehearsal.bodies[-1]["model"] == "o1"


def test_models_lists_each_with_what_it_takes(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run("%nbreason models")
    everything = capsys.readouterr().out
    shell.run("%nbreason models segmind")
    few = capsys.readouterr().out
    for name in ("segmind:o3", "segmind:o3-mini", "segmind:o1-preview"):
        assert name in everything
        assert name in few
    assert "rehearsal:o3" in everything
    assert "rehearsal:" not in few
    assert "set SEGMIND_API_KEY" in few


def test_credits_tells_what_is_left(
    shell: Shell, rehearsal: Rehearsal, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.run("%nbreason credits")
    assert "No key is set" in capsys.readouterr().out
    shell.run("%nbreason credits rehearsal")
    assert "100.0 play credits" in capsys.readouterr().out
    monkeypatch.setenv("SEGMIND_API_KEY", "k")
    monkeypatch.setenv("NBREASON_SEGMIND_URL", rehearsal.url)
    shell.run("%nbreason credits")
    assert "100.0 credits" in capsys.readouterr().out
    assert rehearsal.posts == 0


def test_history_shows_the_turns_and_reset_starts_a_new_conversation(
    shell: Shell, rehearsal: Rehearsal, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run("%reason Why?")
    with pytest.raises(NBReasonError):
        shell.run("%%reason\nAnd now?\nrehearse: error 500")
    capsys.readouterr()
    shell.run("%nbreason history")
    out = capsys.readouterr().out
    assert "Why?" in out
    assert "And now?" in out
    assert "failed" in out
    assert "rehearsal:o3" in out
    shell.run("%nbreason reset")
    assert "2 turns removed" in capsys.readouterr().out
    shell.run("%nbreason history")
    assert "Nothing has been asked" in capsys.readouterr().out
    shell.run("%reason Afresh?")
    assert "Why?" not in str(rehearsal.bodies[-1])


@pytest.mark.parametrize("line", ["%nbreason", "%nbreason help", "%nbreason   "])
def test_help_lists_the_subcommands(shell: Shell, capsys: pytest.CaptureFixture[str], line: str) -> None:
    shell.run(line)
    out = capsys.readouterr().out
    assert "%nbreason status" in out
    assert "%nbreason reset" in out


@pytest.mark.parametrize("line", ["%%reason?", "%reason?", "?reason"])
def test_a_question_mark_behind_a_magic_shows_its_help(shell: Shell, line: str, rehearsal: Rehearsal) -> None:
    shown: list[Any] = []
    shell.shell.set_hook("show_in_pager", lambda self, data, start=0, screen_lines=0: shown.append(data))
    shell.run(line)
    assert rehearsal.posts == 0
    assert "--dry-run" in str(shown[0])


def test_ask_from_python_gives_the_same_answer_and_joins_the_conversation(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("import nbreason\nfirst = nbreason.ask('Why?\\nrehearse: echo\\nTwo groups.')")
    shell.run("second = await nbreason.aask('And then?\\nrehearse: echo\\nThree.')")
    shell.run("%%reason -o third\nWhat else?\nrehearse: echo\nNothing.")
    texts = [shell.names[name].text for name in ("first", "second", "third")]
    assert texts == ["Two groups.", "Three.", "Nothing."]
    assert [len(body["messages"]) for body in rehearsal.bodies] == [2, 4, 6]


def test_things_given_to_ask_go_by_the_name_of_their_variable(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("import nbreason\nheights = [1, 2, 3]\nanswer = nbreason.ask('Why?', heights, [9], data={'w': {'k': 5}})")
    sent = last_words(rehearsal)
    assert "heights" in sent
    assert "attachment 2" in sent
    assert 'name="w"' in sent


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("nbreason.ask('Why?', modle='o3')", r"ask\(\) has no option 'modle'\. Did you mean model\?"),
        ("nbreason.ask('  ')", "There is no question"),
        ("nbreason.ask('Why?', figs=True)", "[Nn]o figure"),
        ("nbreason.ask('Why?', model='segmint:o3')", r"Did you mean segmind:o3\?"),
        ("await nbreason.aask('Why?', model='segmint:o3')", r"Did you mean segmind:o3\?"),
    ],
)
def test_ask_refuses_in_one_line(shell: Shell, rehearsal: Rehearsal, call: str, told: str) -> None:
    shell.run("import nbreason")
    with pytest.raises(NBReasonError, match=told):
        shell.run(call)
    assert rehearsal.posts == 0


def test_unloading_takes_the_magics_away_and_loading_again_brings_them_back(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run("%unload_ext nbreason")
    assert notebook_of(shell.shell) is None
    capsys.readouterr()
    shell.shell.run_cell("%reason Why?")
    assert "not found" in "".join(capsys.readouterr())
    shell.run("%load_ext nbreason")
    shell.run("%reason Why?")
    assert "Why?" in shell.names["_reason"].text


def test_loading_twice_is_loading_once(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run("%load_ext nbreason")
    shell.run("%reload_ext nbreason")
    capsys.readouterr()
    assert [type(item).__name__ for item in shell.shell.configurables].count("NBReason") == 1
    shell.run("%reason -o once Why?")
    assert "Why?" in shell.names["once"].text


@pytest.mark.parametrize(
    ("setting", "value"), [("timeout", 0), ("timeout", "soon"), ("live", "perhaps"), ("rows", -1), ("columns", 0)]
)
def test_settings_reject_what_makes_no_sense(shell: Shell, setting: str, value: object) -> None:
    notebook = notebook_of(shell.shell)
    assert notebook is not None
    with pytest.raises(TraitError):
        setattr(notebook.settings, setting, value)


def test_a_home_that_cannot_be_written_is_told_once_and_the_answer_given(
    rehearsal: Rehearsal,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
    capsys: pytest.CaptureFixture[str],
    shell: Shell,
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("NBREASON_HOME", str(tmp_path / "file" / "home"))
    shell.run("%reason Why?")
    assert capsys.readouterr().out.count("The conversation is not saved") == 1
    shell.run("%reason And then?")
    assert "not saved" not in capsys.readouterr().out
    assert "Why?" in str(rehearsal.bodies[-1])
