"""Keys and passwords are found by their shape or their value; ordinary code and tables are left alone."""

from __future__ import annotations

import sysconfig
import time
from pathlib import Path

import pytest

from nbreason.config.secret import Secret
from nbreason.core.secrets import Finding, find, scrub

# Put together here, so that no scanner takes this file for a leak.
SHAPES = [
    ("an OpenAI-style key", "sk-" + "a1B2" * 8),
    ("an OpenAI-style key", "sk-proj-" + "a1_B2-" * 8 + "x"),
    ("a Segmind key", "SG_" + "0f" * 10),
    ("a Google API key", "AIza" + "x" * 35),
    ("a Google API key", "AIza" + "x" * 34 + "-"),
    ("an AWS access key", "AKIA" + "Z" * 16),
    ("a GitHub token", "ghp_" + "k" * 36),
    ("a GitHub token", "github_pat_" + "k" * 30),
    ("a GitLab token", "glpat-" + "k" * 20),
    ("a GitLab token", "glpat-" + "k" * 19 + "-"),
    ("a Hugging Face token", "hf_" + "k" * 34),
    ("a Slack token", "xoxb-" + "1" * 12),
    ("a Stripe key", "sk_live_" + "k" * 24),
    ("a private key", "-----BEGIN RSA " + "PRIVATE KEY-----"),
    ("a private key", "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----"),
    ("a JSON web token", ".".join(["eyJ" + "a" * 12, "eyJ" + "b" * 12, "c" * 20])),
    ("a JSON web token", ".".join(["eyJ" + "a" * 12, "eyJ" + "b" * 12, ""])),
    ("a JSON web token", "session-" + ".".join(["eyJ" + "a" * 12, "eyJ" + "b" * 12])),
    ("a password in an address", "postgresql://me:" + "hunter22" + "@db.example.org/x"),
    ("a password in an address", "redis://:" + "password" + "@cache"),
]


@pytest.mark.parametrize(("what", "secret"), SHAPES)
@pytest.mark.parametrize("around", ["{}", "key = '{}'", "a,{},b", "(see {}).", "x={}\ny", r"'a\n{}\n'", "%20{}"])
def test_a_known_shape_is_found_wherever_it_stands(what: str, secret: str, around: str) -> None:
    assert [finding.what for finding in find(around.format(secret))] == [what]


def test_a_configured_key_is_found_by_its_value() -> None:
    key = Secret("plain(looking)value", "SEGMIND_API_KEY")
    assert find("x plain(looking)value plain(looking)valueplain(looking)value", [key]) == [
        Finding("the key in SEGMIND_API_KEY", start, start + 19) for start in (2, 22, 41)
    ]
    assert scrub("x plain(looking)value y", [key]) == "x [the key in SEGMIND_API_KEY was here] y"
    assert find("x short y", [Secret("short", "SEGMIND_API_KEY")]) == []
    assert find("x", [Secret("", "SEGMIND_API_KEY")]) == []


def test_a_finding_does_not_hold_the_secret() -> None:
    secret = SHAPES[0][1]
    assert secret not in repr(find(secret))


def test_scrubbing_takes_out_the_secrets_and_nothing_else() -> None:
    secret = SHAPES[0][1]
    assert scrub(f"a {secret} b {secret}") == "a [an OpenAI-style key was here] b [an OpenAI-style key was here]"
    assert scrub("nothing here") == "nothing here"


def test_a_private_key_is_taken_out_as_a_whole() -> None:
    begin, end = "-----BEGIN RSA " + "PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
    key = f"{begin}\nProc-Type: 4,ENCRYPTED\n\nMIIE{SHAPES[0][1]}\n{end}"
    assert scrub(f"a {key} b {begin} c") == "a [a private key was here] b [a private key was here] c"
    assert scrub(f"a {key!r} b") == "a '[a private key was here]' b"


@pytest.mark.parametrize(
    "piece",
    ["eyJ-", "eyJ" + "a" * 12 + ".", "sk-", "glpat-", "AIza", "xoxb-", "SG_", "a://a:", "-----BEGIN ", "\\n", "%20",
     "-----BEGIN PRIVATE KEY-----", "a@", "a.", "eyJ" + "a" * 12 + ".eyJ"],
)  # fmt: skip
def test_any_text_is_searched_in_linear_time(piece: str) -> None:
    for text in (piece * (400_000 // len(piece)), piece * (400_000 // len(piece)) + ".eyJx"):
        started = time.process_time()
        find(text)
        assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "text",
    [
        "sk-learn-is-a-library",
        "http://localhost:8888/lab",
        "postgresql://user:${PASSWORD}@host/db",
        "postgresql://user:****@host/db",
        "https://example.org/a:b@c",
        '{"url":"http://localhost:8080","@type":"WebSite"}',
        "{'url':'http://localhost:8080','@type':'WebSite'}",
        "http://localhost:8080,ada@example.org",
        "postgresql://user:password@host/db",
        "0123456789abcdef0123456789abcdef",
        "d41d8cd98f00b204e9800998ecf8427e  file.csv",
        "hf_model_name",
        "task-force-and-a-very-long-hyphenated-name-of-a-thing",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert find(text) == []


def test_ordinary_code_has_at_most_one_false_flag_in_a_thousand_lines() -> None:
    """Measured on Python's own library, which is a few hundred thousand lines of ordinary code."""
    lines = flags = 0
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")):
        text = path.read_text(encoding="utf-8", errors="replace")
        lines += text.count("\n")
        flags += len(find(text))
    assert lines > 50_000
    assert flags <= lines / 1000, f"{flags} flags in {lines} lines"
