"""docs/contributing.md: its recipes work as written, and a step that is forgotten fails with what to do."""

from __future__ import annotations

import ast
import pkgutil
import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from renew import COMMAND, ROOT

import nbreason.capture.kinds
import nbreason.magics.subcommands
import nbreason.providers
from nbreason.core.options import OPTIONS
from nbreason.magics.subcommands import SUBCOMMANDS, registry

PAGE = ROOT / "docs" / "contributing.md"
RECIPES = re.findall(r"^## (Adding .*?)\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
STEP = re.compile(r"^(New file|In) `([^`]+)`:\n\n```(?:python|diff)\n(.*?)```", re.MULTILINE | re.DOTALL)
NUMBERS = {"Two": 2, "Three": 3, "Four": 4}


def run(folder: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=folder, env={"PATH": "", "HOME": str(folder)}, capture_output=True, text=True)
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}\n{done.stderr}"


def applied(text: str, diff: str) -> str:
    """The text with the lines of a diff changed."""
    lines = diff.splitlines(keepends=True)
    old, new = ("".join(line[1:] for line in lines if line[0] in f" {sign}") for sign in "-+")
    assert text.count(old) == 1, f"docs/contributing.md shows lines that are not in the code any more:\n{old}"
    return text.replace(old, new)


@pytest.mark.slow
@pytest.mark.parametrize(("title", "recipe"), RECIPES, ids=[title for title, _ in RECIPES])
def test_a_recipe_works_as_written(title: str, recipe: str, tmp_path: Path) -> None:
    """In a copy of the checkout: its files are written, the documents renewed, and its tests, ruff and mypy pass."""
    git = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    for name in names:
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    steps = STEP.findall(recipe)
    for how, name, text in steps:
        path = tmp_path / name
        assert path.exists() == (how == "In"), name
        path.write_text(applied(path.read_text(encoding="utf-8"), text) if path.exists() else text, encoding="utf-8")

    before = {path: path.read_bytes() for path in (tmp_path / "docs").glob("*.md")}
    run(tmp_path, sys.executable, *COMMAND.split()[1:])
    renewed = [path.name for path, old in before.items() if path.read_bytes() != old]
    assert NUMBERS[recipe.split()[0]] == len(steps) + len(renewed), f"files touched: {[*steps, *renewed]}"

    (tests,) = re.findall(r"^```\npytest (.*)\n```", recipe, re.MULTILINE)
    run(tmp_path, sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", *tests.split())
    changed = [name for _, name, _ in steps]
    run(tmp_path, sys.executable, "-m", "ruff", "check", "--no-cache", *changed)
    run(tmp_path, sys.executable, "-m", "ruff", "format", "--no-cache", "--check", *changed)


def modules(package: str) -> list[str]:
    return [f"{package}.{found.name}" for found in pkgutil.iter_modules(import_module(package).__path__)]


@pytest.mark.parametrize("name", modules("nbreason.providers"))
def test_each_file_of_a_provider_has_one(name: str) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "nbreason").rglob("*.py"))
    package, _, module = name.rpartition(".")
    helper = f"from {name} import" in code or f"from {package} import {module}" in code
    provider = getattr(import_module(name), "PROVIDER", None)
    assert helper or isinstance(provider, nbreason.providers.Provider), f"{name} needs PROVIDER = Provider(…)"


@pytest.mark.parametrize("name", modules("nbreason.capture.kinds"))
def test_each_file_of_a_kind_has_what_is_looked_for(name: str) -> None:
    missing = [wanted for wanted in ("SENT", "matches", "describe") if not hasattr(import_module(name), wanted)]
    assert missing == [], f"{name} needs {' and '.join(missing)}; see docs/contributing.md"


@pytest.mark.parametrize("name", sorted(set(modules("nbreason.magics.subcommands")) - {registry.__name__}))
def test_each_file_of_subcommands_declares_one(name: str) -> None:
    declared = {command.run.__module__ for command in SUBCOMMANDS.values()}
    assert name in declared, f'{name} declares no subcommand: decorate its function with @subcommand("", "its help")'


def test_each_option_is_used() -> None:
    read = {
        node.attr
        for path in (ROOT / "nbreason").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("options")
    }
    unused = set(OPTIONS) - read
    assert not unused, f"nothing reads {unused} of the options: nbreason/core/options.py declares them, so use them"
