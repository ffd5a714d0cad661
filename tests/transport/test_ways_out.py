"""Which proxy, which certificates, how long, and how much: the small rules of the transport, one by one."""

from __future__ import annotations

import ssl
import zlib
from pathlib import Path

import pytest
import trustme

from nbreason.errors import Refused
from nbreason.transport.decompress import PIECE, CannotDecompress, Decompressor
from nbreason.transport.proxies import Proxy, bypassed, proxy_for
from nbreason.transport.trust import describe_trust, no_certificates, ssl_context

URL = "https://api.example.org/v1"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, Proxy()),
        ({"HTTPS_PROXY": "http://p:1"}, Proxy("http://p:1", "HTTPS_PROXY")),
        ({"https_proxy": "p:1", "HTTPS_PROXY": "http://q:1"}, Proxy("http://p:1", "https_proxy")),
        ({"ALL_PROXY": "http://p:1"}, Proxy("http://p:1", "ALL_PROXY")),
        ({"ALL_PROXY": "http://p:1", "HTTPS_PROXY": "http://q:1"}, Proxy("http://q:1", "HTTPS_PROXY")),
        ({"HTTP_PROXY": "http://p:1"}, Proxy()),
        ({"HTTPS_PROXY": "  "}, Proxy()),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "example.org"}, Proxy()),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": "other.org"}, Proxy("http://p:1", "HTTPS_PROXY")),
    ],
)
def test_the_proxy_is_the_one_that_the_environment_names(environment: dict[str, str], expected: Proxy) -> None:
    assert expected == proxy_for(URL, environment, "linux")


@pytest.mark.parametrize(
    ("host", "rules", "expected"),
    [
        ("api.example.org", "*", True),
        ("api.example.org", "example.org", True),
        ("api.example.org", ".example.org", True),
        ("api.example.org", "*.example.org", True),
        ("API.example.org", "x, api.EXAMPLE.org", True),
        ("api.example.org", "api.example.org:443", True),
        ("api.example.org", "api.example.org:80", False),
        ("evilexample.org", "example.org", False),
        ("example.org.evil.org", "example.org", False),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("fd00::1", "[fd00::1]", True),
        ("fd00::1", "fd00::/8", True),
        ("api.example.org", "", False),
        ("api.example.org", ",, .,*.", False),
        ("api.example.org", "10.0.0.0/8", False),
    ],
)
def test_no_proxy_excepts_hosts_domains_and_networks(host: str, rules: str, expected: bool) -> None:
    assert expected == bypassed(host, 443, rules)


def test_the_systems_own_proxy_is_asked_where_it_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere than on macOS and Windows, `urllib` reads the lower-case variables in its place."""
    monkeypatch.setenv("https_proxy", "http://system:1")
    assert Proxy("http://system:1", "the system's settings") == proxy_for(URL, {}, "darwin")
    monkeypatch.delenv("https_proxy")
    assert Proxy() == proxy_for(URL, {}, "darwin")


def test_an_address_of_a_proxy_is_not_printed() -> None:
    assert "sesame" not in repr(Proxy("http://ada:sesame@p:1", "HTTPS_PROXY"))
    assert repr(Proxy()) == "<no proxy>"


def test_certificates_come_from_the_setting_then_the_environment_then_the_system(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "a.pem"))
    (tmp_path / "empty.pem").write_text("")
    own = str(tmp_path / "a.pem")
    assert len(ssl_context(own, {"SSL_CERT_FILE": "/gone.pem"}).get_ca_certs()) == 1
    assert len(ssl_context("", {"REQUESTS_CA_BUNDLE": own}).get_ca_certs()) == 1
    assert ssl_context("", {"SSL_CERT_DIR": str(tmp_path)}).verify_mode == ssl.CERT_REQUIRED
    assert len(ssl_context("", {}, "linux").get_ca_certs()) > 50
    for wrong in (str(tmp_path / "gone.pem"), str(tmp_path / "empty.pem"), "~nobody-at-all/x.pem", "\0"):
        with pytest.raises(Refused, match="The CA bundle that SSL_CERT_FILE names"):
            ssl_context("", {"SSL_CERT_FILE": wrong})


def test_every_context_checks_certificates_and_names() -> None:
    for context in (no_certificates(), ssl_context("", {}, "linux")):
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert no_certificates().get_ca_certs() == []


def test_the_systems_store_is_asked_where_python_does_not_see_it() -> None:
    pytest.importorskip("truststore")
    assert type(ssl_context("", {}, "darwin")).__module__.startswith("truststore")


def test_where_certificates_come_from_is_told_in_words() -> None:
    assert describe_trust({"SSL_CERT_FILE": "/a.pem"}) == "SSL_CERT_FILE=/a.pem"
    assert (describe_trust({}, "linux"), describe_trust({}, "win32")) == (
        "the system's store and certifi",
        "the system's store",
    )


def decompressed(encoding: str, *chunks: bytes) -> list[bytes]:
    decompressor = Decompressor(encoding)
    return [piece for chunk in chunks for piece in decompressor.feed(chunk)]


def test_compressed_bytes_come_out_in_small_pieces_however_they_are_cut() -> None:
    plain = bytes(range(256)) * 8192
    compressed = zlib.compress(plain)
    for encoding, data in (("deflate", compressed), ("deflate", compressed[2:-4]), ("gzip", compressed)):
        pieces = decompressed(encoding, data)
        assert b"".join(pieces) == plain
        assert max(map(len, pieces)) <= PIECE
        assert b"".join(decompressed(encoding, *(data[at : at + 7] for at in range(0, len(data), 7)))) == plain
    assert decompressed("identity", b"as it is") == [b"as it is"]


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, br", "compress"])
def test_an_encoding_that_was_not_requested_is_not_guessed(encoding: str) -> None:
    with pytest.raises(CannotDecompress):
        Decompressor(encoding)


def test_bytes_that_are_not_compressed_are_not_taken_for_plain() -> None:
    for encoding in ("gzip", "deflate"):
        with pytest.raises(CannotDecompress):
            decompressed(encoding, b"\xff\xfe\xfd this is plain")
