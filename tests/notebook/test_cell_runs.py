"""A turn that its cell no longer asks leaves the context, once the cell has run to its end; asked again, it is back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nbreason.rehearsal import Rehearsal
from tests.conftest import Kernel

TWO = "%reason one\n%reason two"


class Page:
    """A notebook in which cell z, below all others, asks to see what its context is."""

    def __init__(self, kernel: Kernel, rehearsal: Rehearsal) -> None:
        self._kernel, self._rehearsal = kernel, rehearsal

    def run(self, code: str, cell: str = "a") -> str:
        return self._kernel.run(code, cell=cell).text

    @property
    def context(self) -> list[str]:
        self.run("%reason --fresh And?", "z")
        messages = self._rehearsal.bodies[-1]["messages"]
        return [message["content"] for message in messages if message["role"] == "user"][:-1]


@pytest.fixture
def page(module_kernel: Kernel, module_rehearsal: Rehearsal) -> Iterator[Page]:
    page = Page(module_kernel, module_rehearsal)
    page.run(TWO)
    assert page.context == ["one", "two"]
    yield page
    page.run("%nbreason reset", "x")


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("%reason one", ["one"]),
        ("1 + 1", []),
        ("%reason -t other one\n%reason two", ["two"]),
        ("get_ipython().run_cell('%reason one')", ["one"]),
    ],
)
def test_what_a_cell_no_longer_asks_is_no_context_until_it_asks_it_again(
    page: Page, code: str, left: list[str]
) -> None:
    page.run(code)
    assert page.context == left
    page.run(TWO)
    assert page.context == ["one", "two"]


@pytest.mark.parametrize("code", ["%reason one\n1 / 0", "%reason -n one\n%reason -n two"])
def test_a_cell_that_fails_and_a_dry_run_leave_the_turns_as_they_are(page: Page, code: str) -> None:
    page.run(code)
    assert page.context == ["one", "two"]


def test_a_turn_that_is_no_longer_asked_stands_in_the_whole_history_and_in_no_export(page: Page) -> None:
    page.run("%reason one")
    assert "two" not in page.run("%nbreason history", "x")
    assert "longer asks" in page.run("%nbreason history --all", "x")
    assert "2 turns written" in page.run("%nbreason export talk.json", "x")


def test_undo_of_a_cell_that_was_run_again_names_the_version_it_removes(page: Page) -> None:
    page.run("%reason one better\n%reason two")
    page.run("%nbreason undo", "x")  # the second question, which was asked anew in its new context
    assert " ".join(page.run("%nbreason undo", "x").split()) == (
        'Removed the last version of turn 1 "one better": the one before is current again (redo restores it).'
    )
    assert page.context == ["one", "two"]
