"""Renews what the documents say of the code: ``python docs/tools/renew.py``.

Each table stands between two marks, and is made by the function of that name in ``doc_tables.py``::

    <!-- NAME: made by docs/tools/renew.py -->
    <!-- end -->
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "python docs/tools/renew.py"
MARK = re.compile(r"(<!-- ([\w-]+): made by docs/tools/renew\.py -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def pages() -> list[Path]:
    """All documents."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def renewed(text: str) -> str:
    """A document with its tables made anew from the code of this checkout."""
    from doc_tables import TABLES

    return MARK.sub(lambda found: found[1] + TABLES[found[2]](found[3]) + found[4], text)


def main() -> None:
    """Renew the documents, and name those that have changed."""
    sys.path.insert(0, str(ROOT))
    for page in pages():
        old = page.read_text(encoding="utf-8")
        new = renewed(old)
        if new != old:
            page.write_text(new, encoding="utf-8")
            print(f"renewed {page.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
