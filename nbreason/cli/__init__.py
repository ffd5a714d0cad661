"""The command line: ``nbreason demo | lab | doctor | replay | rehearsal``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from nbreason import __version__
from nbreason.errors import NBReasonError

NEEDED = ("nbclient", "nbconvert", "ipykernel", "matplotlib", "pandas")
LAST_PORT = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns the exit status."""
    given = parser().parse_args(arguments)
    try:
        return int(given.run(given))
    except NBReasonError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="nbreason", description="Ask reasoning models about the figures and dataframes of your notebook."
    )
    top.add_argument("--version", action="version", version=f"nbreason {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="run the quickstart notebook and show its answers here")
    demo.add_argument(
        "--model", default="", help="ask this model instead of the rehearsal, e.g. segmind:o3 (needs its key)"
    )
    demo.add_argument("--output", type=Path, default=Path("nbreason-demo"), help="folder for the results")
    demo.set_defaults(run=run_demo)

    lab = commands.add_parser("lab", help="open JupyterLab on a copy of the example notebooks")
    lab.add_argument("folder", type=Path, nargs="?", default=Path("nbreason-notebooks"), help="where the copy goes")
    lab.set_defaults(run=run_lab)

    doctor = commands.add_parser("doctor", help="what works here and what does not: text for an issue, without keys")
    doctor.set_defaults(run=run_doctor)

    replay = commands.add_parser("replay", help="check that notebooks run without a key, from their saved answers")
    checks = replay.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "check", help="run notebooks without a key and say of each question whether it is answered"
    )
    checks.add_argument("notebooks", type=Path, nargs="+", metavar="NOTEBOOK", help="a notebook; it is not changed")
    checks.set_defaults(run=run_replay_check)

    server = commands.add_parser(
        "rehearsal", help="start the rehearsal server: the providers' API, without key or cost"
    )
    server.add_argument("--port", type=int, default=0, help="port on this machine; 0, the default, takes a free one")
    server.set_defaults(run=run_rehearsal)
    return top


def run_demo(given: argparse.Namespace) -> int:
    """``nbreason demo``."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        print(f"nbreason demo needs {', '.join(missing)}: pip install 'nbreason[demo]'.", file=sys.stderr)
        return 1
    from nbreason.cli.demo import demo

    return demo(given.model, given.output)


def run_replay_check(given: argparse.Namespace) -> int:
    """``nbreason replay check``."""
    if missing := [name for name in ("nbclient", "ipykernel") if find_spec(name) is None]:
        print(f"nbreason replay needs {', '.join(missing)}: pip install 'nbreason[demo]'.", file=sys.stderr)
        return 1
    from nbreason.cli.replay import check

    return check(given.notebooks)


def run_lab(given: argparse.Namespace) -> int:
    """``nbreason lab``."""
    if find_spec("jupyterlab") is None:
        print("nbreason lab needs JupyterLab: pip install 'nbreason[demo]'.", file=sys.stderr)
        return 1
    from nbreason.cli.lab import lab

    return lab(given.folder)


def run_doctor(given: argparse.Namespace) -> int:
    """``nbreason doctor``."""
    from nbreason.config.settings import NBReason
    from nbreason.doctor import examine, text
    from nbreason.notebook.notebook import open_session

    session = open_session(NBReason())
    try:
        print(text(examine(session, [("front end", "none: this is the command line")])))
    finally:
        session.close()
    return 0


def run_rehearsal(given: argparse.Namespace) -> int:
    """``nbreason rehearsal``."""
    from nbreason.rehearsal import run

    if not 0 <= given.port <= LAST_PORT:
        print(f"{given.port} is not a port: use 1 to {LAST_PORT}, or 0 for a free one.", file=sys.stderr)
        return 2
    try:
        run(given.port)
    except OSError as error:
        print(f"The port {given.port} cannot be used: {error.strerror}. Try another --port.", file=sys.stderr)
        return 1
    return 0
