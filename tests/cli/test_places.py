"""Ports that are none and folders that cannot be written: one line each, and no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nbreason", *arguments],
        cwd=folder,
        env={**os.environ, "NBREASON_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("port", ["99999", "-1", "65536"])
def test_a_number_that_is_no_port(tmp_path: Path, port: str) -> None:
    done = run(tmp_path, "rehearsal", "--port", port)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{port} is not a port: use 1 to 65535, or 0 for a free one.\n"


WAYS = [("demo", "--output"), ("lab",)]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[0])
def test_a_file_where_a_folder_is_needed(tmp_path: Path, way: tuple[str, ...]) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = run(tmp_path, *way, "notes.txt")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "notes.txt is a file, not a folder. Nothing was written.\n"
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="a folder that nobody can write, not even root")
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[0])
def test_a_folder_that_cannot_be_made(tmp_path: Path, way: tuple[str, ...]) -> None:
    done = run(tmp_path, *way, "/proc/x")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("/proc/x cannot be written: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[0])
def test_a_folder_in_which_a_file_stands_in_the_way(tmp_path: Path, way: tuple[str, ...]) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "data").write_text("in the way of a folder")
    done = run(tmp_path, *way, "here")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
