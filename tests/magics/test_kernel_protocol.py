"""A kernel behaves the same with and without the extension: jupyter_kernel_test's own suite, run for both.

The suites of IPython and ipykernel are in their source packages only; they were run by hand in the same way.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jupyter_kernel_test")

SUITE = """
import json, unittest
from jupyter_kernel_test import KernelTests

class IPythonKernel(KernelTests):
    kernel_name, language_name, file_extension = "python3", "python", ".py"
    code_hello_world = "print('hello, world')"
    code_stderr = "import sys; print('test', file=sys.stderr)"
    completion_samples = [{"text": "zi", "matches": {"zip"}}, {"text": "%config Ali", "matches": {"AliasManager"}}]
    complete_code_samples = ["1", "def f(x):\\n  return x*2\\n", "%time 1", "x = len?"]
    incomplete_code_samples = ["def f(x):", "%%time\\nx = 1"]
    invalid_code_samples = ["import = 7q"]
    code_page_something = "zip?"
    code_generate_error = "raise"
    code_execute_result = [{"code": "1 + 2 + 3", "result": "6"}, {"code": "x = 5\\nx", "result": "5"}]
    code_display_data = [{"code": "from IPython.display import HTML, display; display(HTML('x'))", "mime": "text/html"}]
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail",)
    code_inspect_sample = "zip"
    code_clear_output = "from IPython.display import clear_output; clear_output()"

    def test_the_extension_is_there_or_not(self):
        self.flush_channels()
        code = "'reason' in get_ipython().magics_manager.magics['line']"
        _, messages = self.execute_helper(code=code)
        result = next(message for message in messages if message["msg_type"] == "execute_result")
        self.assertEqual(result["content"]["data"]["text/plain"], str(LOADED))

result = unittest.TestResult()
unittest.defaultTestLoader.loadTestsFromTestCase(IPythonKernel).run(result)
ended_badly = [(str(test), text) for test, text in [*result.failures, *result.errors]]
print(json.dumps([result.testsRun, ended_badly]))
"""


def outcome(folder: Path, loaded: bool) -> list[Any]:
    """The number of tests, and those that failed, with the reason."""
    profile = folder / f"ipython-{loaded}" / "profile_default"
    profile.mkdir(parents=True)
    extensions = ["nbreason"] if loaded else []
    (profile / "ipython_config.py").write_text(f"c = get_config()\nc.InteractiveShellApp.extensions = {extensions}\n")
    done = subprocess.run(
        [sys.executable, "-c", f"LOADED = {loaded}\n{SUITE}"],
        cwd=folder,
        env={**os.environ, "IPYTHONDIR": str(profile.parent), "NBREASON_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    found: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
def test_threat_33_the_suite_of_jupyter_passes_the_same_with_and_without_the_extension(tmp_path: Path) -> None:
    assert outcome(tmp_path, False) == [13, []]
    assert outcome(tmp_path, True) == [13, []]
