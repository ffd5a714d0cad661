"""``--background`` in a real kernel: what its own cell shows in the end, and what the handle tells."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from nbreason.notebook.notebook import notebook_of
from nbreason.rehearsal import Rehearsal
from tests.conftest import Kernel, Ran, Shell

CODE = "rehearse: echo\n```python\nx = 1\n```"


@pytest.fixture
def kernel(module_kernel: Kernel) -> Kernel:
    """The module's kernel, with a new conversation."""
    ran = module_kernel.run("import nbreason\n%config NBReason.model = 'rehearsal:o3'\n%nbreason reset")
    assert ran.error is None, ran.error
    return module_kernel


def finished(kernel: Kernel, began: Ran) -> tuple[str, dict[str, Any]]:
    """Wait for the answer of a cell; gives the words of its handle `late`, and what its display became."""
    assert began.error is None, began.error
    request = kernel.send("import time\nwhile not late.done:\n    time.sleep(0.05)\nprint(late)")
    updates, ran = began.updates, Ran()
    while True:
        message = kernel.client.get_iopub_msg(timeout=30)
        if message["msg_type"] == "update_display_data":
            updates.append(message["content"])
        if message["parent_header"].get("msg_id") == request:
            ran.note(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return ran.printed.strip(), updates[-1]


def test_an_answer_comes_and_the_handle_tells(kernel: Kernel, module_rehearsal: Rehearsal) -> None:
    ran = kernel.run("%%reason -b -o late\nWhy?\nrehearse: slow 1\nrehearse: echo\nTwo groups.", cell="back-1")
    assert kernel.evaluate("str(late)").strip("'\"") == (
        "<asking rehearsal:o3: .wait() returns the answer, .cancel() stops it>"
    )
    words, final = finished(kernel, ran)
    assert words == "<rehearsal:o3 has answered: .wait() returns the answer>"
    assert "Two groups." in final["data"]["text/html"]
    assert kernel.evaluate("late.wait() is _reason") == "True"


@pytest.mark.parametrize(
    ("wish", "line"), [("error 401", "did not accept the key"), ("error 500", "It may have been billed")]
)
def test_an_error_looks_like_one(kernel: Kernel, wish: str, line: str) -> None:
    ran = kernel.run(f"%%reason -b -o late\nWhy?\nrehearse: slow 0.3\nrehearse: {wish}", cell=f"back-{wish[-3:]}")
    words, final = finished(kernel, ran)
    html, plain = final["data"]["text/html"], final["data"]["text/plain"]
    assert words.startswith("<no answer from rehearsal:o3: ")
    assert line in words
    assert "connection lost" not in html + plain
    assert "no answer" in plain
    assert line in plain
    assert "var(--jp-rendermime-error-background" in html
    assert "nbreason/" not in html
    assert kernel.run("late.wait()").error["evalue"] == plain.splitlines()[-1]  # type: ignore[index]


def test_what_had_come_stands_above_the_error(kernel: Kernel) -> None:
    _, final = finished(kernel, kernel.run("%%reason -b -o late\nWhy?\nrehearse: cut", cell="back-cut"))
    plain = final["data"]["text/plain"]
    assert "This is the rehearsal server" in plain
    assert "connection lost, incomplete" in plain
    assert "It may have been billed" in plain.splitlines()[-1]
    assert final["metadata"]["nbreason"]["requested_model"] == "rehearsal:o3"


def test_code_waits_for_the_person(kernel: Kernel) -> None:
    """The next cell is set in the reply to a cell, which is gone by then."""
    ran = kernel.run(f"%%reason -b -f code -o late\nWrite.\n{CODE}", cell="back-code")
    line = "Once the answer is complete, %nbreason code puts its code into the next cell"
    assert line in " ".join(ran.text.split())
    finished(kernel, ran)
    assert kernel.evaluate("late.wait().value") == "'x = 1'"
    assert "1 line of code put into the next cell" in kernel.run("%nbreason code").text


def test_where_nobody_watches_it_is_waited_for(kernel: Kernel) -> None:
    ran = kernel.run(f"%%reason -b -f code -o late\nWrite now.\n{CODE}")
    assert "x = 1" in ran.text
    assert "Once the answer" not in ran.text
    assert kernel.evaluate("str(late)").strip("'\"") == "<rehearsal:o3 has answered: .wait() returns the answer>"
    assert kernel.evaluate("late.wait() is _reason") == "True"


def test_a_handle_that_is_cancelled_says_so(kernel: Kernel, module_rehearsal: Rehearsal) -> None:
    posts = module_rehearsal.posts
    ran = kernel.run("%%reason -b -o late\nWhy?\nrehearse: slow 30", cell="back-cancel")
    started = time.monotonic()
    while module_rehearsal.posts == posts and time.monotonic() < started + 20:
        time.sleep(0.02)
    kernel.run("late.cancel()")
    words, _ = finished(kernel, ran)
    assert words == "<rehearsal:o3 was stopped: .wait() returns what had arrived>"


NOTEBOOK = "from nbreason.notebook.notebook import notebook_of\nnotebook = notebook_of(get_ipython())\n"


@pytest.fixture
def mended(kernel: Kernel) -> Iterator[None]:
    """Whatever a test has broken in the kernel is as before."""
    yield
    ran = kernel.run("notebook.settings.budget = ''\nvars(notebook).pop('refreshed_by', None)\n%nbreason panel off")
    assert ran.error is None, ran.error


def test_a_dashboard_that_fails_harms_no_answer(kernel: Kernel, mended: None) -> None:
    """The budget is made nonsense while it comes, so that what the dashboard tells cannot be found out."""
    assert kernel.run("%nbreason panel", cell="board").error is None
    began = kernel.run("%%reason -b -o late\nWhy?\nrehearse: slow 1\nrehearse: echo\nso", cell="back-board")
    printed = kernel.run(f"{NOTEBOOK}notebook.settings.budget = 'nonsense'").text
    words, final = finished(kernel, began)
    assert words == "<rehearsal:o3 has answered: .wait() returns the answer>"
    assert "so" in final["data"]["text/plain"]
    assert kernel.evaluate("(_reason is late.wait(), notebook.running)") == "(True, [])"
    assert "Error in callback" not in printed + kernel.run("1").text


def test_what_cannot_be_shown_while_it_comes_is_shown_in_the_end(kernel: Kernel, mended: None) -> None:
    kernel.run(f"{NOTEBOOK}def broken(events): raise OSError('no screen')\nnotebook.refreshed_by = broken")
    began = kernel.run("%%reason -b -o late\nAnd?\nrehearse: slow 0.5\nrehearse: echo\nso", cell="back-blind")
    words, final = finished(kernel, began)
    assert words == "<rehearsal:o3 has answered: .wait() returns the answer>"
    assert "so" in final["data"]["text/plain"]
    assert kernel.evaluate("(_reason is late.wait(), notebook.running)") == "(True, [])"


def test_an_error_of_any_kind_replaces_the_panel(kernel: Kernel, mended: None) -> None:
    began = kernel.run("%%reason -b -o late\nThen?\nrehearse: slow 1", cell="back-any")
    kernel.run(f"{NOTEBOOK}def broken(timeout=None): raise OSError('no disk')\nlate._run.result = broken")
    words, final = finished(kernel, began)
    assert words == "<no answer from rehearsal:o3: OSError: no disk>"
    assert final["data"]["text/plain"].splitlines()[-1] == "OSError: no disk"
    assert "rehearsal:o3 · no answer" in final["data"]["text/plain"]
    assert kernel.evaluate("notebook.running") == "[]"


def test_a_dashboard_that_cannot_be_drawn_harms_no_ask(shell: Shell) -> None:
    def fail() -> None:
        raise OSError("no connection")

    notebook = notebook_of(shell.shell)
    assert notebook is not None
    notebook.dashboard = fail, lambda: None
    shell.run("%reason Why?")
    assert shell.names["_reason"].complete
    assert notebook.running == []
