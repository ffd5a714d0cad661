"""The options and subcommands as the page ``docs/commands.md``: made from the tables that the parsers use.

``python -m nbreason.magics.reference`` prints it; a test fails when the page in the checkout differs.
"""

from __future__ import annotations

from nbreason.config.settings import NBReason
from nbreason.magics.help import REASON_HELP, SUBCOMMANDS_HELP


def page() -> str:
    """The page, Markdown."""
    return "\n".join(
        [
            "# Options, subcommands, settings",
            "",
            "Made by `python -m nbreason.magics.reference`; a test keeps it true.",
            "",
            "## `%%reason` and `%reason`",
            "",
            *("```", REASON_HELP, "```"),
            "",
            "## `%nbreason`",
            "",
            *("```", SUBCOMMANDS_HELP, "```"),
            "",
            "## Settings",
            "",
            '`%config NBReason.model = "segmind:o3"` for this kernel, `c.NBReason.model = …` in `ipython_config.py`',
            "for good.",
            "",
            "| setting | default | what |",
            "|---|---|---|",
            *settings(),
            "",
        ]
    )


def settings() -> list[str]:
    """One row for each setting."""
    fresh = NBReason()
    traits = NBReason.class_own_traits(config=True)
    return [f"| `{name}` | `{getattr(fresh, name)!r}` | {trait.help} |" for name, trait in sorted(traits.items())]


if __name__ == "__main__":
    print(page(), end="")
