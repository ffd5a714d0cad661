"""Completion of the magics' lines: subcommands, options and their values; and silence in the prose of a cell.

Nothing but IPython is imported before somebody completes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

from IPython.core.completer import SimpleCompletion, context_matcher

from nbreason.magics.help import SUBCOMMANDS
from nbreason.magics.options import FLAGS, Option

if TYPE_CHECKING:
    from nbreason.notebook.notebook import Notebook

_LINE = re.compile(r"\s*%{1,2}(n?b?reason)(?:\s+(.*))?$", re.DOTALL)
EFFORTS = ("low", "medium", "high")
Words = Iterable[str]


def matcher(notebook: Notebook) -> Callable[[Any], dict[str, Any]]:
    """The function that IPython asks for completions."""

    @context_matcher()  # type: ignore[untyped-decorator, unused-ignore]
    def nbreason_matcher(context: Any) -> dict[str, Any]:
        lines = context.full_text.split("\n")
        before = lines[context.cursor_line][: context.cursor_position]
        if context.cursor_line and prose(lines[: context.cursor_line]):
            # Inside {{ … }} stands Python, which IPython completes.
            return nothing(before.rfind("{{") <= before.rfind("}}"))
        found = _LINE.match(before)
        if found is None or found[2] is None:
            return nothing(False)
        fragment = re.search(r"\S*$", found[2])[0]  # type: ignore[index]
        words = found[2][: len(found[2]) - len(fragment)].split()
        offered = reason_words if found[1] == "reason" else nbreason_words
        return answer(offered(notebook, words, fragment), fragment)

    return nbreason_matcher  # type: ignore[no-any-return, unused-ignore]


def prose(above: list[str]) -> bool:
    """Whether the lines above make this one part of a question."""
    first = next((line for line in above if line.strip()), "")
    return re.match(r"\s*%%reason(\s|$)", first) is not None


class Silence:
    """Completions that are none: others are silenced only by a matcher that seems to have some."""

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[SimpleCompletion]:
        return iter(())


def nothing(silent: bool) -> dict[str, Any]:
    """No completions; silent: nobody else's either."""
    return {"completions": Silence() if silent else [], "suppress": silent}


def answer(found: tuple[str, Words] | None, fragment: str) -> dict[str, Any]:
    """Completions as IPython takes them.

    found: the beginning that is typed already, and all words that may stand there; None leaves it to others
    """
    if found is None:
        return nothing(False)
    typed, words = found
    matched = [word for word in dict.fromkeys(words) if word.startswith(typed)]
    if not matched:
        return nothing(True)
    return {
        "completions": [SimpleCompletion(text=word, type="nbreason") for word in matched],
        "suppress": True,
        "matched_fragment": typed,
    }


def nbreason_words(notebook: Notebook, words: list[str], fragment: str) -> tuple[str, Words] | None:
    """What may stand in a line of %nbreason."""
    if not words:
        return fragment, SUBCOMMANDS
    if len(words) == 1:
        match words[0]:
            case "use":
                return fragment, models(notebook)
            case "models" | "credits" | "login" | "logout":
                return fragment, providers_words()
            case "thread":
                return fragment, threads(notebook)
            case "history":
                return fragment, ["--all"]
            case "export":
                return (fragment, ["--replay"]) if fragment.startswith("-") else None
            case "panel" | "budget" | "pin":
                return fragment, ["off"]
            case "help":
                return fragment, ["reason", *SUBCOMMANDS]
            case "import":
                return None  # the names of files are IPython's
    if words[0] == "use":
        return option_words(notebook, words[2:], fragment, [words[1]], ("effort",))
    return fragment, []


def reason_words(notebook: Notebook, words: list[str], fragment: str) -> tuple[str, Words] | None:
    """What may stand in a line of %reason or %%reason: options, their values, and then prose."""
    return option_words(notebook, words, fragment, [])


def option_words(
    notebook: Notebook, words: list[str], fragment: str, model: list[str], names: tuple[str, ...] = ()
) -> tuple[str, Words] | None:
    """Options and their values.

    model: the one that is named before them, if any; names: the options that may stand here, if not all
    """
    flags = {flag: option for flag, option in FLAGS.items() if not names or option.name in names}
    waiting: Option | None = None
    for word in words:
        flag, equals, value = word.partition("=")
        if waiting is not None and not (waiting.maybe and flag in flags):
            if waiting.name == "model":
                model = [word]
            waiting = None
        elif flag in flags:
            waiting = flags[flag] if flags[flag].value and not equals else None
            model = [value] if flags[flag].name == "model" and equals else model
        else:
            return fragment, []  # the question has begun
    flag, equals, value = fragment.partition("=")
    if equals and flag in flags:
        return values(notebook, flags[flag], value, model)
    if waiting is not None and not (waiting.maybe and fragment.startswith("-")):
        return values(notebook, waiting, fragment, model)
    return fragment, flags if fragment.startswith("-") else []


def values(notebook: Notebook, option: Option, typed: str, model: list[str]) -> tuple[str, Words] | None:
    """The values that an option may have."""
    match option.name:
        case "model":
            return typed, models(notebook)
        case "effort":
            return typed, efforts(notebook, model)
        case "figs":
            return typed, [*[figure.label for figure in notebook.figures.list()][::-1], "all"]
        case "attached" | "schema" | "image":
            # An attribute, an index, a path: IPython knows those.
            return (typed, variables(notebook)) if typed.isidentifier() or not typed else None
        case "format":
            from nbreason.answers.formats import FORMATS

            return typed, FORMATS
        case "thread":
            return typed, threads(notebook)
    return typed, []


def models(notebook: Notebook) -> list[str]:
    """Aliases and the models that are known."""
    from nbreason.asking.choice import list_models

    known = [choice.name for choice in list_models(notebook.settings)]
    return [*notebook.settings.aliases, *known, *(f"{name}:" for name in providers_words())]


def providers_words() -> list[str]:
    """The names of the providers."""
    from nbreason.providers import providers

    return list(providers())


def efforts(notebook: Notebook, model: list[str]) -> Words:
    """The efforts of a model, as far as it is known."""
    from nbreason.errors import NBReasonError

    try:
        choice = notebook.session.choose(model[0] if model else "")
    except NBReasonError:
        return EFFORTS
    return choice.facts.efforts or EFFORTS


def variables(notebook: Notebook) -> list[str]:
    """The notebook's own variables, except modules."""
    shell = notebook.shell
    hidden = getattr(shell, "user_ns_hidden", {})
    return sorted(
        name
        for name, value in shell.user_ns.items()
        if not name.startswith("_") and name not in hidden and not isinstance(value, ModuleType)
    )


def threads(notebook: Notebook) -> list[str]:
    """The conversations of this notebook."""
    return [name or "main" for name, _ in notebook.session.store.threads(notebook.context.conversation())]
