"""The setting `save`: what is asked while it is off is on no disk, and a login outlives the change."""

from __future__ import annotations

from pathlib import Path

from nbreason.config.secret import Secret
from nbreason.notebook.notebook import notebook_of
from tests.conftest import Shell
from tests.threats.test_keys import holding


def test_what_is_asked_after_saving_was_switched_off_is_on_no_disk(shell: Shell, tmp_path: Path) -> None:
    shell.run("%reason An open question?")
    notebook = notebook_of(shell.shell)
    assert notebook is not None
    notebook.session.keys.login("SEGMIND_API_KEY", Secret("typed-before"))
    shell.run("%config NBReason.save = False")
    shell.run("%reason -m rehearsal:o3 A private question?")
    assert holding(tmp_path, "A private question?") == []
    assert holding(tmp_path, "An open question?") != []
    assert notebook.session.store.place_in_words.startswith("memory")
    found = notebook.session.keys.find(["SEGMIND_API_KEY"])
    assert found is not None
    assert found.reveal() == "typed-before"
    shell.run("%config NBReason.save = True")
    assert len(notebook.session.store.history(notebook.conversation())) == 1
