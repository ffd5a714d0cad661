"""The help of the two magics, made from the table of options and from the subcommands."""

from __future__ import annotations

from nbreason.core.options import help_lines


def reason_help() -> str:
    """``%%reason?``"""
    return "\n".join(
        [
            "Ask a reasoning model; the answer is shown below and saved with the notebook.",
            "",
            "  %%reason [options]             the text of the cell is the question",
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
            "If no key is set, the offline rehearsal answers: it asks no model and costs nothing. %nbreason help lists"
            " what else there is.",
        ]
    )


def nbreason_help() -> str:
    """``%nbreason?``"""
    from nbreason.magics.subcommands import SUBCOMMANDS

    width = max(len(command.head) for command in SUBCOMMANDS.values())
    return "\n".join(
        [
            "Manage nbreason.",
            "",
            *(f"  {command.head:<{width}}  {command.help}" for command in SUBCOMMANDS.values()),
            "",
            "Ask with %%reason or %reason; %%reason? shows their options.",
        ]
    )
