"""``%nbreason …``: what each subcommand takes and does not take, and what it says; in a terminal's shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbreason.core.events import Answer
from nbreason.core.usage import Money
from nbreason.errors import Refused, UsageError
from nbreason.magics.help import nbreason_help, reason_help
from nbreason.magics.subcommands.panel import remaining
from nbreason.notebook.notebook import notebook_of
from nbreason.rehearsal import Rehearsal
from tests.conftest import Shell

Out = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("undo 3", r"%nbreason undo takes no arguments: drop '3'\. Nothing has changed\."),
        ("redo 3", r"%nbreason redo takes no arguments"),
        ("forget", r"Name a turn by its number: %nbreason forget 3\."),
        ("forget the first", r"Name a turn by its number"),
        ("forget 2", r"There is no turn 2\. %nbreason history lists them\."),
        ("reset foo", r"%nbreason reset takes no arguments: drop 'foo'"),
        ("status foo", "takes no arguments"),
        ("figures foo", "takes no arguments"),
        ("code foo", r"The last answer has 1 code block: use %nbreason code\. Nothing has changed\."),
        ("code 2", r"The last answer has 1 code block"),
        ("cite foo", "takes no arguments"),
        ("doctor --all", "takes no arguments"),
        ("use rehearsal:o3 --figs", r"%nbreason use takes a model and -e EFFORT: .*Nothing has changed\."),
        ("use rehearsal:o3 -e high extra words", r"%nbreason use takes a model and -e EFFORT"),
        ("use rehearsal:o3 high", r"%nbreason use takes a model and -e EFFORT"),
        ("thread --all", r"'--all' is not the name of a thread: use one word, or quotes"),
        ("thread my grading", "'my grading' is not the name of a thread"),
        ("help undu", r"There is no %nbreason undu\. Did you mean undo\?"),
        ("--hepl", "There is no %nbreason --hepl"),
    ],
)
def test_what_a_subcommand_does_not_take_changes_nothing(
    shell: Shell, rehearsal: Rehearsal, capsys: Out, line: str, told: str
) -> None:
    shell.run("%nbreason use rehearsal:o3 -e low")
    shell.run("%reason Why?")
    with pytest.raises(UsageError, match=told) as caught:
        shell.run(f"%nbreason {line}")
    assert "\n" not in str(caught.value)
    capsys.readouterr()
    shell.run("%nbreason status")
    out = capsys.readouterr().out
    assert "rehearsal:o3, effort low" in out
    assert "1 turn, in the order of asking" in out
    shell.run("%reason And?")
    assert len(rehearsal.bodies[-1]["messages"]) == 4


def test_a_threads_name_may_stand_in_quotes(shell: Shell, capsys: Out) -> None:
    shell.run("%nbreason thread 'my grading'")
    shell.run("%reason Why?")
    capsys.readouterr()
    shell.run("%nbreason thread")
    assert "my grading  1" in capsys.readouterr().out


@pytest.mark.parametrize("line", ["%nbreason -h", "%nbreason --help", "%nbreason help", "%nbreason help nbreason"])
def test_help_of_nbreason(shell: Shell, capsys: Out, line: str) -> None:
    shell.run(line)
    assert capsys.readouterr().out.split() == nbreason_help().split()


@pytest.mark.parametrize(
    "line", ["%reason -h", "%reason --help me", "%%reason -h\nWhy?", "%nbreason help reason", "%nbreason help %%reason"]
)
def test_help_of_reason(shell: Shell, rehearsal: Rehearsal, capsys: Out, line: str) -> None:
    shell.run(line)
    assert capsys.readouterr().out.split() == reason_help().split()
    assert rehearsal.posts == 0


@pytest.mark.parametrize("line", ["%nbreason undo -h", "%nbreason undo --help", "%nbreason help undo"])
def test_help_of_one_subcommand(shell: Shell, capsys: Out, line: str) -> None:
    shell.run("%reason Why?")
    capsys.readouterr()
    shell.run(line)
    assert capsys.readouterr().out.strip().startswith("%nbreason undo  take back the last change")
    shell.run("%nbreason history")
    assert "Why?" in capsys.readouterr().out


def test_undo_and_redo_name_what_they_did(shell: Shell, tmp_path: Path, capsys: Out) -> None:
    def line(command: str) -> str:
        capsys.readouterr()
        shell.run(f"%nbreason {command}")
        return capsys.readouterr().out.strip()

    assert [line("undo"), line("redo")] == ["There is nothing to undo.", "There is nothing to redo."]
    shell.run("%reason Why?")
    shell.run("%reason " + "And why so many of them? " * 5)
    shell.run(f"%nbreason export {tmp_path}/talk.json")
    long = '2 "And why so many of them? And why so many of them? And why s…"'
    steps = [
        ("pin 1", 'Turn 1 "Why?" is no longer pinned (redo pins it again).', 'Turn 1 "Why?" is pinned again.'),
        ("pin off 1", 'Turn 1 "Why?" is pinned again (redo unpins it).', 'Turn 1 "Why?" is no longer pinned.'),
        ("forget 2", f"Restored turn {long} (redo removes it again).", f"Removed turn {long} again."),
        (
            "reset",
            "Restored the conversation as it was before the reset: 1 turn (redo removes it again).",
            "Removed 1 turn again.",
        ),
        (
            f"import {tmp_path}/talk.json",
            "Removed 2 turns that had been imported (redo restores them).",
            "Restored 2 turns that had been imported.",
        ),
    ]
    for command, undone, redone in steps:
        line(command)
        assert ("imported" in line("history")) == command.startswith("import")
        assert (line("undo"), line("redo")) == (undone, redone)
    for _ in steps:
        line("undo")
    assert line("undo") == f"Removed turn {long} (redo restores it)."
    assert line("redo") == f"Restored turn {long}."


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ("", "c = 3", "1 line of code (block 3 of 3) put into the next cell: read it before you run it."),
        ("1", "a = 1\nb = 2", "2 lines of code (block 1 of 3) put into the next cell: read them before you run them."),
        ("all", "a = 1\nb = 2\n\npip install x\n\nc = 3", "6 lines of code (all 3 blocks) put into the next cell"),
    ],
)
def test_code_takes_one_block_or_all(shell: Shell, capsys: Out, arguments: str, code: str, told: str) -> None:
    blocks = "```python\na = 1\nb = 2\n```\nor\n~~~sh\npip install x\n~~~\nor\n```\nc = 3\n```"
    shell.run(f"%%reason\nrehearse: echo\n{blocks}")
    capsys.readouterr()
    shell.run(f"%nbreason code {arguments}")
    assert told in capsys.readouterr().out
    assert shell.shell.rl_next_input == code
    with pytest.raises(UsageError, match="The last answer has 3 code blocks: use the number of one, 1 to 3, or all"):
        shell.run("%nbreason code 4")


# Files.


@pytest.mark.parametrize("quote", ['"', "'"])
def test_paths_may_stand_in_quotes(shell: Shell, tmp_path: Path, capsys: Out, quote: str) -> None:
    shell.run("%reason Why?\n")
    for ending in ("md", "json"):
        shell.run(f"%nbreason export {quote}{tmp_path}/my file.{ending}{quote}")
        assert (tmp_path / f"my file.{ending}").is_file()
    shell.run("%nbreason reset")
    shell.run(f"%nbreason import {quote}{tmp_path}/my file.json{quote}")
    assert "1 turn added" in capsys.readouterr().out


def test_a_path_without_quotes_may_have_spaces(shell: Shell, tmp_path: Path) -> None:
    shell.run("%reason Why?\n")
    shell.run(f"%nbreason export {tmp_path}/my file.md")
    assert (tmp_path / "my file.md").is_file()


@pytest.mark.parametrize("ending", ["md", "json"])
def test_a_missing_folder_is_not_made(shell: Shell, tmp_path: Path, ending: str) -> None:
    shell.run("%reason Why?\n")
    with pytest.raises(UsageError, match=r"There is no folder .*/missing: create it.* Nothing was written\."):
        shell.run(f"%nbreason export {tmp_path}/missing/file.{ending}")
    assert not (tmp_path / "missing").exists()


def test_pictures_of_a_transcript_get_their_folder(shell: Shell, tmp_path: Path) -> None:
    shell.run("from nbreason.capture.pixels import png\npicture = png(bytes(60), 5, 4, 3)")
    shell.run("%reason --image picture Why?")
    shell.run(f"%nbreason export {tmp_path}/talk.md")
    assert len(list((tmp_path / "talk_files").iterdir())) == 1


@pytest.mark.parametrize(
    ("path", "told"),
    [(".", r"\. is a folder: name a file"), ("missing.json", "missing.json cannot be read: No such file")],
)
def test_what_is_no_file_cannot_be_imported(shell: Shell, path: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        shell.run(f"%nbreason import {path}")


# What is told.


def test_status_finds_keys_where_the_settings_say_they_are(
    shell: Shell, capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_OWN_KEY", "sk-0123456789")
    shell.run("%config NBReason.endpoints = {'segmind': {'key_env': 'MY_OWN_KEY'}}")
    shell.run("%nbreason status")
    out = capsys.readouterr().out
    assert "MY_OWN_KEY" in out
    assert "the rehearsal answers" not in out


@pytest.mark.parametrize("command", ["status", "doctor"])
def test_the_rehearsal_answers_only_where_it_does(shell: Shell, capsys: Out, command: str) -> None:
    shell.run(f"%nbreason {command}")
    assert "none: the rehearsal answers" in capsys.readouterr().out
    shell.run("%config NBReason.model = 'segmind:o3'")
    shell.run(f"%nbreason {command}")
    out = capsys.readouterr().out
    assert "the rehearsal answers" not in out
    assert "none" in [line.split("found")[1].strip() for line in out.splitlines() if line.startswith("keys found")]


def test_one_of_what_is_left_is_one(shell: Shell) -> None:
    notebook = notebook_of(shell.shell)
    assert notebook is not None
    notebook.session.runner.balances["segmind"] = Money(1, "credits")
    left = remaining(notebook, Answer(rates=(("requests", 1), ("tokens", 1200))))
    assert left == ("segmind: 1 credit left", "1 request left for now", "1,200 tokens left for now")


def test_half_characters_in_a_line_are_replaced(shell: Shell, rehearsal: Rehearsal, capsys: Out) -> None:
    """A lone surrogate is no character: it can be neither sent nor written down."""
    shell.shell.user_ns["line"] = "\ud83d"
    shell.run("get_ipython().run_line_magic('reason', f'-s {line} -t {line} why{line}')")
    assert "\ufffd" in str(rehearsal.bodies[-1]["messages"][0])
    assert rehearsal.bodies[-1]["messages"][-1]["content"] == "why\ufffd"
    shell.run("get_ipython().run_line_magic('nbreason', f'thread {line}')")
    shell.run("get_ipython().run_cell_magic('reason', '', f'and{line}')")
    shell.run("%nbreason history")
    assert "why\ufffd" in capsys.readouterr().out
    assert len(rehearsal.bodies[-1]["messages"]) == 4


def test_a_selector_attaches_what_it_says(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("from IPython.display import Image, display\nfrom nbreason.capture.pixels import png")
    shell.run("for shade in (10, 90): display(Image(png(bytes([shade]) * 4096, 64, 64, 1)))")
    shell.run("display(Image(png(bytes([170]) * 4096, 64, 64, 1)))")
    for selector in ("In[2].1,In[3]", "In[2:3]", "In[2:]", "all", "In[:3]"):
        shell.run(f"%reason --fresh --alone --figs {selector} compare")
    images = [str(body["messages"][-1]).count("data:image/png") for body in rehearsal.bodies]
    assert images == [2, 2, 3, 3, 2]
    with pytest.raises(
        Refused, match=r"No figure In\[7:9\]: this notebook has shown In\[2\]\.1, In\[2\]\.2, In\[3\]\.1"
    ):
        shell.run("%reason --figs In[7:9] compare")
