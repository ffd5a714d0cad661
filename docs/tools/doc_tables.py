"""The tables of the documents, each made from the code that it describes; ``renew.py`` puts them into their places."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import textwrap
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import get_args

import nbreason.capture
import nbreason.capture.kinds
import nbreason.notebook
from nbreason.capture.registry import order
from nbreason.capture.sent import Group, Sent
from nbreason.config.settings import NBReason
from nbreason.core.events import Answer
from nbreason.core.models import ModelFacts
from nbreason.core.usage import Money, Usage
from nbreason.magics.help import nbreason_help, reason_help
from nbreason.providers import providers
from nbreason.providers.base import Provider
from nbreason.render.line import static_line

ROOT = Path(__file__).resolve().parents[2]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


# README.md.


def status_line() -> str:
    """The line under an answer, as the page shows it."""
    answer = Answer(
        text="Because it does.",
        requested_model="segmind:o3",
        effort="high",
        seconds=6.2,
        finish="stop",
        usage=Usage(1204, 388, 256),
        attached=("1 figure", "df (9 of 240 rows)", "3 turns"),
        estimate=4800,
        window=200_000,
        balance=Money(41.7, "credits"),
        cost=Money(0.3, "credits"),
    )
    return f"`{static_line(answer)}`\n"


# docs/providers.md.


def in_order() -> list[Provider]:
    """The providers, those that become the default first."""
    return sorted(providers().values(), key=lambda provider: (provider.rank, provider.name))


def provider_table() -> str:
    """Where each provider is, and how the key travels."""
    rows = [
        (
            f"`{provider.name}`",
            provider.title,
            f"`{provider.base_url}`" if provider.base_url else provider.note,
            f"{provider.wire}, {'streamed' if provider.streams else 'whole'}",
            " or ".join(f"`{name}`" for name in provider.keys) or "none",
            f"`{provider.auth.header}`" + ("" if not provider.placeholder else ", optional"),
            money(provider),
        )
        for provider in in_order()
    ]
    return table(("name", "provider", "address", "wire", "key in", "sent as", "cost and balance"), rows)


def money(provider: Provider) -> str:
    """Where cost and balance are found."""
    cost = [f"`{name}`" for name in (*provider.cost_headers, *(path for path, _ in provider.costs))]
    left = [f"`{name}`" for name in (*provider.balance_headers, *(provider.budget_headers or ()))]
    if provider.balance is not None:
        left.append(f"`GET {provider.balance.path}`")
    told = [f"cost: {', '.join(cost)}" if cost else "", f"left: {', '.join(left)}" if left else ""]
    return "; ".join(part for part in told if part) or "not reported"


def model_table() -> str:
    """What each described model takes."""
    rows = [row(provider, name, facts) for provider in in_order() for name, facts in provider.models.items()]
    rows += [row(provider, "NAME", provider.unknown) for provider in in_order() if not provider.models]
    return table(("model", "on the wire", "images", "effort", "instructions", "JSON", "window", "longest answer"), rows)


def row(provider: Provider, name: str, facts: ModelFacts) -> tuple[str, ...]:
    """One model."""
    size = f" of {facts.image_bytes // 1_000_000} MB" if facts.image_bytes else ""
    many = {"any": "yes", None: "unknown", 0: "no"}.get(facts.images, f"up to {facts.images}{size}")
    role = {"system": "system", "developer": "developer", "fold": "in the first user message"}[facts.system]
    return (
        f"`{provider.name}:{name}`",
        f"`{facts.id or name}`",
        many,
        "passed on" if facts.efforts is None else ", ".join(facts.efforts) or "no",
        role,
        ", ".join(facts.json) or "in words",
        f"{facts.window:,}" if facts.window else "unknown",
        f"{facts.max_output:,}" if facts.max_output else "unknown",
    )


def catalogue_table() -> str:
    """Where servers say what models they have."""
    rows = [
        (
            f"`{provider.name}`",
            ", ".join(f"`{query.method} {query.path}`" for query in provider.catalogue),
            "yes" if provider.catalogue[0].key else "no",
        )
        for provider in in_order()
        if provider.catalogue and not provider.account
    ]
    return table(("name", "asked", "with the key"), rows)


def certainty() -> str:
    """What is confirmed and what is an assumption, provider by provider."""
    rows = [
        (f"`{provider.name}`", "; ".join(provider.confirmed), "; ".join(provider.assumed) or "nothing")
        for provider in in_order()
    ]
    return table(("name", "confirmed by", "assumed"), rows)


# docs/what-is-sent.md.


def sent_modules() -> list[ModuleType]:
    """The modules that say what is sent, in the order in which they are asked about an object."""
    rooms = (nbreason.capture, nbreason.capture.kinds, nbreason.notebook)
    found = (info.name for room in rooms for info in pkgutil.iter_modules(room.__path__, f"{room.__name__}."))
    loaded = [importlib.import_module(name) for name in sorted(found, key=lambda name: name.rpartition(".")[2])]
    return sorted((module for module in loaded if hasattr(module, "SENT")), key=order)


def sent_rows() -> list[Sent]:
    """What all of them say."""
    return [row for module in sent_modules() for row in module.SENT]


def sent_table(group: str, _: str) -> str:
    """The kinds of object of one group."""
    return table(
        ("kind of object", "what is sent"), [(row.objects, row.what) for row in sent_rows() if row.group == group]
    )


# docs/commands.md.


def settings_table() -> str:
    """One row for each setting."""
    fresh = NBReason()
    traits = NBReason.class_own_traits(config=True)
    rows = [(f"`{name}`", f"`{getattr(fresh, name)!r}`", trait.help) for name, trait in sorted(traits.items())]
    return table(("setting", "default", "what"), rows)


# docs/reliability.md and docs/security.md: each row names the tests that hold it, found by the number in their names.

HOLDS = re.compile(r"^def (test_(fault|threat)_(\d\d)_\w+)\(", re.MULTILINE)
ROW = re.compile(r"^\| (\d+) \| ([^|]*) \| ([^|]*) \| [^|]* \|$", re.MULTILINE)


def held(kind: str) -> dict[int, list[tuple[str, str]]]:
    """Row -> the tests that hold it: file and name.  kind: fault or threat"""
    found: dict[int, list[tuple[str, str]]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, of, number in HOLDS.findall(path.read_text(encoding="utf-8")):
            if of == kind:
                found.setdefault(int(number), []).append((path.relative_to(ROOT).as_posix(), name))
    return found


def held_table(kind: str, old: str) -> str:
    """The same table with its last column made anew."""
    tests = held(kind)

    def link(file: str, name: str) -> str:
        return f"[{name.removeprefix(f'test_{kind}_')[3:].replace('_', ' ')}](../{file})"

    def row(match: re.Match[str]) -> str:
        number, what, must = match.groups()
        cell = "<br>".join(link(file, name) for file, name in tests.get(int(number), []))
        return f"| {number} | {what} | {must} | {cell or '**nothing**'} |"

    return ROW.sub(row, old)


# docs/contributing.md.


def code_map() -> str:
    """The rooms of the package, each above those that it imports, with the first sentence of what each says it is."""
    package = ROOT / "nbreason"
    rooms = {path.name for path in package.iterdir() if (path / "__init__.py").exists()}
    rooms |= {path.stem for path in package.glob("*.py") if not path.stem.startswith("__")}
    imports = {room: imported_rooms(room) & rooms - {room} for room in rooms}
    imports["errors"].discard("core")  # one type, for the type checker only

    def height(room: str) -> int:
        return 1 + max(map(height, imports[room]), default=0)

    lines = []
    for level in range(max(map(height, rooms)), 0, -1):
        lines += ["-" * 100]
        for room in sorted(room for room in rooms if height(room) == level):
            file = package / room / "__init__.py" if (package / room).is_dir() else package / f"{room}.py"
            said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
            sentence = re.split(r"\.\s|\.?$", said.replace("\n", " "), maxsplit=1)[0].replace("``", "").replace("`", "")
            name = room + ("/" if file.name == "__init__.py" else ".py")
            lines += textwrap.wrap(sentence, 100, initial_indent=f"{name:<14}", subsequent_indent=" " * 14)
    return "\n".join(["```", *lines, "-" * 100, "```", ""])


def imported_rooms(room: str) -> set[str]:
    """What the modules of a room import of the package, wherever the import stands."""
    package = ROOT / "nbreason"
    found: set[str] = set()
    for file in (*(package / room).rglob("*.py"), *package.glob(f"{room}.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                continue
            found |= {name.split(".")[1] for name in names if name.startswith("nbreason.")}
    return found


TABLES: dict[str, Callable[[str], str]] = {
    "status-line": lambda _: status_line(),
    "providers": lambda _: provider_table(),
    "models": lambda _: model_table(),
    "catalogues": lambda _: catalogue_table(),
    "certainty": lambda _: certainty(),
    **{f"sent-{group}": partial(sent_table, group) for group in get_args(Group)},
    "reason-help": lambda _: f"```\n{reason_help()}\n```\n",
    "nbreason-help": lambda _: f"```\n{nbreason_help()}\n```\n",
    "code-map": lambda _: code_map(),
    "settings": lambda _: settings_table(),
    "faults": partial(held_table, "fault"),
    "threats": partial(held_table, "threat"),
}
"""Name of a table -> what makes it from what stands there now."""
