"""Where a key may be sent: https anywhere, http to this machine only."""

from __future__ import annotations

import pytest

from nbreason.errors import Refused
from nbreason.transport.client import check_address


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("https://api.segmind.com/v1/o3", False),
        ("https://10.0.0.8/v1", False),
        ("http://localhost:8080/v1", True),
        ("http://LOCALHOST/v1", True),
        ("http://127.0.0.1:9/v1", True),
        ("http://127.8.9.1/v1", True),
        ("http://[::1]:9/v1", True),
        ("https://127.0.0.1/v1", True),
        ("https://127.0.0.1.evil.com/v1", False),
    ],
)
def test_addresses_that_a_key_may_be_sent_to(url: str, loopback: bool) -> None:
    assert loopback == check_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.segmind.com/v1/o3",
        "http://127.0.0.1.evil.com/v1",
        "http://localhost.evil.com/v1",
        "http://evil.com/127.0.0.1",
        "http://evil.com#127.0.0.1",
        "http://127.0.0.1@evil.com/v1",
        "http://evil.com\\@127.0.0.1/v1",
        "http://user:password@127.0.0.1/v1",
        "https://user@api.segmind.com/v1",
        "https://:password@api.segmind.com/v1",
        "http://2130706433/v1",
        "http://0x7f.1/v1",
        "http://0177.0.0.1/v1",
        "http://127.1/v1",
        "http://0.0.0.0/v1",
        "http://[::]/v1",
        "http://[::ffff:8.8.8.8]/v1",
        "http://192.168.1.2/v1",
        "http://10.0.0.1/v1",
        "http://169.254.169.254/latest",
        "http://[fe80::1%25eth0]/v1",
        "http://[::1/v1",
        "http://127.0.0.1:port/v1",
        "http://127.0.0.1:99999/v1",
        "http:///v1",
        "ftp://127.0.0.1/v1",
        "file:///etc/passwd",
        "//127.0.0.1/v1",
        "127.0.0.1:8080/v1",
        "javascript:alert(1)",
        "",
    ],
)
def test_an_address_that_a_key_must_not_be_sent_to_is_refused_in_one_line(url: str) -> None:
    with pytest.raises(Refused) as caught:
        check_address(url)
    line = str(caught.value)
    assert line.endswith("Nothing was sent.")
    assert "\n" not in line
    assert "password" not in line.replace("password in it", "")
