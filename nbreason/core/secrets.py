"""Keys and passwords in what is about to be sent, by precise rules: a false alarm is soon switched off.

Shapes are those that the issuers document or show; each rule needs a prefix or a context of its own, and long
random-looking text alone is not enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

RULES = {
    "an OpenAI-style key": r"\bsk-(?:proj-|svcacct-|ant-|or-v1-|admin-)?[A-Za-z0-9_-]{20,}\b",
    "a Segmind key": r"\bSG_[0-9a-f]{16,}\b",
    "a Google API key": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "an AWS access key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})\b",
    "a GitLab token": r"\bglpat-[A-Za-z0-9_-]{20,}\b",
    "a Hugging Face token": r"\bhf_[A-Za-z0-9]{30,}\b",
    "a Slack token": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}\b",
    "a Stripe key": r"\b[rs]k_live_[A-Za-z0-9]{20,}\b",
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "a JSON web token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "a password in an address": r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,64}:(?!\*+@|\{|<|\$|password@)[^\s/:@]{3,128}@[\w.-]+",
}
PATTERNS = {name: re.compile(rule) for name, rule in RULES.items()}
SHORTEST = 12
"""Characters of a configured key below which its value is not looked for: it could be an ordinary word."""


class Known(Protocol):
    """A configured key, which can be looked for and is not read here: a traceback would print it."""

    source: str

    def places(self, text: str, shortest: int = 1) -> list[tuple[int, int]]:
        """Where it stands in a text, from character to character; nowhere if it is shorter than `shortest`."""


@dataclass(frozen=True)
class Finding:
    """Something that looks like a secret: what, where (characters), and never its value."""

    what: str
    start: int
    end: int


def find(text: str, known: Iterable[Known] = ()) -> list[Finding]:
    """Secrets in a text, in order.  known: configured keys, found wherever they stand."""
    found = [
        Finding(what, match.start(), match.end()) for what, rule in PATTERNS.items() for match in rule.finditer(text)
    ]
    found += [Finding(f"the key in {key.source}", *place) for key in known for place in key.places(text, SHORTEST)]
    return sorted(found, key=lambda finding: finding.start)


EMAIL = re.compile(r"\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,24}\b")


def mask(text: str) -> str:
    """The text with secrets and e-mail addresses replaced by what they were."""
    return EMAIL.sub("[an e-mail address was here]", scrub(text))


def scrub(text: str, known: Iterable[Known] = ()) -> str:
    """The text with each secret replaced by what it was."""
    for finding in reversed(find(text, known)):
        text = f"{text[: finding.start]}[{finding.what} was here]{text[finding.end :]}"
    return text
