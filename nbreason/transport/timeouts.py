"""How long to wait for what.

connect   5 s        for a connection (`client.CONNECT_TIMEOUT`)
overall   1200 s     for the whole answer (the setting `timeout`); before it begins, silence is thinking
no text   3/4 of it  without text of the answer, whatever else comes: pings only prove that a proxy is alive
idle      300 s      without a byte once the answer has begun
end       5 s        for the closing mark once the provider has said that the answer is over
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Timeouts:
    """idle, end: seconds; no_text: a share of the overall timeout."""

    idle: float = 300.0
    no_text: float = 0.75
    end: float = 5.0
