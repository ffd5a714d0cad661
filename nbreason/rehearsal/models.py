"""The models the rehearsal knows and what each takes, after the providers' documents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

EFFORTS = ("low", "medium", "high")
SIZES = ("", "-mini")


@dataclass(frozen=True)
class Model:
    """What one model takes. ``window`` and ``most`` are the context and the longest answer, in tokens."""

    name: str
    dated: str
    images: bool = True
    system: bool = True
    efforts: tuple[str, ...] = EFFORTS
    responses: bool = True
    # AI/ML API's schema of the oldest models takes a plain string as content, no list of parts.
    parts: bool = True
    window: int = 200_000
    most: int = 100_000


KNOWN = (
    Model("o3", "o3-2025-04-16"),
    Model("o3-mini", "o3-mini-2025-01-31", images=False),
    Model("o4-mini", "o4-mini-2025-04-16"),
    Model("o1", "o1-2024-12-17"),
    Model("o1-preview", "o1-preview-2024-09-12", False, False, (), False, False, 128_000, 32_768),
    Model("o1-mini", "o1-mini-2024-09-12", False, False, (), False, False, 128_000, 65_536),
    *(
        Model(f"gpt-5{size}", f"gpt-5{size}-2025-08-07", efforts=("minimal", *EFFORTS), window=400_000)
        for size in SIZES
    ),
    Model("rehearsal", "rehearsal"),
)
_DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")


class Models:
    """Models by name, and by any id that ends in a known name: ``openai/o3-2025-04-16`` is ``o3``."""

    def __init__(self, extra: Iterable[str] = ()) -> None:
        self.by_name = {model.name: model for model in KNOWN}
        for name in extra:
            self.by_name.setdefault(name, Model(name, name))

    def find(self, identifier: str) -> Model | None:
        """The model an id means, or None. A date at the end and a variant after a colon are ignored."""
        for name in (identifier, identifier.partition(":")[0]):
            if name in self.by_name:
                return self.by_name[name]
        tail = _DATE.sub("", identifier.rsplit("/", 1)[-1].split(":", 1)[0])
        return self.by_name.get(tail)
