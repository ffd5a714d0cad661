"""How the code is laid out.  The table is the architecture document; the tests hold it.

Arrows point down only.  An import counts wherever it stands: at the top of a module, inside a function, or under
``TYPE_CHECKING``.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import nbreason

ROOT = Path(nbreason.__file__).parent
LONGEST = 420

# Package or module -> what of nbreason it may import.  A name allows everything below it.
_BELOW_ASK = {
    *("nbreason.core", "nbreason.errors", "nbreason.config", "nbreason.providers", "nbreason.wire"),
    *("nbreason.transport", "nbreason.store", "nbreason.answers", "nbreason.__version__"),
}
_NOTEBOOK = {*_BELOW_ASK, "nbreason.asking", "nbreason.capture", "nbreason.notebook"}
MAY_IMPORT: dict[str, set[str]] = {
    "nbreason.errors": {"nbreason.core.events"},  # for the type of `partial` only
    "nbreason.core": {"nbreason.core", "nbreason.errors"},
    "nbreason.wire": {"nbreason.core", "nbreason.errors", "nbreason.wire"},
    "nbreason.providers": {"nbreason.core", "nbreason.wire", "nbreason.providers"},
    "nbreason.providers.rehearsal": {"nbreason.core", "nbreason.wire", "nbreason.providers", "nbreason.rehearsal"},
    "nbreason.config": {
        "nbreason.core",
        "nbreason.errors",
        "nbreason.providers",
        "nbreason.wire",
        "nbreason.config",
        "nbreason.store.home",
    },
    "nbreason.transport": {
        "nbreason.errors",
        "nbreason.config.secret",
        "nbreason.config.environment",
        "nbreason.transport",
    },
    "nbreason.capture": {"nbreason.core", "nbreason.capture"},
    "nbreason.commonmark": {"nbreason.commonmark"},
    "nbreason.render": {"nbreason.core", "nbreason.commonmark", "nbreason.render", "nbreason.__version__"},
    "nbreason.store": {"nbreason.core", "nbreason.errors", "nbreason.store"},
    "nbreason.answers": {
        "nbreason.commonmark",
        "nbreason.core",
        "nbreason.errors",
        "nbreason.store",
        "nbreason.answers",
        "nbreason.__version__",
    },
    "nbreason.asking": {*_BELOW_ASK, "nbreason.asking"},
    "nbreason.notebook": _NOTEBOOK,
    "nbreason.api": {*_NOTEBOOK, "nbreason.render.mime"},
    "nbreason.magics": {*_NOTEBOOK, "nbreason.render", "nbreason.doctor", "nbreason.magics"},
    "nbreason.doctor": _NOTEBOOK,
    "nbreason.cli": {*_NOTEBOOK, "nbreason.doctor", "nbreason.rehearsal", "nbreason.cli"},
    "nbreason.rehearsal": {"nbreason.rehearsal"},
}

# Packages that meet in few places only -> where they may be imported.
ONLY_IN: dict[str, set[str]] = {
    "httpx": {"nbreason.transport"},
    "sqlite3": {"nbreason.store"},
    "ipywidgets": {"nbreason.render.panel", "nbreason.render.dashboard"},
    "markdown": {"nbreason.answers.inert", "nbreason.commonmark", "nbreason.render"},
    "pymdownx": {"nbreason.render"},
    "nh3": {"nbreason.render"},
    "IPython": {"nbreason.magics", "nbreason.notebook", "nbreason.render", "nbreason.capture"},
    "keyring": {"nbreason.config.keyring"},
    "matplotlib_inline": {"nbreason.capture"},
    "nest_asyncio2": {"nbreason.notebook.awaiting"},
    "traitlets": {"nbreason.config.settings"},
    "nbclient": {"nbreason.cli"},
    "nbconvert": {"nbreason.cli"},
    "nbformat": {"nbreason.cli"},
    "jinja2": {"nbreason.cli"},
    "latex2mathml": {"nbreason.cli"},
    "http.server": {"nbreason.rehearsal"},
}

# Data libraries are recognised without being imported; where one is needed it is imported inside a function.
OPTIONAL = {"PIL", "altair", "bokeh", "dask", "matplotlib", "numpy", "pandas", "plotly", "polars", "pyarrow", "scipy",
            "seaborn", "sklearn", "sympy", "torch", "xarray", "pydantic"}  # fmt: skip

# What neither `import nbreason` nor `%load_ext nbreason` may bring along.
HEAVY = ("httpx", "ipywidgets", "markdown", "nh3", "PIL", "pandas", "matplotlib", "http.server", "nbreason.store",
         "nbreason.asking.session", "nbreason.transport", "nbreason.rehearsal")  # fmt: skip


@dataclass(frozen=True)
class Import:
    """One import. `at_top` tells whether it runs when the module is imported."""

    module: str
    imported: str
    line: int
    at_top: bool

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.imported}"


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(ROOT.rglob("*.py"))}


def imports_of(module: str) -> Iterator[Import]:
    """Every import of a module, with relative ones resolved and names of packages' modules spelled out."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    deferred = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            inside = source == "nbreason" or any(f"{source}.{alias.name}" in MODULES for alias in node.names)
            names = [f"{source}.{alias.name}" for alias in node.names] if inside else [source]
        else:
            continue
        for name in names:
            yield Import(module, name, node.lineno, id(node) not in deferred)


ALL = [found for module in MODULES for found in imports_of(module)]


def within(name: str, places: set[str]) -> bool:
    """Whether a dotted name is one of the places or below one."""
    return any(name == place or name.startswith(place + ".") for place in places)


def rule_of(module: str) -> set[str] | None:
    """What a module may import: the rule of the longest name that it is below."""
    names = [name for name in MAY_IMPORT if within(module, {name})]
    return MAY_IMPORT[max(names, key=len)] if names else None


def test_something_is_looked_at() -> None:
    assert len(MODULES) > 60
    assert {"nbreason", "nbreason.asking.session", "nbreason.core.events", "nbreason.store.conversations"} <= set(
        MODULES
    )
    seen = {str(found).partition(":")[0] + " " + found.imported for found in ALL}
    assert "nbreason.asking.session nbreason.store.conversations" in seen
    assert "nbreason.providers.rehearsal nbreason.rehearsal" in seen  # inside a function
    assert "nbreason.rehearsal nbreason.rehearsal.server" in seen  # relative


@pytest.mark.parametrize("name", MAY_IMPORT)
def test_arrows_point_down(name: str) -> None:
    assert within(name, set(MODULES)), f"{name} is no more: take it out of the table"
    allowed = [
        found for found in ALL if found.imported.partition(".")[0] == "nbreason" and within(found.module, {name})
    ]
    wrong = [str(found) for found in allowed if not within(found.imported, rule_of(found.module) or set())]
    assert wrong == []


@pytest.mark.parametrize("package", ONLY_IN)
def test_what_meets_in_few_places_is_imported_there_only(package: str) -> None:
    wrong = [
        str(found) for found in ALL if within(found.imported, {package}) and not within(found.module, ONLY_IN[package])
    ]
    assert wrong == []


@pytest.mark.parametrize("name", ["nbreason.core", "nbreason.wire", "nbreason.rehearsal", "nbreason.store"])
def test_the_core_and_its_neighbours_need_the_standard_library_only(name: str) -> None:
    wrong = [
        str(found)
        for found in ALL
        if within(found.module, {name})
        and found.imported.partition(".")[0] not in {*sys.stdlib_module_names, "nbreason", "__future__"}
    ]
    assert wrong == []


def test_wire_and_capture_never_meet() -> None:
    """Whoever imports the one does not import the other; `notebook` and `session` join them through the core."""
    both = {
        found.module
        for found in ALL
        if within(found.imported, {"nbreason.wire"})
        and any(other.module == found.module and within(other.imported, {"nbreason.capture"}) for other in ALL)
    }
    assert both == set()


def test_only_the_session_sees_store_and_transport_together() -> None:
    both = {
        found.module
        for found in ALL
        if within(found.imported, {"nbreason.store"})
        and any(other.module == found.module and within(other.imported, {"nbreason.transport"}) for other in ALL)
    }
    assert both == {"nbreason.asking.session"}


def test_no_cursor_or_connection_leaves_the_store() -> None:
    """`Store.database` gives connections; whoever is outside asks the store's own methods."""
    outside = [module for module in MODULES if not within(module, {"nbreason.store"})]
    trees = {module: ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))) for module in outside}
    wrong = [
        f"{module}:{node.lineno} uses .database"
        for module, nodes in trees.items()
        for node in nodes
        if isinstance(node, ast.Attribute) and node.attr == "database"
    ]
    assert wrong == [], "give the Store a method for it"


def test_no_magic_imports_the_package_that_imports_it() -> None:
    below = [found for found in ALL if found.module.startswith("nbreason.magics.")]
    assert [str(found) for found in below if found.imported == "nbreason.magics"] == []


def test_optional_packages_are_imported_inside_functions_only() -> None:
    wrong = [str(found) for found in ALL if found.at_top and found.imported.partition(".")[0] in OPTIONAL]
    assert wrong == []


def test_the_rehearsal_is_imported_lazily() -> None:
    inside = [found for found in ALL if not within(found.module, {"nbreason.rehearsal"})]
    assert [str(found) for found in inside if found.at_top and within(found.imported, {"nbreason.rehearsal"})] == []


@pytest.mark.parametrize("module", MODULES)
def test_no_module_is_too_long_to_read(module: str) -> None:
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_every_module_says_what_it_is() -> None:
    silent = [
        module
        for module, path in MODULES.items()
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) and module != "nbreason.__main__"
    ]
    assert silent == []


IMPORT = "import nbreason"
LOAD = (
    "from IPython.core.interactiveshell import InteractiveShell\n"
    "from traitlets.config import Config\n"
    "config = Config()\n"
    "config.HistoryManager.enabled = False\n"
    "shell = InteractiveShell.instance(config=config)\n"
    "before = set(sys.modules)\n"
    "shell.run_cell('%load_ext nbreason').raise_error()"
)


@pytest.mark.parametrize("code", [IMPORT, LOAD], ids=["import nbreason", "%load_ext nbreason"])
def test_importing_and_loading_bring_nothing_heavy(code: str, tmp_path: Path) -> None:
    """In a process of its own; what IPython itself had imported before does not count."""
    script = (
        f"import sys, json\nbefore = set(sys.modules)\n{code}\nprint(json.dumps(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert [name for name in json.loads(done.stdout) if within(name, {*HEAVY, "sqlite3", "asyncio.base_events"})] == []
    assert list(tmp_path.glob("**/*.sqlite")) == []
