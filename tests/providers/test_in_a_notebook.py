"""Models, formats and parameters as they are typed in a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nbreason.errors import MissingKey, NBReasonError, Refused, UsageError
from nbreason.magics.completion import models
from nbreason.magics.parser import parse
from nbreason.magics.subcommands import SUBCOMMANDS
from nbreason.notebook.notebook import notebook_of
from nbreason.providers import providers
from nbreason.rehearsal import Rehearsal
from nbreason.rehearsal import start as start_rehearsal
from tests.conftest import DUMMY_KEY, Shell

from .test_contract import SEEDS


def printed(shell: Shell, line: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What a line shows in a terminal."""
    capsys.readouterr()
    shell.run(line)
    return capsys.readouterr().out


def test_one_table_shows_every_provider_with_and_without_its_key(
    shell: Shell, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", DUMMY_KEY)
    monkeypatch.setenv("SEGMIND_API_KEY", "<YOUR KEY>")
    text = printed(shell, "%nbreason models", capsys)
    assert set() == {name for name in SEEDS if f"{name} " not in text}
    assert set() == {provider.title for provider in providers().values() if provider.title not in text}
    lines = text.splitlines()
    assert any("openai:o3 " in line and line.endswith("in OPENAI_API_KEY") for line in lines)
    assert any("segmind:o3 " in line and line.endswith("unusable in SEGMIND_API_KEY") for line in lines)
    assert any("aimlapi:o3 " in line and line.endswith("set AIMLAPI_API_KEY") for line in lines)
    assert any("ollama:NAME" in line and line.endswith("not needed") for line in lines)
    assert any("segmind:o3-mini" in line and " no " in line and "low medium high" in line for line in lines)
    assert DUMMY_KEY not in text


def test_the_table_of_one_provider_and_a_wrong_name(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(shell, "%nbreason models segmind", capsys)
    assert "segmind:o1-preview" in text
    assert "aimlapi" not in text
    with pytest.raises(UsageError, match="Did you mean segmind"):
        shell.run("%nbreason models segmnd")


def test_aliases_and_models_of_the_settings_are_in_the_table(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run("%config NBReason.aliases = {'fast': 'rehearsal:o3-mini'}")
    shell.run(
        "%config NBReason.models = {'ollama:qwen3-vl': {'images': 3, 'window': 32000}, 'ollama:*': {'images': 1}}"
    )
    text = printed(shell, "%nbreason models", capsys)
    assert "Aliases: fast = rehearsal:o3-mini." in text
    assert any("ollama:qwen3-vl" in line and "up to 3" in line and "32k" in line for line in text.splitlines())
    assert "ollama:*" not in text
    shell.run("%nbreason use fast -e low")
    shell.run("%reason Why?")
    assert ("rehearsal:o3-mini", "low") == (shell.names["_reason"].requested_model, shell.names["_reason"].effort)


def test_credits_ask_each_account_that_has_a_key_once(
    shell: Shell, rehearsal: Rehearsal, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No key is set" in printed(shell, "%nbreason credits", capsys)
    for name in ("SEGMIND", "AIMLAPI", "OPENROUTER", "OPENAI"):
        monkeypatch.setenv(f"{name}_API_KEY", DUMMY_KEY)
        monkeypatch.setenv(f"NBREASON_{name}_URL", rehearsal.url)
    lines = printed(shell, "%nbreason credits", capsys).splitlines()[2:]
    assert ["AI/ML API", "OpenAI", "OpenRouter", "Segmind"] == sorted(line.split("  ")[0] for line in lines)
    assert any(line.startswith("Segmind ") and "credits" in line for line in lines)
    assert any(line.startswith("AI/ML API ") and "$" in line for line in lines)
    assert any(line.startswith("OpenAI ") and line.endswith("not reported") for line in lines)


def test_a_schema_of_the_notebook_gives_an_object(shell: Shell) -> None:
    pytest.importorskip("pydantic")
    shell.run("from dataclasses import dataclass\n@dataclass\nclass Peaks:\n    peaks: int\n    kind: str")
    shell.run("%%reason --schema Peaks\nHow many?")
    answer = shell.names["_reason"]
    assert (1, "rehearsal") == (answer.value.peaks, answer.value.kind)
    with pytest.raises(NBReasonError, match="Nope raised NameError"):
        shell.run("%%reason --schema Nope\nHow many?")


def test_what_does_not_fit_is_shown_with_what_is_wrong(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run("P = {'type': 'object', 'properties': {'peaks': {'type': 'integer', 'minimum': 2}}}")
    text = printed(shell, '%%reason --schema P\nHow many?\nrehearse: echo\n{"peaks": 1}', capsys)
    assert '{"peaks": 1}' in text
    assert "\nThe answer is not the requested JSON: peaks: 1 is less than the minimum of 2." in text
    assert shell.names["_reason"].value is None


def test_code_goes_into_the_next_cell(shell: Shell) -> None:
    shell.run("%%reason -f code\nPlot it.\nrehearse: echo\nHere:\n```python\nplot(x)\n```")
    assert "plot(x)" == shell.shell.rl_next_input
    assert "plot(x)" == shell.names["_reason"].value


def test_a_table_becomes_a_dataframe(shell: Shell) -> None:
    pytest.importorskip("pandas")
    shell.run("%%reason -f table -o t\nList them.\nrehearse: echo\n| a | b |\n|---|---|\n| 1 | x |")
    assert [[1, "x"]] == shell.names["t"].value.to_numpy().tolist()


def test_the_same_from_python(shell: Shell) -> None:
    schema = "{'type': 'object', 'properties': {'n': {'type': 'integer', 'minimum': 3}}}"
    shell.run(f"import nbreason\na = nbreason.ask('How many?', schema={schema})")
    assert {"n": 3} == shell.names["a"].value
    shell.run("b = nbreason.ask('How many?', format='json', params={'seed': 7})")
    assert "How many?" == shell.names["b"].value["question"]
    with pytest.raises(UsageError, match="no format 'jsn'"):
        shell.run("nbreason.ask('How many?', format='jsn')")


def test_parameters_are_passed_on(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run('%reason --param seed=7 --param metadata={"a": "b c"} Why?')
    assert (7, {"a": "b c"}) == (rehearsal.bodies[-1]["seed"], rehearsal.bodies[-1]["metadata"])


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        ("--param temperature=0.5", Refused, "rehearsal:o3 has no parameter 'temperature'. Drop --param temperature."),
        ("--param stop=[]", Refused, "has no parameter 'stop'"),
        ("--param sede=1", Refused, "as far as nbreason knows. Did you mean seed?"),
        ("--param zzz=1", Refused, "NBReason.models can add it"),
        ("--param max_tokens=1", Refused, "--param cannot set 'max_tokens': use --max-tokens."),
        ("--param stream=false", Refused, "nbreason streams where it can"),
        ("--param seed=", UsageError, "'' is not JSON"),
        ("--param seed=seven", UsageError, "put a string in double quotes"),
        ("--param seed=NaN", UsageError, "is not JSON"),
        ("--param seed", UsageError, "is not KEY=JSON"),
        ("--param =7", UsageError, "is not KEY=JSON"),
        ("--param a={", UsageError, "A closing } is missing"),
        ("-f", UsageError, "There is no format 'x'"),
        ("-f jsn", UsageError, "Did you mean json?"),
        ("-m segmind:o3", MissingKey, "set SEGMIND_API_KEY"),
    ],
)
def test_what_cannot_be_is_one_line_and_nothing_is_sent(
    shell: Shell, rehearsal: Rehearsal, line: str, kind: type[NBReasonError], words: str
) -> None:
    with pytest.raises(kind) as caught:
        shell.run(f"%%reason -m rehearsal:o3 {line} x\nWhy?")
    assert words in str(caught.value)
    assert str(caught.value).endswith("Nothing was sent.")
    assert 0 == rehearsal.posts


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("seed=7", 7),
        ('a="b"', "b"),
        ("a=[1, 2]", [1, 2]),
        ("a=null", None),
        ('a={"b": {"c": true}}', {"b": {"c": True}}),
    ],
)
def test_a_parameter_is_json(word: str, value: Any) -> None:
    options, text = parse(f"--param {word} Why?")
    assert ({word.partition("=")[0]: value}, "Why?") == (options.params, text)


@pytest.fixture
def seeing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rehearsal]:
    """A server of three providers, with a vision model that nobody has described."""
    with start_rehearsal(pace=0, think_seconds=0, record=True, models=["qwen/qwen3-vl", "<b>x</b>"]) as server:
        monkeypatch.setenv("OPENROUTER_API_KEY", DUMMY_KEY)
        for name, path in (("OPENROUTER", "/api"), ("LITELLM", ""), ("OLLAMA", "")):
            monkeypatch.setenv(f"NBREASON_{name}_URL", server.url + path)
        yield server


@pytest.mark.parametrize("provider", ["openrouter", "litellm", "ollama"])
def test_a_figure_is_shown_to_a_vision_model_without_any_setting(
    shell: Shell, seeing: Rehearsal, provider: str
) -> None:
    pytest.importorskip("matplotlib")
    shell.run("from matplotlib.figure import Figure\nf = Figure(); f.subplots().plot([1, 2])")
    shell.run(f"%%reason --image f -m {provider}:qwen/qwen3-vl\nWhy?")
    assert "data:image/png" in str(seeing.bodies[-1])
    assert shell.names["_reason"].notices == ()


def test_the_models_of_a_server_are_listed_with_prices_completed_and_found_by_a_pattern(
    shell: Shell, seeing: Rehearsal, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert "qwen" not in printed(shell, "%nbreason models openrouter", capsys)
    text = printed(shell, "%nbreason models openrouter --refresh", capsys)
    (line,) = (line for line in text.splitlines() if "qwen3-vl" in line)
    assert ["openrouter:qwen/qwen3-vl", "yes", "low", "to", "high", "200k", "2", "8", "server", "0"] == line.split()[
        :10
    ]
    assert text.endswith("OpenRouter: key in OPENROUTER_API_KEY. Prices in USD per million tokens.\n")
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "openrouter:qwen/qwen3-vl" in printed(shell, "%nbreason models qwen3", capsys)
    assert "openai:gpt-4.1-nano" in printed(shell, "%nbreason models openai:gpt-4.1*", capsys)
    with pytest.raises(UsageError, match=r"No model that is known matches 'zzz'\. --refresh asks the server"):
        shell.run("%nbreason models openrouter zzz")


def test_a_name_with_markup_is_escaped_on_the_page(shell: Shell, seeing: Rehearsal) -> None:
    notebook = notebook_of(shell.shell)
    assert notebook is not None
    page = SUBCOMMANDS["models"].run(notebook, "openrouter --refresh").data["text/html"]
    assert "openrouter:&lt;b&gt;x&lt;/b&gt;" in page
    assert "<b>" not in page


def test_using_a_model_asks_its_server_and_tab_does_not(shell: Shell, seeing: Rehearsal) -> None:
    notebook = notebook_of(shell.shell)
    assert notebook is not None
    assert "ollama:qwen/qwen3-vl:latest" not in models(notebook, "")
    shell.run("%nbreason models")
    shell.run("%nbreason models ollama")
    assert 0 == seeing.requests
    shell.run("%nbreason use ollama:qwen/qwen3-vl")
    asked = seeing.requests
    assert asked > 0
    assert "ollama:qwen/qwen3-vl:latest" in models(notebook, "")
    assert asked == seeing.requests


def test_a_refresh_that_fails_is_one_line(shell: Shell, seeing: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NBReasonError, match="has no list of its models"):
        shell.run("%nbreason models segmind --refresh")
    monkeypatch.setenv("NBREASON_OLLAMA_URL", "https://ollama.invalid")
    with pytest.raises(NBReasonError, match=r"The host ollama\.invalid was not found"):
        shell.run("%nbreason models ollama --refresh")
