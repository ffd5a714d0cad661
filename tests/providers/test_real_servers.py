"""Lists of models from the servers themselves, where they are installed::

    pip install 'litellm[proxy]'      # in an environment of its own; TEST_LITELLM is the path of its `litellm`
    pytest -m slow tests/providers/test_real_servers.py

Ollama is started without models, llama.cpp's server with the file of TEST_GGUF.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from nbreason.rehearsal import Rehearsal
from tests.waiting import wait_until

from .conftest import FIGURE
from .test_discovery import Kernel, session_at

pytestmark = pytest.mark.slow
__all__ = ["session_at"]
KEY = "sk-of-the-tests-a8Jd72jsnw92Hs8sk28SkwPq81"
CONFIG = """
model_list:
  - model_name: gpt-4o-mini
    litellm_params: {model: openai/gpt-4o-mini, api_key: none}
  - model_name: our-model
    litellm_params: {model: openai/of-our-own, api_key: none, api_base: "%(url)s/v1"}
  - model_name: our-vision-model
    litellm_params: {model: openai/rehearsal, api_key: none, api_base: "%(url)s/v1"}
    model_info: {supports_vision: true, max_input_tokens: 32000}
"""


def program(name: str) -> str:
    """The path of a server; the test is skipped if it is not installed."""
    found = shutil.which(os.environ.get(f"TEST_{name.upper().replace('-', '_')}", name))
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


@contextmanager
def running(port: int, *command: str, **environment: str) -> Iterator[str]:
    """A server as a process of its own, from its first connection on; its address."""
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    def listens() -> bool:
        assert process.poll() is None, f"{command[0]} has ended"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_until(listens, 120)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def test_the_list_of_a_litellm_proxy(
    session_at: Callable[..., Kernel], rehearsal: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, config = free_port(), tmp_path / "config.yaml"
    config.write_text(CONFIG % {"url": rehearsal.url}, encoding="utf-8")
    more: dict[str, Any] = {"LITELLM_MASTER_KEY": KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    command = (program("litellm"), "--config", str(config), "--port", str(port), "--host", "127.0.0.1")
    with running(port, *command, **more) as url:
        made = session_at({"litellm": url}, key=KEY)
        made.refresh("litellm")
        known, ours, seeing = (
            made.facts(f"litellm:{name}") for name in ("gpt-4o-mini", "our-model", "our-vision-model")
        )
        assert ("any", (), 128_000, 16_384) == (known.images, known.efforts, known.max_input, known.max_output)
        assert (1.5e-07, 6e-07) == (known.price_in, known.price_out)
        assert "LiteLLM proxy's own list" == known.source("price_in").name
        assert (None, None, None) == (ours.images, ours.efforts, ours.price_in)
        assert ("any", 32_000, None) == (seeing.images, seeing.max_input, seeing.efforts)
        answer = made.ask("litellm:our-vision-model", FIGURE)
        assert "640 x 480 pixels" in answer.text
        assert answer.notices == ()


def test_the_list_of_an_ollama_without_models(session_at: Callable[..., Kernel], tmp_path: Path) -> None:
    port = free_port()
    more = {"OLLAMA_HOST": f"127.0.0.1:{port}", "OLLAMA_MODELS": str(tmp_path), "HOME": str(tmp_path)}
    with running(port, program("ollama"), "serve", **more) as url:
        made = session_at({"ollama": url})
        made.refresh("ollama")
        assert made.names("ollama") == set()


def test_the_list_of_a_llama_server(session_at: Callable[..., Kernel]) -> None:
    server, model = program("llama-server"), os.environ.get("TEST_GGUF")
    if not model:
        pytest.skip("TEST_GGUF names no model")
    port = free_port()
    with running(port, server, "-m", model, "-c", "2048", "--port", str(port)) as url:
        made = session_at({"llamacpp": url})
        made.refresh("llamacpp")
        (name,) = made.names("llamacpp")
        facts = made.facts(f"llamacpp:{name}")
        assert facts.window == 2048
        assert facts.images in (0, "any")
