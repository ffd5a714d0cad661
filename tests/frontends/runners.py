"""Programs that run notebooks and questions without a page."""

from __future__ import annotations

import sys

from tests.frontends.world import SHARE, Saw, World, front_end


@front_end("nbclient", "nbclient")
def nbclient(world: World) -> Saw:
    """Twice: the second run is replayed and its outputs are the same."""
    first = world.outputs(world.executed())
    second = world.outputs(world.executed())
    third = world.outputs(world.executed())
    yield "answers rendered", "<table>" in first[0]["data"]["text/html"] and SHARE in first[0]["data"]["text/plain"]
    yield "an Answer as the value of a cell is rendered", "<strong>mixture</strong>" in first[1]["data"]["text/html"]
    yield f"three runs sent {world.rehearsal.posts} requests for two questions", world.rehearsal.posts == 2
    yield "outputs of two replays are equal", second == third


@front_end("papermill", "papermill")
def papermill(world: World) -> Saw:
    """Also a failing cell."""
    world.lesson()
    world.run("papermill", "lesson.ipynb", "out.ipynb", "--no-progress-bar")
    yield "answers rendered", "<table>" in world.outputs(world.folder / "out.ipynb")[0]["data"]["text/html"]


@front_end("jupyter-cache", "jupyter-cache")
def jupyter_cache(world: World) -> Saw:
    """The notebook is executed into its cache."""
    world.lesson()
    world.run("jcache", "notebook", "add", "lesson.ipynb", input="y\n")
    said = world.run("jcache", "project", "execute")
    yield "executed into the cache", "succeeded" in said.lower() and world.rehearsal.posts == 2


@front_end("pytest --nbval", "nbval")
def nbval(world: World) -> Saw:
    """A notebook of replayed answers is valid again."""
    world.executed()
    world.executed()
    said = world.run("pytest", "-p", "no:cacheprovider", "--nbval", "lesson.ipynb")
    yield said.strip().splitlines()[-1].strip("= "), " failed" not in said


@front_end("jupyter console", "jupyter-console")
def console(world: World) -> Saw:
    """A question typed into its prompt."""
    import pexpect

    program = pexpect.spawn(
        f"{sys.executable} -m jupyter_console --simple-prompt",
        cwd=world.folder,
        env={**world.environment, "TERM": "dumb"},
        timeout=60,
        encoding="utf-8",
    )
    program.expect(r"In \[1\]")
    program.sendline("%load_ext nbreason")
    program.expect(r"In \[2\]")
    program.sendline("%reason Why two peaks?")
    program.expect("rehearsal:o3 .*left")
    yield "the answer and its line, as text", "Two peaks often mean two groups" in program.before
    program.sendline("exit")
    program.close(force=True)


@front_end("ipython FILE.ipy", "ipython")
def ipython_file(world: World) -> Saw:
    """A question that ends in a question mark, with and without the extension loaded before."""
    (world.folder / "lesson.ipy").write_text("%load_ext nbreason\n%reason Why two peaks?\n")
    said = world.run("ipython", "--colors=NoColor", "lesson.ipy")
    yield "%load_ext in the file: a line says how to run it", "Use ipython --ext=nbreason lesson.ipy." in said
    said = world.run("ipython", "--ext=nbreason", "--colors=NoColor", "lesson.ipy")
    yield "ipython --ext=nbreason asks", "Two peaks often mean two groups" in said and world.rehearsal.posts == 1
