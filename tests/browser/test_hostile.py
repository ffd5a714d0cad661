"""Hostile answers in a real JupyterLab: live, saved and reopened, and converted.  No request leaves the page and no
script runs; and the same run with IPython's own Markdown is caught, so that these tests are known to bite."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.browser.hostile import payloads
from tests.browser.lab import Lab, Notebook, wait_until
from tests.render.test_tex import PAINTING, REACHING, TEXTBOOK

Open = Callable[..., Notebook]
ANSWERS = ".jp-OutputArea-output .nbreason"
TOGETHER = 25
"""Payloads in one answer: few enough that one that is left open does not swallow the others."""

ODD = """() => {
  const allowed = new Set(['class', 'href', 'rel', 'target', 'start', 'dir']);
  const odd = [];
  for (const element of document.querySelectorAll('.nbreason *')) {
    if (element.closest('mjx-container')) continue;
    const name = element.tagName.toLowerCase();
    if (/^(script|style|iframe|object|embed|img|svg|math|video|audio|form|input|button|link|meta|base)$/.test(name))
      odd.push(name);
    for (const attribute of element.attributes)
      if (!allowed.has(attribute.name)) odd.push(`${name} ${attribute.name}`);
    if (element.href && !/^(https?|mailto):/.test(element.href)) odd.push(element.href);
  }
  for (const link of document.querySelectorAll('.nbreason mjx-container [href]'))
    if (!/^(https?|mailto):/.test(link.href.baseVal ?? link.href)) odd.push(`maths ${link.href}`);
  return odd;
}"""


@dataclass
class Trap:
    """A server that must not be asked, and what a page did."""

    url: str
    asked: list[str] = field(default_factory=list)

    def watch(self, page: Any) -> None:
        """Also note requests that are stopped before they reach the server, and dialogs."""
        page.on("request", lambda request: self.asked.append(request.url) if request.url.startswith(self.url) else None)
        page.on("dialog", lambda dialog: (self.asked.append("dialog"), dialog.dismiss()))


@pytest.fixture
def trap() -> Iterator[Trap]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Trap(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


def bundles(url: str) -> list[str]:
    """The payloads, several in each text."""
    every = payloads(url)
    return ["\n\n".join(every[at : at + TOGETHER]) for at in range(0, len(every), TOGETHER)]


def ran(page: Any) -> list[int]:
    """The numbers of the payloads whose script ran in this page or in a frame of it."""
    return [number for frame in page.frames for number in frame.evaluate("() => window.hostile ?? []")]


def test_there_are_enough_payloads() -> None:
    assert len(payloads("http://127.0.0.1")) >= 200


def test_hostile_answers_fetch_nothing_and_run_nothing(notebook: Open, lab: Lab, page: Any, trap: Trap) -> None:
    texts = bundles(trap.url)
    asks = [f"%%reason --alone --fresh\nrehearse: pace 0, echo\n{text}" for text in texts]
    trap.watch(page)
    hostile = notebook("hostile.ipynb", "%load_ext nbreason", *asks)
    hostile.run_all()
    assert len(texts) == page.locator(".jp-OutputArea-output .nbreason-line").count(), "all answers are shown"
    page.wait_for_timeout(1000)
    assert (ran(page), trap.asked, page.evaluate(ODD)) == ([], [], []), "live"

    hostile.save()
    hostile.open()
    wait_until(lambda: page.locator(ANSWERS).count() == len(texts), 20, "the saved answers to be shown")
    page.wait_for_timeout(1000)
    assert (ran(page), trap.asked, page.evaluate(ODD)) == ([], [], []), "saved and reopened"

    convert(lab.root / "hostile.ipynb", page)
    assert page.locator(".nbreason").count() == len(texts)
    assert (ran(page), trap.asked, page.evaluate(ODD)) == ([], [], []), "converted"


def convert(path: Path, page: Any) -> None:
    """Show a notebook as nbconvert makes it; what that loads from elsewhere by itself is left out."""
    from nbconvert import HTMLExporter

    html, _ = HTMLExporter().from_filename(str(path))
    converted = path.with_suffix(".html")
    converted.write_text(html, encoding="utf-8")
    page.route("**/*", lambda route: route.continue_() if is_here(route.request.url) else route.abort())
    page.goto(converted.as_uri(), wait_until="domcontentloaded")
    page.wait_for_timeout(1000)
    page.unroute_all()


def is_here(url: str) -> bool:
    return url.startswith(("file:", "http://127.0.0.1", "data:", "blob:"))


def test_the_same_texts_as_plain_markdown_are_caught(notebook: Open, page: Any, trap: Trap) -> None:
    cells = [
        f"from IPython.display import Markdown, display\ndisplay(Markdown({text!r}))" for text in bundles(trap.url)
    ]
    trap.watch(page)
    naive = notebook("naive.ipynb", *cells)
    naive.run_all()
    page.wait_for_timeout(1000)
    assert len(ran(page)) > 5, "scripts ran"
    assert len(set(trap.asked)) > 5, "and requests were made"


PAINTED = """() => {
  const line = document.querySelector('.nbreason-line');
  const place = line.getBoundingClientRect();
  const mine = getComputedStyle(line).borderTopColor;
  const found = [];
  for (const element of document.querySelectorAll('.nbreason, .nbreason *')) {
    const style = getComputedStyle(element);
    for (const side of ['Top', 'Right', 'Bottom', 'Left'])
      if (parseFloat(style[`border${side}Width`]) && style[`border${side}Color`] === mine) found.push(element.tagName);
    if (element.getBoundingClientRect().height > 6000) found.push('high');
  }
  if (!line.contains(document.elementFromPoint(place.x + place.width / 2, place.y + place.height / 2)))
    found.push('covered');
  return found;
}"""


def formula(page: Any, number: int) -> str:
    """A formula of the page as MathJax has drawn it."""
    wait_until(lambda: page.locator("mjx-container").count() > number, 20, "formulas to be typeset")
    return str(page.locator("mjx-container").nth(number).inner_html())


def test_formulas_change_nothing_in_other_cells_and_paint_nothing_over_our_line(notebook: Open, page: Any) -> None:
    sine = "from IPython.display import Latex, display\ndisplay(Latex(r'$\\sin x$'))"
    texts = ["\n\n".join(f"${tex}$" for tex in every if "\n" not in tex) for every in (REACHING, PAINTING)]
    asks = [f"%%reason --alone --fresh\nrehearse: pace 0, echo\n{text}" for text in texts]
    cells = notebook("formulas.ipynb", "%load_ext nbreason", sine, *asks, sine)
    cells.run(0, 1)
    before = formula(page, 0)
    cells.run(2, 3, 4)
    page.wait_for_timeout(1000)
    assert formula(page, page.locator("mjx-container").count() - 1) == before
    page.locator(".nbreason-line").first.scroll_into_view_if_needed()
    assert page.evaluate(PAINTED) == []


def test_every_formula_of_textbooks_is_typeset_without_an_error(notebook: Open, page: Any) -> None:
    halves = ["\n\n".join(f"\\[{tex}\\]" for tex in TEXTBOOK[start::2]) for start in (0, 1)]
    cells = [
        f"from nbreason.render.markdown import page\nfrom IPython.display import HTML\nHTML(page({text!r}))"
        for text in halves
    ]
    notebook("textbook.ipynb", *cells).run_all()
    wait_until(lambda: page.locator("mjx-container").count() == len(TEXTBOOK), 90, "formulas to be typeset")
    red = page.locator("mjx-merror, mjx-mtext[style*='red'], [data-mjx-error]")
    assert red.all_inner_texts() == []
