"""The options of an ask, one row each.

A row is one key of `AskKeywords` (for `nbreason.ask` and for the magics) or of `LineOptions` (for the magics only).
The flags of ``%%reason`` and their parsing, the keyword of `ask` and the check of its type, the help, completion,
docs/commands.md and the attribute of `AskOptions` all come from that row.
"""

# Annotations are data here, so they are not postponed.

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Annotated, Any, Literal, TypedDict, get_args

from nbreason.core.kinds import (
    CELL_SELECTORS,
    COLUMNS,
    FIGURE_SELECTORS,
    OBJECTS,
    PARAMETERS,
    PATHS,
    SCHEMA,
    SECONDS,
    SWITCH,
    TEXT,
    VARIABLE,
    WHOLE_NUMBER,
    Kind,
)
from nbreason.core.phrases import did_you_mean
from nbreason.errors import UsageError

Format = Literal["text", "code", "json", "table"]
FORMATS = ("markdown", *get_args(Format))

Source = Literal["models", "efforts", "figures", "variables", "threads"]
"""What completion looks up in the notebook."""


@dataclass(frozen=True)
class Option:
    """One option.

    head:    its flags, and what follows them: ``"-m, --model P:NAME"``; a switch has flags only
    help:    what it does, one line
    kind:    how its value is read
    suggest: values that completion offers, or where it looks them up
    """

    head: str
    help: str
    kind: Kind = TEXT
    suggest: tuple[str, ...] | Source = ()

    @property
    def flags(self) -> tuple[str, ...]:
        """``("-m", "--model")``."""
        return tuple(word.rstrip(",") for word in self.head.split() if word.startswith("-"))

    @property
    def value(self) -> str:
        """What follows the flags, for people; empty for a switch."""
        return self.head.rpartition(self.flags[-1])[2].strip()


class AskKeywords(TypedDict, total=False):
    """What `ask` and `aask` take by name; None is the same as not given."""

    model: Annotated[
        str | None, Option("-m, --model P:NAME", "model to ask: provider:model or an alias", suggest="models")
    ]
    effort: Annotated[
        str | None, Option("-e, --effort LEVEL", "reasoning effort: low, medium, high", suggest="efforts")
    ]
    figs: Annotated[
        str | int | Sequence[str | int] | None,
        Option(
            "-i, --figs [SEL]",
            "figures that the notebook has shown: the last one; 2: the last two; In[5]: those of cell 5;"
            " In[5].2: its second; In[2:5], all, or several separated by commas",
            FIGURE_SELECTORS,
            "figures",
        ),
    ]
    data: Annotated[
        Mapping[str, object] | None,
        Option(
            "-w, --with EXPR",
            "a variable or expression, attached as a short description; or the text of a PDF file, paper.pdf[2:5]",
            OBJECTS,
            "variables",
        ),
    ]
    columns_only: Annotated[
        bool | None,
        Option(
            "--columns-only",
            "of attached tables only the columns: names, types and ranges, no rows and no text",
            SWITCH,
        ),
    ]
    anonymise: Annotated[
        bool | str | Sequence[str] | None,
        Option(
            "--anonymise [=COLUMNS]",
            "labels instead of values, name 1, name 2 …: in all text columns of attached tables, or in those named",
            COLUMNS,
        ),
    ]
    image: Annotated[
        str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None,
        Option(
            "--image PATH|NAME",
            "an image file or variable, a page of a PDF file, paper.pdf[3], a data: URI, or an https address where the"
            " provider documents that",
            PATHS,
            "variables",
        ),
    ]
    detail: Annotated[
        str | None,
        Option(
            "--detail LEVEL",
            "how closely pictures are looked at: low (fewer tokens), high, auto",
            suggest=("low", "high", "auto"),
        ),
    ]
    cells: Annotated[
        str | int | Sequence[str | int] | None,
        Option(
            "-c, --cells [N|In[a:b]]",
            "source and text output of the last cell, of the last N, of named ones, or of all",
            CELL_SELECTORS,
        ),
    ]
    error: Annotated[bool | None, Option("--error", "the last error, with the cell that raised it", SWITCH)]
    system: Annotated[str | None, Option("-s, --system TEXT", "instructions for this ask")]
    thread: Annotated[
        str | None, Option("-t, --thread NAME", "another conversation of this notebook", suggest="threads")
    ]
    alone: Annotated[
        bool | None,
        Option("--alone", "without history: sends no earlier turns, and is not context for later ones", SWITCH),
    ]
    fresh: Annotated[bool | None, Option("--fresh", "ask again even if this question has a saved answer", SWITCH)]
    format: Annotated[
        str | None,
        Option(
            "-f, --format FORMAT",
            "markdown (default), text, code (goes into the next cell), json, table (a dataframe);"
            " the result is in _reason.value",
            suggest=FORMATS,
        ),
    ]
    schema: Annotated[
        object,
        Option(
            "--schema NAME",
            "JSON that fits a pydantic model, a dataclass or a JSON Schema of the notebook",
            SCHEMA,
            "variables",
        ),
    ]
    max_tokens: Annotated[
        int | None, Option("--max-tokens N", "token limit of the answer, including reasoning", WHOLE_NUMBER)
    ]
    poll: Annotated[
        bool | None,
        Option(
            "--poll",
            "ask for the answer now and then instead of holding a connection open: it outlives the kernel"
            " (%nbreason resume)",
            SWITCH,
        ),
    ]
    timeout: Annotated[float | None, Option("--timeout S", "give up after this many seconds", SECONDS)]
    params: Annotated[
        Mapping[str, Any] | None,
        Option("--param KEY=JSON", "a further parameter, passed on; refused if the model does not take it", PARAMETERS),
    ]


class LineOptions(AskKeywords, total=False):
    """What the magics take as well."""

    background: Annotated[
        bool,
        Option(
            "-b, --background",
            "return at once: the answer streams into this cell while others run; with -o NAME, NAME.wait() and"
            " NAME.cancel()",
            SWITCH,
        ),
    ]
    fix: Annotated[
        list[str],
        Option(
            "--fix [In[5]]",
            "correct the last cell that failed, or the one named: shows the difference; %nbreason apply takes it over",
            CELL_SELECTORS,
        ),
    ]
    into: Annotated[
        str,
        Option("-o, --into NAME", "also store the Answer in this variable (_reason is always the last)", VARIABLE),
    ]
    dry_run: Annotated[
        bool, Option("-n, --dry-run", "show exactly what would leave the machine, and send nothing", SWITCH)
    ]
    help: Annotated[bool, Option("-h, --help", "show this help and ask nothing", SWITCH)]


def _table(rows: type) -> dict[str, Option]:
    """Name -> option."""
    table = {}
    for name, annotation in rows.__annotations__.items():
        *_, option = get_args(annotation) or (None,)
        if not isinstance(option, Option):
            raise TypeError(f"The option {name} has no row: write {name}: Annotated[its type, Option(…)].")
        table[name] = option
    return table


OPTIONS = _table(LineOptions)
FLAGS = {flag: name for name, option in OPTIONS.items() for flag in option.flags}
KEYWORDS = tuple(AskKeywords.__annotations__)


class AskOptions(SimpleNamespace):
    """The options of one ask: one attribute for each row, with the default of its kind where it is not given."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{name: option.kind.default() for name, option in OPTIONS.items()} | given)

    @classmethod
    def of_keywords(cls, keywords: Mapping[str, object]) -> "AskOptions":
        """The options from the keywords of `ask`.  Raises UsageError in one line for a wrong name or value."""
        for name in keywords:
            if name not in KEYWORDS:
                raise UsageError(f"ask() has no option {name!r}. {did_you_mean(name, KEYWORDS)} Nothing was sent.")
        given = {name: value for name, value in keywords.items() if value is not None}
        return cls(**{name: checked(name, OPTIONS[name].kind, value) for name, value in given.items()})


def checked(name: str, kind: Kind, value: object) -> Any:
    """The value of an argument of `ask` as this kind.  Raises UsageError in one line, without the value's own repr."""
    try:
        return kind.convert(value)
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise UsageError(
            f"ask(): {name} must be {kind.description}, not {_shortly(value)}. Nothing was sent."
        ) from None


def _shortly(value: object) -> str:
    """A value that is short as it is, anything else by its type."""
    try:
        shown = repr(value) if value is None or isinstance(value, str | int | float) else ""
    except ValueError:  # a whole number of thousands of digits
        shown = ""
    return shown if 0 < len(shown) < 40 else f"something of type {type(value).__name__}"


def help_lines() -> list[str]:
    """One line for each option, aligned."""
    width = max(len(option.head) for option in OPTIONS.values())
    repeatable = {True: "; repeatable", False: ""}
    return [
        f"  {option.head:<{width}}  {option.help}{repeatable[option.kind.combine is not None]}"
        for option in OPTIONS.values()
    ]
