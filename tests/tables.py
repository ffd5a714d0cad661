"""The tables of ``docs/reliability.md`` and ``docs/security.md``: ``python -m tests.tables`` renews them.

Each row names the tests that hold it, found by the number in their names; `tests/test_tables.py` fails when a page has
drifted, when a row has no test, or when a test has no row.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests"
PAGES = {"fault": ROOT / "docs" / "reliability.md", "threat": ROOT / "docs" / "security.md"}
FOUND = re.compile(r"^def (test_(fault|threat)_(\d\d)_\w+)\(", re.MULTILINE)
ROW = re.compile(r"^\| (\d+) \| ([^|]*) \| ([^|]*) \| [^|]* \|$", re.MULTILINE)
Held = dict[int, list[tuple[str, str]]]


def held(kind: str) -> Held:
    """Row -> the tests that hold it: file and name."""
    found: Held = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for name, of, number in FOUND.findall(path.read_text(encoding="utf-8")):
            if of == kind:
                found.setdefault(int(number), []).append((path.relative_to(ROOT).as_posix(), name))
    return found


def renewed(kind: str, text: str) -> str:
    """The page with the last column made anew."""
    tests = held(kind)

    def row(match: re.Match[str]) -> str:
        number, what, must = match.groups()
        cell = "<br>".join(link(kind, file, name) for file, name in tests.get(int(number), []))
        return f"| {number} | {what} | {must} | {cell or '**nothing**'} |"

    return ROW.sub(row, text)


def link(kind: str, file: str, name: str) -> str:
    """A test as a link, its name as words."""
    words = name.removeprefix(f"test_{kind}_")[3:].replace("_", " ")
    return f"[{words}](../{file})"


def rows(text: str) -> list[int]:
    """The numbers of the rows of a page, in order."""
    return [int(match[1]) for match in ROW.finditer(text)]


def main() -> None:
    for kind, page in PAGES.items():
        page.write_text(renewed(kind, page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
