"""Renews what the documents say of the code: ``python docs/tools/renew.py``.

Each table stands between two marks, and is made by the function of that name in ``doc_tables.py``::

    <!-- NAME: made by docs/tools/renew.py -->
    <!-- end -->

The style sheet that the labextension brings is a copy of that in each answer, which an untrusted notebook loses.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "python docs/tools/renew.py"
STYLE_SHEET = ROOT / "nbreason" / "labextension" / "static" / "answers.css"
MARK = re.compile(r"(<!-- ([\w-]+): made by docs/tools/renew\.py -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def pages() -> list[Path]:
    """All documents."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def renewed(text: str) -> str:
    """A document with its tables made anew from the code of this checkout."""
    from doc_tables import TABLES

    return MARK.sub(lambda found: found[1] + TABLES[found[2]](found[3]) + found[4], text)


def drifted() -> dict[Path, str]:
    """What the files should hold that differ from the code."""
    from nbreason.render.code import STYLE

    wanted = {page: renewed(page.read_text(encoding="utf-8")) for page in pages()} | {STYLE_SHEET: STYLE + "\n"}
    return {path: text for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text}


def main() -> None:
    """Renew the files, and name those that have changed."""
    sys.path.insert(0, str(ROOT))
    for path, text in drifted().items():
        path.write_text(text, encoding="utf-8")
        print(f"renewed {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
