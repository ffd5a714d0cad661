"""Completion of the magics' lines: subcommands, options and their values, each with a few words about it; and no
completion in the text of a question.

Nothing but IPython is imported before the first completion.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from IPython.core.completer import SimpleCompletion, context_matcher

if TYPE_CHECKING:
    from nbreason.asking.choice import Choice
    from nbreason.core.options import Option
    from nbreason.notebook.notebook import Notebook

_LINE = re.compile(r"\s*%{1,2}(n?b?reason)(?:\s+(.*))?$", re.DOTALL)
LONGEST = 42
"""Characters of a description: JupyterLab and the terminal show it beside the word."""
UNBROKEN = str.maketrans(" -", "\u2007\u2011")
"""JupyterLab lays the second line of a description over the next choice, so it has no place where a line may end: a
space as wide as a digit (terminals underline the no-break space) and a hyphen that stays with its word."""
EFFORTS = {
    "none": "no reasoning",
    "minimal": "hardly any reasoning",
    "low": "quicker, fewer tokens",
    "medium": "between low and high",
    "high": "slower, more tokens",
}

Words = Mapping[str, str]
"""Each word that may follow, and its description."""


def matcher(notebook: Notebook) -> Callable[[Any], dict[str, Any]]:
    """The function that IPython calls for completions."""

    @context_matcher()  # type: ignore[untyped-decorator, unused-ignore]
    def nbreason_matcher(context: Any) -> dict[str, Any]:
        lines = context.full_text.split("\n")
        before = lines[context.cursor_line][: context.cursor_position]
        if context.cursor_line and is_question(lines[: context.cursor_line]):
            # Inside {{ … }} is Python, which IPython completes.
            return nothing(before.rfind("{{") <= before.rfind("}}"))
        found = _LINE.match(before)
        if found is None or found[2] is None:
            return nothing(False)
        fragment = re.search(r"\S*$", found[2])[0]  # type: ignore[index]
        words = found[2][: len(found[2]) - len(fragment)].split()
        complete = reason_words if found[1] == "reason" else nbreason_words
        return matches(complete(notebook, words, fragment))

    return nbreason_matcher  # type: ignore[no-any-return, unused-ignore]


def is_question(above: list[str]) -> bool:
    """Whether the lines above make this line part of a question."""
    first = next((line for line in above if line.strip()), "")
    return re.match(r"\s*%%reason(\s|$)", first) is not None


class NoCompletions:
    """An empty list that looks as if it had an item: only then does IPython suppress the other matchers."""

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[SimpleCompletion]:
        return iter(())


def nothing(suppress: bool) -> dict[str, Any]:
    """No completions; suppress: nor those of other matchers."""
    return {"completions": NoCompletions() if suppress else [], "suppress": suppress}


def matches(found: tuple[str, Words] | None) -> dict[str, Any]:
    """Completions in the form that IPython takes.

    found: what is typed already, and all words that may follow; None leaves the completion to other matchers
    """
    if found is None:
        return nothing(False)
    typed, words = found
    matched = {word: about for word, about in words.items() if word.startswith(typed)}
    if not matched:
        return nothing(True)
    return {
        # Front ends show the type of a completion beside it: the only place for a description.
        "completions": [SimpleCompletion(text=word, type=shortened(about)) for word, about in matched.items()],
        "suppress": True,
        "matched_fragment": typed,
    }


def shortened(about: str) -> str:
    """A description on one line of at most `LONGEST` characters, ended where a pause is if it has to be."""
    from nbreason.core.characters import one_line

    if len(about) > LONGEST and (pauses := [pause.start() for pause in re.finditer("[:;,]", about[: LONGEST + 1])]):
        about = about[: pauses[-1]]
    return one_line(about, LONGEST).translate(UNBROKEN)


def nbreason_words(notebook: Notebook, words: list[str], fragment: str) -> tuple[str, Words] | None:
    """What may follow in a line of %nbreason."""
    from nbreason.magics.subcommands import SUBCOMMANDS

    if not words:
        return fragment, subcommand_words()
    if words[0] == "use" and len(words) > 1:
        return option_words(notebook, words[2:], fragment, words[1], ("effort",))
    command = SUBCOMMANDS.get(words[0])
    if command is None or len(words) > 1:
        return fragment, {}
    found = suggestions(notebook, command.suggest, command.name, "")
    if "FILE" in command.arguments and not any(word.startswith(fragment) for word in found):
        return None  # IPython completes the names of files
    return fragment, found


def reason_words(notebook: Notebook, words: list[str], fragment: str) -> tuple[str, Words] | None:
    """What may follow in a line of %reason or %%reason: options, their values, then the question."""
    return option_words(notebook, words, fragment, "")


def option_words(
    notebook: Notebook, words: list[str], fragment: str, model: str, names: tuple[str, ...] = ()
) -> tuple[str, Words] | None:
    """Options and their values.

    model: the one that is named before them, or nothing; names: the options that are allowed, if not all
    """
    from nbreason.core.options import FLAGS, OPTIONS

    flags = {flag: OPTIONS[name] for flag, name in FLAGS.items() if name in (names or OPTIONS)}
    waiting: Option | None = None
    for word in words:
        flag, equals, value = word.partition("=")
        if waiting is not None and not (waiting.kind.selector and flag in flags):
            model = word if waiting is OPTIONS["model"] else model
            waiting = None
        elif flag in flags:
            waiting = flags[flag] if flags[flag].value and not equals else None
            model = value if flags[flag] is OPTIONS["model"] and equals else model
        else:
            return fragment, {}  # the question has started
    flag, equals, value = fragment.partition("=")
    if equals and flag in flags:
        return values(notebook, flags[flag], value, model)
    if waiting is not None and not (waiting.kind.selector and fragment.startswith("-")):
        return values(notebook, waiting, fragment, model)
    return fragment, {flag: option.help for flag, option in flags.items()} if fragment.startswith("-") else {}


def values(notebook: Notebook, option: Option, typed: str, model: str) -> tuple[str, Words] | None:
    """The values that an option may have."""
    if option.suggest == "variables" and typed and not typed.isidentifier():
        return None  # IPython completes an attribute, an index, a path
    return typed, suggestions(notebook, option.suggest, option.value.lower(), model)


def suggestions(notebook: Notebook, suggest: str | tuple[str, ...], what: str, model: str) -> Words:
    """Words given in a row of a table, where `what` says what they are, or looked up under that name."""
    return dict.fromkeys(suggest, what) if isinstance(suggest, tuple) else LOOKUPS[suggest](notebook, model)


def models(notebook: Notebook, model: str) -> Words:
    """Aliases, the models in the tables and those that servers have named, and the providers; nothing is sent."""
    from nbreason.asking.choice import list_models

    listed = list_models(notebook.settings, notebook.session.discovery.known)
    return {
        **{alias: f"alias of {name}" for alias, name in notebook.settings.aliases.items()},
        **{choice.name: model_in_words(choice) for choice in listed},
        **{f"{name}:": title for name, title in providers(notebook, model).items()},
    }


def model_in_words(choice: Choice) -> str:
    """``images, $2 in, $8 out per million``: whether it reads images, and its list prices, as far as that is known."""
    reads = choice.facts.images
    images = "images" if reads else "" if reads is None else "text only"
    if (prices := choice.prices) is None:
        return images or "model"
    sent, out = (f"{price * 1e6:.3g}" for price in (prices.sent, prices.out))
    cost = f"${sent} in, ${out} out per million" if prices.sent or prices.out else "free"
    return f"{images}, {cost}" if images else cost


def providers(notebook: Notebook, model: str) -> Words:
    """The providers."""
    from nbreason.providers import providers

    return {name: provider.title for name, provider in providers().items()}


def efforts(notebook: Notebook, model: str) -> Words:
    """The efforts that a model takes, or the usual ones if that is not known."""
    from nbreason.core import models
    from nbreason.errors import NBReasonError

    try:
        known = notebook.session.choose(model).facts.efforts or models.EFFORTS
    except NBReasonError:
        known = models.EFFORTS
    return {effort: EFFORTS.get(effort, "effort") for effort in known}


def figures(notebook: Notebook, model: str) -> Words:
    """The figures that the notebook has shown, the newest first; none is decoded or drawn."""
    from nbreason.magics.subcommands.figures import size, words_of

    listed = notebook.figures.list()[::-1]
    about = {
        figure.label: ", ".join(
            [*([size(figure.size)] if figure.size else []), words_of(figure.alt) or figure.type or figure.mime]
        )
        for figure in listed
    }
    return {**about, "all": "all figures"}


def variables(notebook: Notebook, model: str) -> Words:
    """The notebook's own variables, except modules."""
    from nbreason.capture.type_and_shape import type_and_shape

    shell = notebook.shell
    hidden = getattr(shell, "user_ns_hidden", {})
    return {
        name: type_and_shape(value)
        for name, value in sorted(shell.user_ns.items())
        if not name.startswith("_") and name not in hidden and not isinstance(value, ModuleType)
    }


def threads(notebook: Notebook, model: str) -> Words:
    """The conversations of this notebook."""
    from nbreason.core.phrases import counted

    listed = notebook.session.store.threads(notebook.context.conversation())
    return {name or "main": counted(turns, "turn") for name, turns in listed}


def subcommands(notebook: Notebook, model: str) -> Words:
    """The subcommands, and the other magic."""
    return {"reason": "ask a question", **subcommand_words()}


def subcommand_words() -> Words:
    """The subcommands."""
    from nbreason.magics.subcommands import SUBCOMMANDS

    return {name: command.help for name, command in SUBCOMMANDS.items()}


LOOKUPS: Mapping[str, Callable[[Notebook, str], Words]] = {
    "models": models,
    "providers": providers,
    "efforts": efforts,
    "figures": figures,
    "variables": variables,
    "threads": threads,
    "subcommands": subcommands,
}
"""What a row of a table may name as its suggestions; a function gets the notebook and the model in the line."""
