"""Find keys and passwords in what is about to be sent, by precise rules: false alarms make people switch it off.

The formats are those that the issuers document or show; each rule needs a prefix or a context, and long
random-looking text alone is not enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


def _key(prefix: str, rest: str) -> str:
    r"""A pattern of a key: what it begins with, of fixed width, not inside a word, and the rest.

    It may follow an escaped character, as in the repr of a text (``\n``, ``\x0a``) or in an address (``%20``).
    """
    before = (r"\\[abfnrtv0]", r"\\x[0-9a-f]{2}", r"\\u[0-9a-f]{4}", r"%[0-9A-Fa-f]{2}")
    escaped = "".join(f"|(?<={escape}{prefix})" for escape in before)
    return f"{prefix}(?:(?<![A-Za-z0-9_]{prefix}){escaped}){rest}"


# Each takes linear time on any text: it begins with something fixed or at the start of a word, and never has to read
# a long stretch again from a later place.
RULES = {
    "an OpenAI-style key": _key("sk-", r"[A-Za-z0-9_-]{20,}"),
    "a Segmind key": _key("SG_", r"[0-9a-f]{16,}(?!\w)"),
    "a Google API key": _key("AIza", r"[0-9A-Za-z_-]{35}(?!\w)"),
    "an AWS access key": _key("A[KS]IA", r"[0-9A-Z]{16}(?!\w)"),
    "a GitHub token": f"{_key('gh[pousr]_', '[A-Za-z0-9]{36,}')}|{_key('github_pat_', '[A-Za-z0-9_]{22,}')}",
    "a GitLab token": _key("glpat-", r"[A-Za-z0-9_-]{20,}"),
    "a Hugging Face token": _key("hf_", r"[A-Za-z0-9]{30,}(?!\w)"),
    "a Slack token": _key("xox[abeoprs]-", r"[A-Za-z0-9-]{10,}"),
    "a Stripe key": _key("[rs]k_live_", r"[A-Za-z0-9]{20,}"),
    "a private key": r"-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:(?:[^-]|-(?!----))*+-----END [A-Z0-9 ]{1,40}-----)?",
    # Header and payload; the signature may be missing.
    "a JSON web token": r"(?<![\w-])(?=[\w-]++\.eyJ[\w-]{10})[\w-]*?"
    r"(?P<secret>eyJ[\w-]{10,}\.eyJ[\w-]{10,}(?:\.[\w-]*)?)",
    # What stands between a colon and an @, unless it is a placeholder or the port of another address.
    "a password in an address": r"(?<![A-Za-z])[a-z][a-z0-9+.-]{1,20}://(?:[^\s/:@\"'`\\<>]{1,64}:(?!password@)|:)"
    r"(?!\*+@|[{<$]|\d{1,5}[,;)\]|])[^\s/:@\"'`\\<>]{3,128}@[\w.-]+",
}
PATTERNS = {name: re.compile(rule) for name, rule in RULES.items()}
SHORTEST = 12
"""Configured keys of fewer characters are not looked for: they could be ordinary words."""


class Known(Protocol):
    """A configured key, which can be searched for but not read here: a traceback would print it."""

    source: str

    def places(self, text: str, shortest: int = 1) -> list[tuple[int, int]]:
        """Start and end of each occurrence in a text; none if the key is shorter than `shortest`."""


@dataclass(frozen=True)
class Finding:
    """Something that looks like a secret: what it is and where, in characters; never its value."""

    what: str
    start: int
    end: int


def find(text: str, known: Iterable[Known] = ()) -> list[Finding]:
    """Secrets in a text, in order.  known: configured keys, which are found by their value."""
    found = [
        Finding(what, *match.span("secret" if "secret" in rule.groupindex else 0))
        for what, rule in PATTERNS.items()
        for match in rule.finditer(text)
    ]
    found += [Finding(f"the key in {key.source}", *place) for key in known for place in key.places(text, SHORTEST)]
    return sorted(found, key=lambda finding: finding.start)


EMAIL = re.compile(r"\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,24}\b")


def mask(text: str) -> str:
    """The text with secrets and e-mail addresses replaced by a note of what they were."""
    return EMAIL.sub("[an e-mail address was here]", scrub(text))


def scrub(text: str, known: Iterable[Known] = ()) -> str:
    """The text with each secret replaced by a note of what it was."""
    pieces, end = [], 0
    for finding in find(text, known):
        if finding.start >= end:  # otherwise it is inside the one before
            pieces += [text[end : finding.start], f"[{finding.what} was here]"]
        end = max(end, finding.end)
    return "".join([*pieces, text[end:]])
