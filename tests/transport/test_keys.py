"""A key shows nowhere: no text, repr, format, pickle, traceback or log."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from types import TracebackType

import pytest

from nbreason.config.keys import KeySource
from nbreason.config.secret import Secret
from nbreason.errors import NBReasonError, Refused
from nbreason.transport.client import Call
from tests.conftest import Scripted, free_port, http
from tests.transport.conftest import Exchanger

KEY = "sk-very-secret-0123456789"


def test_a_key_is_hidden_in_every_way_of_printing() -> None:
    key = Secret(KEY, "SEGMIND_API_KEY")
    shown = [
        repr(key),
        str(key),
        f"{key}",
        f"{key!r:>40}",
        f"{key:>40}",
        str.format("{}", key),
        repr([key]),
        repr({"k": key}),
    ]
    assert all(KEY not in text for text in shown)
    assert repr(key) == "<key from SEGMIND_API_KEY>"
    assert repr(Secret(KEY)) == "<key>"
    assert KEY not in repr(Call("POST", "https://x.invalid", key))


def test_a_key_is_neither_pickled_nor_copied() -> None:
    key = Secret(KEY)
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="never pickled"):
            way(key)
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(Call("POST", "https://x.invalid", key))
    with pytest.raises(TypeError):
        vars(key)


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, None),
        ({"A": ""}, None),
        ({"A": "  ", "B": "b"}, ("B", "b")),
        ({"A": "a", "B": "b"}, ("A", "a")),
        ({"A": ' "a" \n'}, ("A", "a")),
        ({"A": "'a'"}, ("A", "a")),
        ({"A": "''"}, None),
    ],
)
def test_the_first_variable_that_holds_a_key_wins(environment: dict[str, str], found: tuple[str, str] | None) -> None:
    key = KeySource(environment).find(("A", "B"))
    assert found == (key and (key.source, key.reveal()))


def frames(trace: TracebackType | None) -> Iterator[str]:
    """The repr of every local variable of our own frames, as verbose tracebacks show them."""
    while trace is not None:
        if "nbreason" in trace.tb_frame.f_code.co_filename:
            yield from (f"{name} = {value!r}" for name, value in trace.tb_frame.f_locals.items())
        trace = trace.tb_next


def faults(serve: Callable[..., Scripted]) -> dict[str, str]:
    """Addresses at which an exchange ends in an error."""
    return {
        "refused connection": f"http://127.0.0.1:{free_port()}/v1",
        "no such host": "https://nothing.invalid/v1",
        "broken reply": serve(b"HTTP/1.1 2OO what\r\n\r\n").url,
        "cut": serve(lambda connection: connection.close()).url,
        "bad gzip": serve(http("200 OK", b"not gzip at all", "Content-Encoding: gzip")).url,
        "not loopback": "http://127.0.0.1.evil.invalid/v1",
    }


@pytest.mark.parametrize("header", ["x-api-key", "Authorization"])
def test_no_error_and_no_local_variable_of_a_traceback_shows_the_key(
    serve: Callable[..., Scripted], caplog: pytest.LogCaptureFixture, header: str
) -> None:
    caplog.set_level(logging.DEBUG)
    for name, url in faults(serve).items():
        with pytest.raises(NBReasonError) as caught:
            Exchanger()(url, Secret(KEY, "SEGMIND_API_KEY"), key_header=header, key_prefix="")
        error = caught.value
        shown = [
            str(error),
            repr(error),
            "".join(traceback.format_exception(error)),
            repr(pickle.dumps(error)),
            *frames(error.__traceback__),
        ]
        assert [text for text in shown if KEY in text] == [], name
        assert "\n" not in str(error)
    assert KEY not in caplog.text


@pytest.mark.parametrize("odd", ["sk-schlüssel-0123", "sk-a\nb", "sk-a\r\nx-evil: 1", "sk-\x00", "sk-日本"])
def test_a_key_that_cannot_be_written_is_refused_without_being_shown(serve: Callable[..., Scripted], odd: str) -> None:
    server = serve(http())
    with pytest.raises(Refused, match=r"contains a character that cannot be sent\. Nothing was sent") as caught:
        Exchanger()(server.url, Secret(odd), key_header="x-api-key", key_prefix="")
    assert odd not in "".join(traceback.format_exception(caught.value))
    assert server.requests == []
