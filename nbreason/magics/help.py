"""The help: ``%%reason?`` and ``%nbreason help``, made from the tables that the parsers use."""

from __future__ import annotations

from nbreason.magics.options import help_lines

REASON_HELP = "\n".join(
    [
        "Ask a reasoning model; the answer is shown below, and kept with the notebook.",
        "",
        "  %%reason [options]             the question is the text of the cell",
        "  %reason [options] QUESTION     in one line",
        "",
        "Options:",
        *help_lines(),
        "",
        "Examples:",
        "",
        "  %%reason --figs",
        "  Why does this histogram have two peaks?",
        "",
        "  %%reason -m segmind:o3 -e high --with df --with df.corr()",
        "  Which two columns say the same thing?",
        "",
        "  %reason --alone What does a p-value not mean?",
        "",
        "  %reason --figs 2 --dry-run Compare them.        shows what would be sent",
        "",
        "With no key set the rehearsal answers: it asks no model and costs nothing. %nbreason help tells the rest.",
    ]
)

SUBCOMMANDS = {
    "panel": ("[off]", "the dashboard of this notebook, which follows every ask; off: a still picture of it"),
    "status": ("", "model, conversation, keys found, where things are kept"),
    "models": ("[PROVIDER]", "models that are known, what they take, and whether there is a key"),
    "use": ("MODEL [-e EFFORT]", "ask this model from now on, in this kernel"),
    "figures": ("", "the figures that can be attached, with thumbnails"),
    "code": ("", "put the last answer's code into the next cell"),
    "credits": ("[PROVIDER]", "what is left on the accounts that there is a key for"),
    "history": ("[--all]", "the conversation of this notebook, with tokens and cost; --all: every version"),
    "undo": ("", "put the last turn away, or bring back what a reset put away"),
    "reset": ("", "begin the conversation of this notebook anew"),
    "pin": ("[off] N", "keep the N-th turn in the context, however long the conversation gets"),
    "thread": ("[NAME]", "another conversation of this notebook, from now on; main is the first"),
    "export": ("FILE | --replay", "the conversation as .md or .json; --replay: answers to run without a key"),
    "import": ("FILE.json", "add an exported conversation to that of this notebook"),
    "budget": ("[AMOUNT | off]", "what was spent, and a limit for this notebook: 5 usd, 3 credits, 20000 tokens"),
    "login": ("PROVIDER", "type a key, unseen, for this kernel; kept in the system's keyring where there is one"),
    "logout": ("[PROVIDER]", "forget the key of a login, here and in the keyring; without a name all of them"),
    "cite": ("", "a methods paragraph and a BibTeX entry for the answers of this notebook"),
    "doctor": ("", "what works here and what does not: a text for an issue, without keys"),
    "help": ("[reason | NAME]", "this list, the options of %%reason, or one of these"),
}


def subcommand_line(name: str) -> str:
    """One of them, for its own help."""
    words, text = SUBCOMMANDS[name]
    return f"{f'%nbreason {name} {words}'.rstrip()}  {text}"


def subcommand_lines() -> list[str]:
    """One line for each subcommand, aligned."""
    heads = [f"%nbreason {name} {words}".rstrip() for name, (words, _) in SUBCOMMANDS.items()]
    width = max(map(len, heads))
    return [f"  {head:<{width}}  {text}" for head, (_, text) in zip(heads, SUBCOMMANDS.values(), strict=True)]


SUBCOMMANDS_HELP = "\n".join(
    [
        "Manage nbreason.",
        "",
        *subcommand_lines(),
        "",
        "Ask with %%reason or %reason; %%reason? shows their options.",
    ]
)
