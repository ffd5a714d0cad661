"""``%nbreason login`` and ``logout``: with somebody at the keyboard of a real kernel, over keyrings of all kinds."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nbreason.config.keyring import Keyring, KeyringError
from nbreason.config.keys import KeySource
from nbreason.config.secret import Secret
from nbreason.errors import Refused, UsageError
from nbreason.magics.subcommands.login import logout
from nbreason.notebook.notebook import KEYS, notebook_of
from nbreason.store.conversations import Store
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
                "PYTHONPATH": os.pathsep.join([str(modules), *filter(None, [os.environ.get("PYTHONPATH")])]),
                "PYTHON_KEYRING_BACKEND": f"rings.{ring}",
                "RING": str(tmp_path / "ring.json"),
                "NBREASON_SEGMIND_URL": serve(REPLY).url,
                **environment,
            }
            kernel = running.enter_context(running_kernel(variables, tmp_path))
            assert kernel.run("%load_ext nbreason").error is None
            return kernel

        yield start


def key_in(keys: KeySource, name: str = NAME) -> str:
    """The key of a name, empty if there is none."""
    found = keys.find((name,))
    return found.reveal() if found else ""


def said(ran: Ran) -> str:
    """What a cell showed, its error included, in one line."""
    return " ".join((ran.text + (ran.error["evalue"] if ran.error else "")).split())


def test_a_key_is_typed_unseen_and_used_from_then_on(kernels: Callable[..., Kernel], tmp_path: Path) -> None:
    kernel = kernels()
    assert "There is no key for Segmind" in said(kernel.run("%reason -m segmind:o3 Why?"))
    ran, prompts = kernel.answering("%nbreason login segmind", f"  Bearer {KEY}\n")
    assert [(prompt["password"], prompt["prompt"]) for prompt in prompts] == [(True, "Key for Segmind (not shown): ")]
    assert "is saved in the keyring of this system" in said(ran)
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
    assert "until this kernel ends; it is not saved, because this system has no safe keyring" in said(ran)
    assert "An answer." in said(kernel.run("%reason -m segmind:o3 Why?"))
    assert holding(tmp_path, KEY) == []


def test_the_typed_key_goes_before_the_environment_and_logout_says_what_is_left(kernels: Callable[..., Kernel]) -> None:
    kernel = kernels(SEGMIND_API_KEY="of-the-environment")
    ran, _ = kernel.answering("%nbreason login segmind", KEY)
    assert f"{NAME} is also set in the environment, which other kernels use." in said(ran)
    assert "(login," in said(kernel.run("%nbreason models segmind"))
    told = said(kernel.run("%nbreason logout"))
    assert "is forgotten; the one in the environment is used from now on." in told
    assert "There is no login to end" in said(kernel.run("%nbreason logout"))


@pytest.mark.parametrize(
    ("typed", "told"),
    [("", "Nothing was typed. Nothing has changed."), (f"{KEY} {KEY}", "This cannot be a key")],
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
    assert "cannot be typed here without showing it: put it into the environment" in said(
        kernels().run("%nbreason login segmind")
    )


@pytest.mark.parametrize(
    "line", [f"login {KEY}", f"login segmind {KEY}", f"login {KEY} segmind", f"logout {KEY}", "login", "login segmint"]
)
def test_a_line_that_may_hold_a_key_is_refused_and_not_repeated(shell: Shell, line: str) -> None:
    with pytest.raises(UsageError) as caught:
        shell.run(f"%nbreason {line}")
    assert KEY not in str(caught.value)
    assert "%nbreason login segmind" in str(caught.value)


def test_a_provider_that_needs_no_key_has_no_login(shell: Shell) -> None:
    with pytest.raises(UsageError, match="requires no API key"):
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
    first = KeySource({}, tmp_path, Keyring(lambda: hanging, write_timeout=0.05))
    assert first.login(NAME, Secret(KEY)) == "the keyring has not answered yet"
    assert key_in(first) == KEY, "this kernel has it all the same"

    later = KeySource({}, tmp_path, Keyring(lambda: hanging, read_timeout=0.05))
    assert later.find((NAME,)) is None
    assert later.problem((NAME,)) == "the keyring has not answered yet"
    hanging.kept[NAME] = KEY
    hanging.unlocked.set()
    end = time.monotonic() + 10
    while (found := later.find((NAME,))) is None and time.monotonic() < end:
        time.sleep(0.01)
    assert found is not None
    assert (found.reveal(), found.source) == (KEY, f"{NAME} (login, in the keyring)")


def test_what_a_failing_keyring_says_is_not_repeated(tmp_path: Path) -> None:
    class Failing:
        def set_password(self, service: str, name: str, key: str) -> None:
            raise ValueError(f"{key} is too long")

    logins = KeySource({}, tmp_path, Keyring(Failing))
    assert logins.login(NAME, Secret(KEY)) == "the keyring failed (ValueError)"
    assert logins.in_keyring() == []


def test_a_keyring_that_breaks_down_is_told_at_once_and_not_in_its_own_words(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What an extension in Rust raises when it panics is no Exception."""

    class Panic(BaseException):
        pass

    class Breaking:
        def set_password(self, service: str, name: str, key: str) -> None:
            raise Panic(f"index out of range: {key}")

    logins = KeySource({}, tmp_path, Keyring(Breaking, write_timeout=20.0))
    started = time.monotonic()
    assert logins.login(NAME, Secret(KEY)) == "the keyring failed (Panic)"
    assert time.monotonic() - started < 10
    assert KEY not in "".join(capfd.readouterr())


class Moody:
    """A keyring that refuses whatever would change it, while it is in a bad mood."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.bad = False

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get(name)

    def set_password(self, service: str, name: str, key: str) -> None:
        if self.bad:
            raise ValueError("not now")
        self.kept[name] = key

    def delete_password(self, service: str, name: str) -> None:
        if self.bad:
            raise ValueError("not now")
        del self.kept[name]


def test_a_second_login_that_fails_leaves_the_first_where_logout_finds_it(tmp_path: Path) -> None:
    ring = Moody()
    logins = KeySource({}, tmp_path, Keyring(lambda: ring))
    assert logins.login(NAME, Secret("first")) == ""
    ring.bad = True
    trouble = "the keyring failed (ValueError); the previous key may still be saved there"
    assert logins.login(NAME, Secret(KEY)) == trouble
    assert (key_in(logins), logins.in_keyring()) == (KEY, [NAME])
    ring.bad = False
    assert logins.logout(NAME) == ""
    assert (ring.kept, logins.in_keyring(), key_in(logins)) == ({}, [], "")


def test_a_logout_that_fails_holds_in_this_kernel_and_can_be_tried_again(tmp_path: Path) -> None:
    ring = Moody()
    logins = KeySource({}, tmp_path, Keyring(lambda: ring))
    logins.login(NAME, Secret(KEY))
    ring.bad = True
    assert logins.logout(NAME) == "the keyring failed (ValueError)"
    assert (logins.find((NAME,)), logins.problem((NAME,))) == (None, "")
    logins.use_folder(None)
    logins.use_folder(tmp_path)
    assert logins.find((NAME,)) is None, "wherever the list is"
    assert logins.has_login(NAME), "there is something to log out from"
    assert key_in(KeySource({}, tmp_path, Keyring(lambda: ring))) == KEY, "which another kernel still uses"

    ring.bad = False
    assert logins.logout(NAME) == ""
    assert (ring.kept, logins.in_keyring(), logins.has_login(NAME)) == ({}, [], False)
    assert logins.login(NAME, Secret("anew")) == ""
    logins.use_folder(tmp_path)
    assert (key_in(logins), key_in(KeySource({}, tmp_path, Keyring(lambda: ring)))) == ("anew", "anew")


def test_a_logout_that_failed_is_told_with_the_way_to_try_again(shell: Shell) -> None:
    notebook, ring = notebook_of(shell.shell), Moody()
    assert notebook is not None
    keys = notebook.session.keys
    keys._keyring = Keyring(lambda: ring)
    keys.login(NAME, Secret(KEY))
    ring.bad = True
    told = logout(notebook, "segmind").data["text/plain"]
    assert "failed (ValueError). %nbreason logout tries again." in " ".join(told.split())
    ring.bad = False
    assert f"The key of {NAME} is forgotten" in logout(notebook, "").data["text/plain"]
    assert ring.kept == {}


def test_logins_go_where_conversations_are_kept_and_stay_with_the_kernel_where_none_are(tmp_path: Path) -> None:
    ring = Moody()
    logins = KeySource({}, tmp_path / "one", Keyring(lambda: ring))
    logins.login(NAME, Secret(KEY))
    logins.use_folder(None)
    assert key_in(logins) == KEY, "what was typed stays"
    assert logins.login("OTHER_KEY", Secret("other")) == "nothing is saved here"
    assert list(ring.kept) == [NAME]
    assert (logins.in_keyring(), key_in(logins, "OTHER_KEY")) == ([], "other")

    fresh = KeySource({}, tmp_path / "one", Keyring(lambda: ring))
    assert key_in(fresh) == KEY
    fresh.use_folder(None)
    assert fresh.find((NAME,)) is None, "what was looked up is forgotten"
    fresh.use_folder(tmp_path / "two")
    assert fresh.login("OTHER_KEY", Secret("other")) == ""
    assert (fresh.in_keyring(), logins.in_keyring()) == (["OTHER_KEY"], [])
    fresh.use_folder(tmp_path / "one")
    assert key_in(fresh) == KEY


def test_after_a_logout_where_nothing_is_kept_the_key_does_not_come_back(tmp_path: Path) -> None:
    ring = Moody()
    logins = KeySource({}, tmp_path, Keyring(lambda: ring))
    logins.login(NAME, Secret(KEY))
    logins.use_folder(None)
    assert logins.logout(NAME) == ""
    logins.use_folder(tmp_path)
    assert logins.find((NAME,)) is None
    assert logins.has_login(NAME), "it is still kept, and can be logged out from"


def test_without_the_package_the_key_lives_with_the_kernel(tmp_path: Path) -> None:
    def missing() -> None:
        raise KeyringError("the package keyring is not installed (pip install keyring)")

    logins = KeySource({}, tmp_path, Keyring(missing))
    assert "not installed" in logins.login(NAME, Secret(KEY))
    assert key_in(logins) == KEY
    assert logins.logout(NAME) == ""
    assert key_in(logins) == ""


def test_a_keyring_is_never_asked_for_keys_that_nobody_gave_it(tmp_path: Path) -> None:
    def find() -> None:
        raise AssertionError("asked")

    logins = KeySource({"OPENAI_API_KEY": "x"}, tmp_path, Keyring(find))
    assert logins.find((NAME, "OPENAI_API_KEY")) is not None
    assert not logins.problem((NAME,))


def test_the_list_of_names_is_private_and_a_folder_of_others_is_not_used(tmp_path: Path) -> None:
    ring = Hanging()
    ring.unlocked.set()
    logins = KeySource({}, tmp_path / "home", Keyring(lambda: ring))
    assert logins.login(NAME, Secret(KEY)) == ""
    assert (tmp_path / "home" / "logins").stat().st_mode & 0o077 == 0
    (tmp_path / "home").chmod(0o777)
    assert "could not be noted" in logins.login("OTHER_KEY", Secret(KEY))
    assert "OTHER_KEY" not in ring.kept


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX")
@pytest.mark.parametrize("kind", ["pipe", "link", "directory", "large", "writable", "folder"])
def test_a_list_that_somebody_else_could_have_planted_is_not_read(tmp_path: Path, kind: str) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir(mode=0o700)
    elsewhere.write_text(NAME)
    path = home / "logins"
    plant: dict[str, Callable[[], object]] = {
        "pipe": lambda: os.mkfifo(path),
        "link": lambda: path.symlink_to(elsewhere),
        "directory": path.mkdir,
        "large": lambda: path.write_text(f"{NAME}\n" * 10_000),
        "writable": lambda: (path.write_text(NAME), path.chmod(0o666)),
        "folder": lambda: (path.write_text(NAME), home.chmod(0o777)),
    }
    plant[kind]()
    logins = KeySource({}, home, Keyring(lambda: pytest.fail("asked")))
    read: list[list[str]] = []
    reader = threading.Thread(target=lambda: read.append(logins.in_keyring()), daemon=True)
    reader.start()
    reader.join(10)
    assert read == [[]], "and nobody waits"
    assert logins.find((NAME,)) is None


def test_the_list_is_read_again_only_when_it_has_changed(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    path = tmp_path / "logins"
    path.write_text("FIRST_KEY\n")
    path.chmod(0o600)
    before = path.stat()
    logins = KeySource({}, tmp_path)
    assert logins.in_keyring() == ["FIRST_KEY"]
    path.write_text("OTHER_KEY\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert logins.in_keyring() == ["FIRST_KEY"], "by its inode, time and size it is the one that was read"
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000_000))
    assert logins.in_keyring() == ["OTHER_KEY"]
    path.unlink()
    assert logins.in_keyring() == []


def test_a_key_of_a_login_is_found_in_a_question_before_it_is_sent(make_session: MakeSession, tmp_path: Path) -> None:
    session = make_session(store=Store(None))
    session.keys.login(NAME, Secret(KEY))
    with pytest.raises(Refused, match=NAME):
        session.ask(question(f"Is {KEY} a key?", model="rehearsal:o3"))
    assert KEY not in repr(vars(session))


def test_two_keys_of_a_keyring_that_hangs_are_waited_for_together(tmp_path: Path) -> None:
    hanging = Hanging()
    writing = KeySource({}, tmp_path, Keyring(lambda: hanging, write_timeout=0.01))
    for name in (NAME, "OPENAI_API_KEY"):
        writing.login(name, Secret(KEY))
    asked: list[str] = []

    class Counting(Hanging):
        def get_password(self, service: str, name: str) -> str | None:
            asked.append(name)
            return super().get_password(service, name)

    later = KeySource({}, tmp_path, Keyring(Counting, read_timeout=0.05))
    assert later.problem((NAME,))
    assert sorted(asked) == ["OPENAI_API_KEY", NAME], "both were asked for at the first look"


def test_a_login_outlives_loading_the_extension_again_and_status_tells_of_the_keyring(
    shell: Shell, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = notebook_of(shell.shell)
    assert notebook is not None
    notebook.session.keys._keyring = Keyring(Hanging, read_timeout=0.01, write_timeout=0.01)
    notebook.session.keys.login("OPENAI_API_KEY", Secret(KEY))
    shell.run("%reload_ext nbreason")
    shell.run("%nbreason status")
    assert "OPENAI_API_KEY (login, in this kernel)" in capsys.readouterr().out
    KEYS.pop(shell.shell)
    shell.run("%reload_ext nbreason")
    again = notebook_of(shell.shell)
    assert again is not None
    again.session.keys._keyring = Keyring(Hanging, read_timeout=0.01)
    shell.run("%nbreason status")
    assert "a login in the keyring cannot be read: the keyring has not answered yet" in capsys.readouterr().out
