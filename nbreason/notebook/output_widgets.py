"""Which output widget of ipywidgets, if any, captures what is displayed now."""

from __future__ import annotations

import sys
from typing import Any


class OutputWidgets:
    """Remembers which widgets are output widgets, because there may be hundreds of sliders."""

    def __init__(self) -> None:
        self._seen: tuple[int, object] = (0, None)
        self._keys: list[str] = []

    def current(self) -> str:
        """The model id of the output widget whose ``with`` block is active; "" if there is none."""
        widgets = sys.modules.get("ipywidgets.widgets.widget")
        instances: dict[str, Any] = getattr(widgets, "_instances", {})
        if not instances:
            return ""
        # Widgets are only added at the end, so this pair changes whenever one is added or removed.
        seen = (len(instances), next(reversed(instances)))
        if seen != self._seen:
            output = getattr(sys.modules.get("ipywidgets.widgets.widget_output"), "Output", ())
            self._keys = [key for key, widget in list(instances.items()) if isinstance(widget, output)]
            self._seen = seen
        inside = [key for key in self._keys if key in instances and instances[key].msg_id]
        return inside[-1] if inside else ""
