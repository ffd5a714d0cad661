"""The line of ``%reason`` and ``%%reason``: options at the front, the question behind them, untouched."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nbreason.errors import UsageProblem
from nbreason.magics.help import REASON_HELP, SUBCOMMANDS, SUBCOMMANDS_HELP
from nbreason.magics.options import OPTIONS, Given, parse

EVERY_FLAG = [(option, flag) for option in OPTIONS for flag in option.flags]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", {}),
        ("   ", {}),
        ("Why?", {"text": "Why?"}),
        ("-m segmind:o3 Why?", {"model": "segmind:o3", "text": "Why?"}),
        ("--model=segmind:o3 Why?", {"model": "segmind:o3", "text": "Why?"}),
        ('--model="a b" Why?', {"model": "a b", "text": "Why?"}),
        ("-e high -m o3", {"effort": "high", "model": "o3"}),
        ("--alone -n Why?", {"alone": True, "dry_run": True, "text": "Why?"}),
        ("--max-tokens 1,000 Why?", {"max_tokens": 1000, "text": "Why?"}),
        ("--max-tokens=1_000", {"max_tokens": 1000}),
        ("--timeout 2.5", {"timeout": 2.5}),
        ("-o answer Why?", {"into": "answer", "text": "Why?"}),
        ("-s 'Be brief.' Why?", {"system": "Be brief.", "text": "Why?"}),
        ('-s "It\'s fine" Why?', {"system": "It's fine", "text": "Why?"}),
        # The last word on something that may stand once.
        ("-m a -m b", {"model": "b"}),
        # Expressions need no quoting.
        ("--with df", {"attached": ["df"]}),
        ('--with df[["a", "b"]] Why?', {"attached": ['df[["a", "b"]]'], "text": "Why?"}),
        ("-w df.query('x > 1') -w f(1, 2) Why?", {"attached": ["df.query('x > 1')", "f(1, 2)"], "text": "Why?"}),
        ('--with="a + b" Why?', {"attached": ["a + b"], "text": "Why?"}),
        ("-w 'a + b' Why?", {"attached": ["a + b"], "text": "Why?"}),
        ("-w d['a'] Why?", {"attached": ["d['a']"], "text": "Why?"}),
        ("-w {'a': 1, 'b': [2, 3]} Why?", {"attached": ["{'a': 1, 'b': [2, 3]}"], "text": "Why?"}),
        # Figures: the value is optional, and a word that is none belongs to the question.
        ("--figs", {"figs": [""]}),
        ("--figs Why?", {"figs": [""], "text": "Why?"}),
        ("--figs 2 Compare them.", {"figs": ["2"], "text": "Compare them."}),
        ("--figs In[5].2 Why?", {"figs": ["In[5].2"], "text": "Why?"}),
        ("-i In[5] -i 1 Why?", {"figs": ["In[5]", "1"], "text": "Why?"}),
        ("--figs=In[5] Why?", {"figs": ["In[5]"], "text": "Why?"}),
        ("--figs -m o3", {"figs": [""], "model": "o3"}),
        ("--figs 2nd one?", {"figs": [""], "text": "2nd one?"}),
        # The question is left as it is.
        ("What's up, isn't it?", {"text": "What's up, isn't it?"}),
        ('He said "no', {"text": 'He said "no'}),
        (r"Is $\frac{a}{b}$ {x} $y ${z} {{w}} right?", {"text": r"Is $\frac{a}{b}$ {x} $y ${z} {{w}} right?"}),
        ('Explain {"a": [1, 2}', {"text": 'Explain {"a": [1, 2}'}),
        ("a  b -m c --alone", {"text": "a  b -m c --alone"}),
        ("-5 or 5?", {"text": "-5 or 5?"}),
        ("- a list", {"text": "- a list"}),
        ("-- --alone is what?", {"text": "--alone is what?"}),
        ("-m o3 -- -x", {"model": "o3", "text": "-x"}),
        ("-m o3 What's  this (", {"model": "o3", "text": "What's  this ("}),
        ("😀?", {"text": "😀?"}),
    ],
)
def test_a_line_is_read_from_the_front(line: str, expected: dict[str, Any]) -> None:
    assert parse(line) == Given(**expected)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("--modle o3 Why?", r"There is no option --modle\. Did you mean --model\?"),
        ("--fig Why?", r"Did you mean --figs\?"),
        ("--dryrun Why?", r"Did you mean --dry-run\?"),
        ("--effrt=high Why?", r"There is no option --effrt\. Did you mean --effort\?"),
        ("--zzzzzz Why?", r"There is no option --zzzzzz\. %%reason\? shows them all"),
        ("-x Why?", r"There is no option -x\."),
        ("-m", r"-m needs a value \(P:NAME\)"),
        ("--with", r"--with needs a value \(EXPR\)"),
        ("--alone=yes", r"--alone takes no value"),
        ("--max-tokens many", r"--max-tokens N: 'many' is not a number"),
        ("--max-tokens 1.5", r"--max-tokens N: '1.5' is not a number"),
        ("--max-tokens 0", r"--max-tokens N: it must be above 0"),
        ("--max-tokens -3", r"it must be above 0"),
        ("--timeout nan", r"it must be above 0"),
        ("--timeout inf", r"it must be above 0"),
        ("--timeout soon", r"'soon' is not a number"),
        ("-o 2nd Why?", r"--into needs the name of a variable, and '2nd' is none"),
        ("-o a.b Why?", r"--into needs the name of a variable"),
        ("-o class Why?", r"--into needs the name of a variable, and 'class' is none"),
        ('--with df[["a" Why?', r"This does not end: .*\(\] is missing\)"),
        ("--with f(1 Why?", r"\(\) is missing\)"),
        ("-s 'never closed", r"\(' is missing\)"),
    ],
)
def test_what_cannot_be_read_is_one_line_with_a_way_on(line: str, told: str) -> None:
    with pytest.raises(UsageProblem, match=told) as caught:
        parse(line)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith("Nothing was sent.")


def test_no_two_options_share_a_flag() -> None:
    flags = [flag for _, flag in EVERY_FLAG]
    assert sorted(flags) == sorted(set(flags))


def test_every_option_has_a_place_in_what_is_given() -> None:
    assert {option.name for option in OPTIONS} <= set(vars(Given()))
    assert all(isinstance(getattr(Given(), option.name), list) == option.many for option in OPTIONS)


@pytest.mark.parametrize("text", [REASON_HELP], ids=["%%reason?"])
def test_the_help_lists_every_option_with_its_value_and_words(text: str) -> None:
    for option in OPTIONS:
        (line,) = re.findall(rf"^  .*{re.escape(option.flags[-1])}(?= |$).*$", text.split("Examples:")[0], re.MULTILINE)
        assert all(flag in line for flag in option.flags)
        assert option.value in line
        assert option.help in line


def test_the_examples_of_the_help_can_be_read() -> None:
    examples = re.findall(r"^  %%?reason (.*?)(?:   .*)?$", REASON_HELP.split("Examples:")[1], re.MULTILINE)
    assert len(examples) >= 3
    for line in examples:
        parse(line)


def test_the_help_of_nbreason_lists_every_subcommand() -> None:
    for name, (words, text) in SUBCOMMANDS.items():
        assert re.search(
            rf"^  %nbreason {name} *{re.escape(words)} *{re.escape(text)}$", SUBCOMMANDS_HELP, re.MULTILINE
        )
