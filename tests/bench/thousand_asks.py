"""A thousand asks in one kernel that somebody watches: widgets left behind, and memory.  Targets: none, and 30 MB.

The kernel is told a cell id with each cell, as JupyterLab does, so each answer has its live panel.
"""

from __future__ import annotations

import os
import sys
import tempfile
from queue import Empty
from typing import Any

from jupyter_client.manager import start_new_kernel

from nbreason.rehearsal import start

ASKS = 1000
STATE = """
import gc, ipywidgets, os
gc.collect()
pages = int(open('/proc/self/statm').read().split()[1])
print(len(ipywidgets.widgets.widget._instances), pages * os.sysconf('SC_PAGE_SIZE'))
"""


def run(client: Any, code: str, cell: str) -> str:
    """Run a cell as JupyterLab would; returns what it printed."""
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
    message = client.session.msg("execute_request", {**content, "stop_on_error": True}, metadata={"cellId": cell})
    client.shell_channel.send(message)
    printed = ""
    while True:
        try:
            reply = client.get_iopub_msg(timeout=60)
        except Empty:
            raise SystemExit(f"nothing came of {code!r}") from None
        if reply["parent_header"].get("msg_id") != message["header"]["msg_id"]:
            continue
        if reply["msg_type"] == "stream":
            printed += reply["content"]["text"]
        if reply["msg_type"] == "error":
            raise SystemExit(reply["content"]["evalue"])
        if reply["msg_type"] == "status" and reply["content"]["execution_state"] == "idle":
            return printed


def main() -> None:
    """Print what is left of a thousand asks."""
    with tempfile.TemporaryDirectory() as home, start(pace=0, think_seconds=0, credits=1e9) as server:
        os.environ.update(NBREASON_HOME=home, NBREASON_REHEARSAL_URL=server.url)
        manager, client = start_new_kernel(extra_arguments=["--IPKernelApp.log_level=ERROR"])
        try:
            run(client, "%load_ext nbreason", "load")
            for number in range(50):  # what is imported and cached on the way is not growth
                run(client, f"%reason --alone warm-up {number}", f"w{number}")
            before = [int(word) for word in run(client, STATE, "state").split()]
            for number in range(ASKS):
                run(client, f"%reason --alone question {number}", f"c{number}")
            after = [int(word) for word in run(client, STATE, "state").split()]
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    grown = (after[1] - before[1]) / 1e6
    print(f"{ASKS} asks: {after[0] - before[0]} widgets more (0), {grown:.1f} MB more (at most 30)")
    sys.exit(after[0] > before[0] or grown > 30)


if __name__ == "__main__":
    main()
