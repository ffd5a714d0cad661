"""What goes along with a question: expressions in its words, cells, errors, pictures; looked at in what was sent."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from nbreason.capture.pixels import png
from nbreason.errors import Refused, UsageError
from nbreason.rehearsal import Rehearsal
from tests.conftest import Shell, sent


@pytest.fixture(autouse=True)
def no_outputs_of_other_shells(shell: Shell) -> None:
    """IPython keeps what cells have printed for the process, not for the shell."""
    getattr(shell.shell.history_manager, "outputs", {}).clear()


def test_an_expression_in_the_words_is_replaced_and_described(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("import pandas as pd; df = pd.DataFrame({'a': [1, 2]}); x = 3")
    shell.run("%%reason\nWhy has {{df}} {{len(df)}} rows, and is x {{ x }}? Single {braces} stay.")
    assert "Why has `df` 2 rows, and is x 3? Single {braces} stay." in sent(rehearsal)
    assert sent(rehearsal).count('<data name="df" kind="table"') == 1


def test_the_same_thing_is_sent_once(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("import pandas as pd; df = pd.DataFrame({'a': [1, 2]})")
    shell.run("%%reason --with df --with df\n{{df}} and {{df}}")
    assert sent(rehearsal).count('<data name="df"') == 1


def test_an_expression_that_raises_is_reported_and_nothing_is_sent(shell: Shell, rehearsal: Rehearsal) -> None:
    with pytest.raises(Refused, match=r"nope raised NameError.*Nothing was sent\.$"):
        shell.run("%%reason\nWhat is {{ nope }}?")
    assert rehearsal.posts == 0


def test_words_that_a_program_has_put_together_are_not_evaluated(shell: Shell, rehearsal: Rehearsal) -> None:
    """Text from a file or a table could hold braces of somebody else."""
    shell.run("import nbreason; answer = nbreason.ask('{{ 1 / 0 }}')")
    assert "{{ 1 / 0 }}" in sent(rehearsal)


def test_an_awaitable_is_awaited(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("async def table():\n    return [1, 2, 3]")
    shell.run("%reason --with table() what?")
    assert '<data name="table()" kind="' in sent(rehearsal)
    assert "[1, 2, 3]" in sent(rehearsal)


def test_cells_go_with_their_numbers_and_their_output(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("first = 1")
    shell.run("second = 2\nsecond * 21")
    shell.run("%%reason --cells 2\nwhat?")
    assert "  1 first = 1" in sent(rehearsal)
    assert "  1 second = 2\n  2 second * 21\nOutput:\n42" in sent(rehearsal)


def test_the_last_cell_goes_without_a_number_and_named_cells_by_theirs(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("first = 1")
    shell.run("second = 2")
    shell.run("%%reason --cells\nwhat?")
    assert "second = 2" in sent(rehearsal)
    assert "first = 1" not in sent(rehearsal)
    shell.run("%%reason --cells In[1:2]\nwhat now?")
    assert "first = 1" in sent(rehearsal)
    assert "second = 2" not in sent(rehearsal)


def test_a_cell_that_says_skip_and_cells_that_only_ask_stay_out(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("# reason: skip\nprivate = 1")
    shell.run("shown = 1")
    shell.run("%reason hello")
    shell.run("%%reason --alone --cells 9\nwhat?")
    assert "private" not in sent(rehearsal)
    assert "shown = 1" in sent(rehearsal)
    assert "hello" not in sent(rehearsal)


def test_a_cell_that_is_not_there_is_refused_with_those_that_are(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("first = 1")
    with pytest.raises(Refused, match=r"No cell matches --cells In\[77\]: cells In\[1\] to In\[1\] can be attached"):
        shell.run("%%reason --cells In[77]\nwhat?")


def failing(shell: Shell, code: str) -> None:
    shell.shell.run_cell(code, store_history=True)


def test_the_last_error_goes_with_its_cell_and_the_persons_own_frames(shell: Shell, rehearsal: Rehearsal) -> None:
    failing(shell, "import json\ndef half(value):\n    text = 'not json'\n    return json.loads(text)\nhalf(3)")
    shell.run("%%reason --error\nwhy?")
    text = sent(rehearsal)
    assert '<data name="In[1]" kind="error" type="JSONDecodeError">' in text
    assert "JSONDecodeError: Expecting value" in text
    assert ">    4     return json.loads(text)" in text
    assert "value = 3" in text
    assert "text = 'not json'" in text
    assert "… 3 frames in Python …" in text


def test_local_variables_can_be_left_out_and_secrets_are_scrubbed(shell: Shell, rehearsal: Rehearsal) -> None:
    key = "sk-" + "a1B2" * 8
    failing(shell, f"def call():\n    token = '{key}'\n    raise ValueError(token)\ncall()")
    shell.run("%config NBReason.variables = False")
    shell.run("%%reason --error\nwhy?")
    assert key not in sent(rehearsal)
    assert "[an OpenAI-style key was here]" in sent(rehearsal)
    assert "      token = " not in sent(rehearsal)


def test_errors_of_this_package_are_not_the_persons_own(shell: Shell, rehearsal: Rehearsal) -> None:
    failing(shell, "1 / 0")
    failing(shell, "%reason --nonsense x")
    shell.run("%%reason --error\nwhy?")
    assert "ZeroDivisionError" in sent(rehearsal)


def test_without_an_error_there_is_nothing_to_attach(shell: Shell) -> None:
    with pytest.raises(UsageError, match="No cell has raised an error yet"):
        shell.run("%%reason --error\nwhy?")


def test_a_picture_goes_from_a_file_or_a_variable(shell: Shell, rehearsal: Rehearsal, tmp_path: Path) -> None:
    (tmp_path / "dots.png").write_bytes(png(bytes(18), 3, 2, 3))
    shell.names["picture"] = png(bytes(60), 5, 4, 3)
    shell.run(f"%reason --image {tmp_path / 'dots.png'} --image picture what?")
    images = [part for part in rehearsal.bodies[-1]["messages"][-1]["content"] if part["type"] == "image_url"]
    assert len(images) == 2


def test_a_picture_goes_from_a_data_uri_or_stays_on_the_web(shell: Shell, rehearsal: Rehearsal) -> None:
    uri = f"data:image/png;base64,{b64encode(png(bytes(18), 3, 2, 3)).decode()}"
    shell.run(f"%reason --image {uri} --image https://example.org/peaks.png?size=2 --detail low what?")
    images = [part["image_url"] for part in rehearsal.bodies[-1]["messages"][-1]["content"] if part["type"] != "text"]
    assert images == [{"url": uri, "detail": "low"}, {"url": "https://example.org/peaks.png?size=2", "detail": "low"}]


def test_a_picture_on_the_web_is_in_the_history_and_in_exports_by_its_address(
    shell: Shell, rehearsal: Rehearsal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run("%reason --image https://example.org/peaks.png what?")
    shell.run("%reason and why?")
    (content, *_) = [message["content"] for message in rehearsal.bodies[-1]["messages"] if message["role"] == "user"]
    assert content[0]["image_url"] == {"url": "https://example.org/peaks.png"}
    shell.run(f"%nbreason export {tmp_path}/talk.json")
    shell.run("%nbreason reset")
    shell.run(f"%nbreason import {tmp_path}/talk.json")
    shell.run(f"%nbreason export {tmp_path}/talk.md")
    text = (tmp_path / "talk.md").read_text()
    assert "> https://example.org/peaks.png" in text
    assert "![" not in text
    shell.run("%reason -n --image https://example.org/peaks.png what?")
    assert "https://example.org/peaks.png: a picture that the provider fetches" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("data:image/png;base64," + "A" * 3_000_000, "the data: URI is not a picture"),
        ("data:image/png;base64," + "#" * 3_000_000, "is not base64"),
        ("data:image/png," + "A" * 3_000_000, "is not of the form data:image/png;base64"),
        ("https://example.org/" + "A" * 3_000_000, "has more than 2,000 characters"),
        ("http://example.org/a.png", "is not an https:// address; download the picture"),
        ("https:///a.png", "has no host"),
        ("B" * 3_000_000, "cannot be read"),
    ],
)
def test_an_address_that_cannot_be_a_picture_is_one_short_line(
    shell: Shell, rehearsal: Rehearsal, name: str, told: str
) -> None:
    with pytest.raises(Refused) as caught:
        shell.run(f"%reason --image {name} what?")
    assert told in str(caught.value)
    assert len(str(caught.value)) < 500
    assert rehearsal.posts == 0


@pytest.mark.parametrize("line", ["--image https://example.org/a.png", "--detail high"])
def test_what_is_not_documented_of_pictures_is_refused(shell: Shell, rehearsal: Rehearsal, line: str) -> None:
    shell.run(f"%config NBReason.endpoints = {{'compatible': '{rehearsal.url}'}}")
    with pytest.raises(Refused, match="compatible:my-model is not documented to"):
        shell.run(f"%reason -m compatible:my-model {line} what?")
    with pytest.raises(Refused, match="'hi' is not a level of detail: use low, high, auto"):
        shell.run("%reason --detail hi what?")
    assert rehearsal.posts == 0


def test_what_holds_no_picture_is_not_sent_as_one(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.names["number"] = 3
    with pytest.raises(Refused, match="number is not a picture"):
        shell.run("%reason --image number what?")
    assert rehearsal.posts == 0


# Secrets.

KEY = "sk-" + "a1B2" * 8


@pytest.mark.parametrize(
    "line", [f"%reason use {KEY}", "%reason --with leak what?", "%reason use plain-configured-key"]
)
def test_a_secret_is_not_sent(shell: Shell, rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setenv("SEGMIND_API_KEY", "plain-configured-key")
    shell.names["leak"] = {"key": KEY}
    with pytest.raises(
        Refused, match=r"This would send (an OpenAI-style key|the key in SEGMIND_API_KEY) in "
    ) as caught:
        shell.run(line.replace("%reason", "%reason -m rehearsal:o3"))
    assert KEY not in str(caught.value)
    assert rehearsal.posts == 0


def test_the_person_can_allow_it(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("%config NBReason.secrets = 'off'")
    shell.run(f"%reason use {KEY}")
    assert rehearsal.posts == 1


def test_where_nobody_can_be_asked_asking_means_no(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("%config NBReason.secrets = 'ask'")
    with pytest.raises(Refused, match="This would send an OpenAI-style key"):
        shell.run(f"%reason use {KEY}")
    assert rehearsal.posts == 0


def test_the_dry_run_tells_what_the_scan_found(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run(f"%reason -n use {KEY}")
    assert "found an OpenAI-style key in the question" in capsys.readouterr().out


def test_mail_addresses_are_masked_in_data_where_that_is_set(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run(
        "import pandas as pd; people = pd.DataFrame({'mail': ['ada@example.org'] * 3, 'key': ['KEY'] * 3})".replace(
            "KEY", KEY
        )
    )
    shell.run("%config NBReason.mask = True")
    shell.run("%reason --with people who?")
    assert "ada@example.org" not in sent(rehearsal)
    assert KEY not in sent(rehearsal)
    assert "[an e-mail address was here]" in sent(rehearsal)


def test_the_estimate_learns_from_what_was_reported(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run("%reason -n hello")
    assert "judging by earlier answers of this model" not in capsys.readouterr().out
    shell.run("%reason hello")
    capsys.readouterr()
    shell.run("%reason -n hello again")
    assert "judging by earlier answers of this model, about" in capsys.readouterr().out


def test_the_words_about_a_figure_are_masked_too(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("import matplotlib; matplotlib.use('agg')\nfrom matplotlib.figure import Figure")
    shell.run(f"figure = Figure()\n_ = figure.subplots().set(title='of ada@example.org', xlabel='{KEY}')")
    shell.run("%config NBReason.mask = True")
    shell.run("%reason --image figure who?")
    assert "ada@example.org" not in sent(rehearsal)
    assert KEY not in sent(rehearsal)
    assert 'title "of [an e-mail address was here]"' in sent(rehearsal)


def test_half_a_character_anywhere_does_not_keep_a_question_from_being_sent(shell: Shell, rehearsal: Rehearsal) -> None:
    half = "\\ud83d"
    shell.run(f"words = 'broken {half} text'; import pandas as pd; table = pd.DataFrame({{words: [words]}})")
    shell.run(f"def fail(note='{half}'):\n    raise ValueError(words)")
    failing(shell, "fail()")
    shell.run("%%reason --with words --with table --with [words] --with fail --error --cells 2\n{{words}} \ud83d end?")
    assert sent(rehearsal).count("broken \ufffd text") >= 5
    assert sent(rehearsal).endswith("broken \ufffd text \ufffd end?")
