"""The line of ``%reason`` and ``%%reason``: options first, then the question, unchanged."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nbreason.core.kinds import Expression
from nbreason.core.options import OPTIONS, AskOptions
from nbreason.errors import UsageError
from nbreason.magics.help import reason_help
from nbreason.magics.parser import parse


def with_(*sources: str) -> dict[str, Expression]:
    """What ``--with`` attaches."""
    return {source: Expression(source) for source in sources}


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
        # Quotes of a value are a shell's; those of an expression or of JSON are its own.
        (r'-s "say \"hi\"" Why?', {"system": 'say "hi"', "text": "Why?"}),
        (r"-s 'it\'s' Why?", {"system": "it's", "text": "Why?"}),
        ("""-s 'it'"'"'s' Why?""", {"system": "it's", "text": "Why?"}),
        (r'--system="say \"hi\"" Why?', {"system": 'say "hi"', "text": "Why?"}),
        (r'--image "\\server\a b.png"', {"image": [r"\\server\a b.png"]}),
        (r"""-w df.query('name == \'x y\'') Why?""", {"data": with_(r"df.query('name == \'x y\'')"), "text": "Why?"}),
        (r'-w "d[\"a\"]" Why?', {"data": with_('d["a"]'), "text": "Why?"}),
        ('--param stop="a b" Why?', {"params": {"stop": "a b"}, "text": "Why?"}),
        (r'-s x Say \"hi\" and "bye"', {"system": "x", "text": r'Say \"hi\" and "bye"'}),
        ("-h", {"help": True}),
        ("--help Why?", {"help": True, "text": "Why?"}),
        # The last word on something that may stand once.
        ("-m a -m b", {"model": "b"}),
        # Expressions need no quoting.
        ("--with df", {"data": with_("df")}),
        ('--with df[["a", "b"]] Why?', {"data": with_('df[["a", "b"]]'), "text": "Why?"}),
        ("-w df.query('x > 1') -w f(1, 2) Why?", {"data": with_("df.query('x > 1')", "f(1, 2)"), "text": "Why?"}),
        ('--with="a + b" Why?', {"data": with_("a + b"), "text": "Why?"}),
        ("-w 'a + b' Why?", {"data": with_("a + b"), "text": "Why?"}),
        ("-w d['a'] Why?", {"data": with_("d['a']"), "text": "Why?"}),
        ("-w {'a': 1, 'b': [2, 3]} Why?", {"data": with_("{'a': 1, 'b': [2, 3]}"), "text": "Why?"}),
        # Figures: the value is optional, and a word that is none belongs to the question.
        ("--figs", {"figs": [""]}),
        ("--figs Why?", {"figs": [""], "text": "Why?"}),
        ("--figs 2 Compare them.", {"figs": ["2"], "text": "Compare them."}),
        ("--figs In[5].2 Why?", {"figs": ["In[5].2"], "text": "Why?"}),
        ("-i In[5] -i 1 Why?", {"figs": ["In[5]", "1"], "text": "Why?"}),
        ("--figs=In[5] Why?", {"figs": ["In[5]"], "text": "Why?"}),
        ("--figs -m o3", {"figs": [""], "model": "o3"}),
        ("--figs In[1].1,In[1].2 Why?", {"figs": ["In[1].1", "In[1].2"], "text": "Why?"}),
        ("--figs In[1:3] Why?", {"figs": ["In[1:3]"], "text": "Why?"}),
        ("--figs all Why?", {"figs": ["In[:]"], "text": "Why?"}),
        ("--figs=In[1],In[2:4]", {"figs": ["In[1]", "In[2:4]"]}),
        ("--figs 'In[5]' Why?", {"figs": ["In[5]"], "text": "Why?"}),
        ("--figs All of them?", {"figs": [""], "text": "All of them?"}),
        ("--figs What's this?", {"figs": [""], "text": "What's this?"}),
        ("--figs -- 2nd one?", {"figs": [""], "text": "2nd one?"}),
        ("--cells In[1],In[2] Why?", {"cells": ["In[1]", "In[2]"], "text": "Why?"}),
        ("--cells all", {"cells": ["In[:]"]}),
        ("--cells 3 Why?", {"cells": ["3"], "text": "Why?"}),
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
    text = expected.pop("text", "")
    assert parse(line) == (AskOptions(**expected), text)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("--modle o3 Why?", r"There is no option --modle\. Did you mean --model\?"),
        ("--fig Why?", r"Did you mean --figs\?"),
        ("--dryrun Why?", r"Did you mean --dry-run\?"),
        ("--effrt=high Why?", r"There is no option --effrt\. Did you mean --effort\?"),
        ("--zzzzzz Why?", r"There is no option --zzzzzz\. %%reason\? lists them all"),
        ("-x Why?", r"There is no option -x\."),
        ("--compare Why?", r"There is no option --compare\. %%reason\? lists them all"),
        ("-model o3 Why?", r"Did you mean --model\?"),
        ("--tokens 5 Why?", r"Did you mean --max-tokens\?"),
        ("-mo3 Why?", r"There is no option -mo3\. Put spaces between options and values: -m o3\."),
        ("-ne high Why?", r"There is no option -ne\. Put spaces between options and values: -n -e\."),
        ("-xyz Why?", r"There is no option -xyz\. %%reason\?"),
        ("-s --alone Why?", r"-s needs a value \(TEXT\), and --alone is an option"),
        ("-t -n Why?", r"-t needs a value \(NAME\), and -n is an option"),
        (
            "--figs 2nd one?",
            r"--figs \[SEL\]: '2nd' is not a valid selector; use 2, In\[5\], In\[5\]\.2, .*; put -- before a question",
        ),
        ("--figs 1-3 Why?", r"'1-3' is not a valid selector"),
        ("--figs 1,2 Why?", r"'1,2' is not a valid selector"),
        ("--figs -1 Why?", r"'-1' is not a valid selector"),
        ("--figs In[1]-In[2] Why?", r"'In\[1\]-In\[2\]' is not a valid selector"),
        ("--figs In[1], In[2] Why?", r"'In\[1\],' is not a valid selector"),
        ("--figs in[1] Why?", r"'in\[1\]' is not a valid selector"),
        ("--figs=last Why?", r"--figs \[SEL\]: 'last' is not a valid selector"),
        ("--cells 1-3 Why?", r"--cells \[N\|In\[a:b\]\]: '1-3' is not a valid selector; use 3, In\[5\], In\[2:5\]"),
        ("--cells In[1].2 Why?", r"'In\[1\]\.2' is not a valid selector"),
        ("-m", r"-m needs a value \(P:NAME\)"),
        ("--with", r"--with needs a value \(EXPR\)"),
        ("--alone=yes", r"--alone takes no value"),
        ("--max-tokens many", r"--max-tokens N: 'many' is not a whole number"),
        ("--max-tokens 1.5", r"--max-tokens N: '1.5' is not a whole number"),
        ("--max-tokens 0", r"--max-tokens N: it must be above 0"),
        ("--max-tokens -3", r"it must be above 0"),
        ("--timeout nan", r"it must be above 0"),
        ("--timeout inf", r"it must be above 0"),
        ("--timeout soon", r"'soon' is not a number"),
        ("-o 2nd Why?", r"-o NAME: '2nd' is not the name of a variable\."),
        ("-o a.b Why?", r"'a\.b' is not the name of a variable"),
        ("-o class Why?", r"'class' is not the name of a variable"),
        ('--with df[["a" Why?', r"A closing \] is missing in 'df"),
        ("--with f(1 Why?", r"A closing \) is missing"),
        ("-s 'never closed", r"A closing ' is missing"),
    ],
)
def test_what_cannot_be_read_is_one_line_with_a_way_on(line: str, told: str) -> None:
    with pytest.raises(UsageError, match=told) as caught:
        parse(line)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith("Nothing was sent.")


def test_no_two_options_share_a_flag() -> None:
    flags = [flag for option in OPTIONS.values() for flag in option.flags]
    assert sorted(flags) == sorted(set(flags))


def test_the_examples_of_the_help_can_be_parsed() -> None:
    examples = re.findall(r"^  %%?reason (.*?)(?:   .*)?$", reason_help().split("Examples:")[1], re.MULTILINE)
    assert len(examples) >= 3
    for line in examples:
        parse(line)
