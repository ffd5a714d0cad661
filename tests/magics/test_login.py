"""``%nbreason login`` and ``logout``: with somebody at the keyboard of a real kernel, over keyrings of all kinds."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nbreason.errors import Refused, UsageProblem
from nbreason.keys import Secret, find_key
from nbreason.logins import Logins, Ring, RingTrouble
from nbreason.store.sqlite import Store
from tests.conftest import Kernel, MakeSession, Ran, Scripted, Shell, http, question, running_kernel
from tests.threats.test_keys import holding

KEY = "qwertz.unshaped.key.4711"
NAME = "SEGMIND_API_KEY"
REPLY = http(body=json.dumps({"choices": [{"message": {"content": "An answer."}, "finish_reason": "stop"}]}).encode())
SAFE = '''
import json, os, pathlib
from keyring.backend import KeyringBackend

class {name}(KeyringBackend):
    """As safe as its priority says, for tests."""

    priority = {priority}

    def _all(self):
        path = pathlib.Path(os.environ["RING"])
        return json.loads(path.read_text()) if path.exists() else {{}}

    def get_password(self, service, username):
        return self._all().get(f"{{service}}/{{username}}")

    def set_password(self, service, username, password):
        every = {{**self._all(), f"{{service}}/{{username}}": password}}
        pathlib.Path(os.environ["RING"]).write_text(json.dumps(every))

    def delete_password(self, service, username):
        left = self._all()
        del left[f"{{service}}/{{username}}"]
        pathlib.Path(os.environ["RING"]).write_text(json.dumps(left))
'''


@pytest.fixture
def kernels(tmp_path: Path, serve: Callable[..., Scripted]) -> Iterator[Callable[..., Kernel]]:
    """Starts kernels, one after the other, whose Segmind is a server that keeps its requests."""
    from contextlib import ExitStack

    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "rings.py").write_text(SAFE.format(name="Safe", priority=5) + SAFE.format(name="Plain", priority=0.5))

    with ExitStack() as running:

        def start(ring: str = "Safe", **environment: str) -> Kernel:
            variables = {
                "PYTHONPATH": str(modules),
                "PYTHON_KEYRING_BACKEND": f"rings.{ring}",
                "RING": str(tmp_path / "ring.json"),
                "NBREASON_SEGMIND_URL": serve(REPLY).url,
                **environment,
            }
            kernel = running.enter_context(running_kernel(variables, tmp_path))
            assert kernel.run("%load_ext nbreason").error is None
            return kernel

        yield start


def said(ran: Ran) -> str:
    """What a cell showed, its error included, in one line."""
    return " ".join((ran.text + (ran.error["evalue"] if ran.error else "")).split())


def test_a_key_is_typed_unseen_and_used_from_then_on(kernels: Callable[..., Kernel], tmp_path: Path) -> None:
    kernel = kernels()
    assert "There is no key for Segmind" in said(kernel.run("%reason -m segmind:o3 Why?"))
    ran, prompts = kernel.answering("%nbreason login segmind", f"  Bearer {KEY}\n")
    assert [(prompt["password"], prompt["prompt"]) for prompt in prompts] == [(True, "Key for Segmind (not shown): ")]
    assert "is kept in the keyring of this system" in said(ran)
    assert "An answer." in said(kernel.run("%reason -m segmind:o3 Why?"))
    assert f"{NAME} (login, in this kernel)" in said(kernel.run("%nbreason status"))
    assert "(login," in said(kernel.run("%nbreason models segmind"))
    (tmp_path / "ring.json").unlink()
    assert holding(tmp_path, KEY) == [], "the key is in no file but the keyring's"


def test_the_keyring_answers_in_the_next_kernel_until_logout(kernels: Callable[..., Kernel]) -> None:
    kernels().answering("%nbreason login segmind", KEY)
    second = kernels()
    assert "An answer." in said(second.run("%reason -m segmind:o3 Why?"))
    assert f"{NAME} (login, in the keyring)" in said(second.run("%nbreason doctor"))
    assert f"The key of {NAME} is forgotten." in said(second.run("%nbreason logout segmind"))
    assert "There is no key for Segmind" in said(second.run("%reason -m segmind:o3 --fresh Why?"))
    assert "There is no key for Segmind" in said(kernels().run("%reason -m segmind:o3 --fresh Why?"))


def test_a_keyring_that_is_a_plain_file_is_not_used(kernels: Callable[..., Kernel], tmp_path: Path) -> None:
    kernel = kernels("Plain")
    ran, _ = kernel.answering("%nbreason login segmind", KEY)
    assert "until this kernel ends; it is not kept, because this system has no keyring" in said(ran)
    assert "An answer." in said(kernel.run("%reason -m segmind:o3 Why?"))
    assert holding(tmp_path, KEY) == []


def test_the_typed_key_goes_before_the_environment_and_logout_says_what_is_left(kernels: Callable[..., Kernel]) -> None:
    kernel = kernels(SEGMIND_API_KEY="of-the-environment")
    ran, _ = kernel.answering("%nbreason login segmind", KEY)
    assert f"{NAME} is set in the environment too, which other kernels use." in said(ran)
    assert "(login," in said(kernel.run("%nbreason models segmind"))
    told = said(kernel.run("%nbreason logout"))
    assert "is forgotten; the environment holds one too, which is used from now on." in told
    assert "There is no login to end" in said(kernel.run("%nbreason logout"))


@pytest.mark.parametrize(
    ("typed", "told"),
    [("", "Nothing was typed, and nothing has changed."), (f"{KEY} {KEY}", "This cannot be a key")],
)
def test_what_is_no_key_changes_nothing_and_is_not_repeated(
    kernels: Callable[..., Kernel], typed: str, told: str
) -> None:
    kernel = kernels()
    ran, _ = kernel.answering("%nbreason login segmind", typed)
    assert told in said(ran)
    assert KEY not in said(ran)
    assert "There is no login to end" in said(kernel.run("%nbreason logout"))


def test_where_nobody_can_type_a_line_says_where_the_key_belongs(kernels: Callable[..., Kernel]) -> None:
    assert "nobody here who could type a key unseen: put it into the environment" in said(
        kernels().run("%nbreason login segmind")
    )


@pytest.mark.parametrize(
    "line", [f"login {KEY}", f"login segmind {KEY}", f"login {KEY} segmind", f"logout {KEY}", "login", "login segmint"]
)
def test_a_line_that_may_hold_a_key_is_refused_and_not_repeated(shell: Shell, line: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        shell.run(f"%nbreason {line}")
    assert KEY not in str(caught.value)
    assert "%nbreason login segmind" in str(caught.value)


def test_a_provider_that_needs_no_key_has_no_login(shell: Shell) -> None:
    with pytest.raises(UsageProblem, match="needs no key"):
        shell.run("%nbreason login rehearsal")


# The logins themselves.


class Hanging:
    """A keyring that waits for somebody to unlock it."""

    def __init__(self) -> None:
        self.unlocked = threading.Event()
        self.kept: dict[str, str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        self.unlocked.wait()
        return self.kept.get(name)

    def set_password(self, service: str, name: str, key: str) -> None:
        self.unlocked.wait()
        self.kept[name] = key


def test_a_keyring_that_hangs_is_waited_for_once_and_found_when_it_answers(tmp_path: Path) -> None:
    hanging = Hanging()
    first = Logins({}, tmp_path, Ring(lambda: hanging, write=0.05))
    assert first.login(NAME, Secret(KEY)) == "the keyring has not answered yet"
    assert first[NAME] == KEY, "this kernel has it all the same"

    later = Logins({}, tmp_path, Ring(lambda: hanging, look=0.05))
    assert find_key((NAME,), later) is None
    assert later.trouble((NAME,)) == "the keyring has not answered yet"
    hanging.kept[NAME] = KEY
    hanging.unlocked.set()
    end = time.monotonic() + 10
    while (found := find_key((NAME,), later)) is None and time.monotonic() < end:
        time.sleep(0.01)
    assert found is not None
    assert (found.reveal(), found.source) == (KEY, f"{NAME} (login, in the keyring)")


def test_what_a_failing_keyring_says_is_not_repeated(tmp_path: Path) -> None:
    class Failing:
        def set_password(self, service: str, name: str, key: str) -> None:
            raise ValueError(f"{key} is too long")

    logins = Logins({}, tmp_path, Ring(Failing))
    assert logins.login(NAME, Secret(KEY)) == "the keyring refused (ValueError)"
    assert logins.listed() == []


def test_without_the_package_the_key_lives_with_the_kernel(tmp_path: Path) -> None:
    def missing() -> None:
        raise RingTrouble("the package keyring is not installed (pip install keyring)")

    logins = Logins({}, tmp_path, Ring(missing))
    assert "not installed" in logins.login(NAME, Secret(KEY))
    assert logins[NAME] == KEY
    assert logins.logout(NAME) == ""
    assert NAME not in logins


def test_a_keyring_is_never_asked_for_keys_that_nobody_gave_it(tmp_path: Path) -> None:
    def find() -> None:
        raise AssertionError("asked")

    logins = Logins({"OPENAI_API_KEY": "x"}, tmp_path, Ring(find))
    assert find_key((NAME, "OPENAI_API_KEY"), logins) is not None
    assert dict(logins) == {"OPENAI_API_KEY": "x"}
    assert not logins.trouble((NAME,))


def test_the_list_of_names_is_private_and_a_folder_of_others_is_not_used(tmp_path: Path) -> None:
    ring = Hanging()
    ring.unlocked.set()
    logins = Logins({}, tmp_path / "home", Ring(lambda: ring))
    assert logins.login(NAME, Secret(KEY)) == ""
    assert (tmp_path / "home" / "logins").stat().st_mode & 0o077 == 0
    (tmp_path / "home").chmod(0o777)
    assert "could not be noted" in logins.login("OTHER_KEY", Secret(KEY))
    assert "OTHER_KEY" not in ring.kept


def test_a_key_of_a_login_is_found_in_a_question_before_it_is_sent(make_session: MakeSession, tmp_path: Path) -> None:
    session = make_session(store=Store(None))
    session.environment.login(NAME, Secret(KEY))
    with pytest.raises(Refused, match=NAME):
        session.ask(question(f"Is {KEY} a key?", model="rehearsal:o3"))
    assert KEY not in repr(vars(session))
