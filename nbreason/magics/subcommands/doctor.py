"""``%nbreason doctor``: what works here, as text for an issue."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from nbreason.magics.subcommands.registry import subcommand

if TYPE_CHECKING:
    from nbreason.notebook.notebook import Notebook
    from nbreason.render.bundle import Bundle


@subcommand("", "what works here and what does not: text for an issue, without keys")
def doctor(notebook: Notebook, rest: str) -> Bundle:
    """Kernel and front end, keys found, addresses, certificates and proxies, the store, versions."""
    from nbreason.doctor import examine
    from nbreason.render.tables import pairs

    return pairs(
        examine(notebook.session, front_end_rows(notebook)),
        "This text contains no key and can be pasted into an issue.",
    )


def front_end_rows(notebook: Notebook) -> list[tuple[str, str]]:
    """Names and values: what shows the output, and what works there."""
    import sys

    from nbreason.render.screens import has_live_frontend

    shell: Any = notebook.shell
    if getattr(shell, "kernel", None) is None:
        return [("front end", "a terminal: answers as text, block by block")]
    watched = has_live_frontend(shell)
    name = "a notebook that sends cell ids (JupyterLab, Notebook 7)" if watched else "one that sends no cell ids"
    if "google.colab" in sys.modules:
        name = "Colab"
    elif "__vsc_ipynb_file__" in shell.user_ns:
        name = "VS Code"
    known = bool(notebook.context.notebook())
    stop = "handled while the cell runs" if int(version("ipykernel").partition(".")[0]) >= 7 else "interrupts"
    return [
        ("kernel", f"ipykernel {version('ipykernel')}, {type(shell).__name__}"),
        ("front end", name),
        ("live panel", "yes" if watched else "no: one output at the end (NBReason.live = 'on' forces it)"),
        ("stop button", stop),
        (
            "conversation",
            "belongs to the notebook" if known else "lives with this kernel: the front end sends no notebook",
        ),
    ]
