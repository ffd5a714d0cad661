"""axe-core finds nothing against WCAG 2.2 AA in what this package puts on a page, in light, dark and high contrast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from axe_playwright_python.sync_playwright import Axe

from tests.browser.lab import Notebook, wait_until

Open = Callable[..., Notebook]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OURS = ".jp-Notebook .jp-OutputArea-output"
ANSWER = r"""## Two groups

See [the page](https://example.org) and `df`; $\bar x = 54.6$.

1. *Short* waits
   - [x] seen
   - [ ] explained

| group | share |
|:--|--:|
| short | 0.36 |

> Quoted.

$$f(x) = w\,\varphi(x)$$

```python
# mean of all
print("mean", 54.6)
```
"""


def violations(notebook: Notebook, *selectors: str) -> list[tuple[str, str]]:
    """What axe-core finds inside of these elements: the rule, and where."""
    # JupyterLab's body has no height, which axe-core takes for hidden: then no contrast is looked at.
    notebook.page.evaluate("() => { document.body.style.height = '100vh' }")
    context: Any = {"include": [[selector] for selector in selectors]}
    found = Axe().run(notebook.page, context, {"runOnly": RULES}).response
    assert found["passes"], "it has looked at something"
    return [(one["id"], node["html"][:200]) for one in found["violations"] for node in one["nodes"]]


def test_nothing_on_the_page_is_against_wcag(notebook: Open, page: Any) -> None:
    """An answer, its buttons, a dry run, a table, a dashboard, an error, the status bar, and an answer that streams."""
    cells = (
        "%load_ext nbreason",
        f"%%reason --fresh\nWhy?\nrehearse: think\nrehearse: echo\n{ANSWER}",
        "%reason --dry-run And then?",
        "%nbreason history",
        "%nbreason panel",
        "%reason -m segmind:o3 Why?",
    )
    page.set_viewport_size({"width": 1100, "height": 4500})  # contrast is looked at where one can see it
    shown = notebook("axe.ipynb", *cells, "%%reason --fresh\nWhy?\nrehearse: think, pace 300")
    for cell in range(len(cells)):
        shown.run(cell)
    shown.page.locator(f"{OURS} mjx-container").first.wait_for()
    for theme in ("Dark", "Dark High Contrast", "Light"):
        shown.theme(theme)
        shown.select(len(cells))
        shown.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-cell'); return null }")
        wait_until(lambda: any("Stop" in text for text in shown.html(f"{OURS} button")), 30, "the panel")
        shown.page.wait_for_timeout(1000)  # colours fade into each other
        assert violations(shown, OURS) == [], theme
        shown.page.locator(f"{OURS} button", has_text="Stop").last.click()
        shown.wait_for_end()
        assert violations(shown, OURS, "#nbreason-status") == [], theme
    shown.page.locator(f"{OURS} .nbreason-line").last.evaluate("e => { e.style.color = '#ccc' }")
    assert {rule for rule, _ in violations(shown, OURS)} == {"color-contrast"}, "what is wrong is found"
