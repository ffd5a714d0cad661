"""What type an object has, from the names along its MRO: no library is imported to find out."""

from __future__ import annotations

import sys

from nbreason.capture.attempt import attempt
from nbreason.core.characters import one_line


def is_a(value: object, package: str, *names: str) -> bool:
    """Whether the type of `value`, or one of its base classes, has one of these names and is from this package.

    The path between the two is ignored: pandas 2 says ``pandas.core.frame.DataFrame`` where pandas 3 says
    ``pandas.DataFrame``.
    """
    return any(
        cls.__name__ in names and str(cls.__module__).partition(".")[0] == package for cls in type(value).__mro__
    )


def defines(value: object, method: str) -> bool:
    """Whether the class of `value` has this method; asking the class runs no property of the object."""
    return any(method in vars(cls) for cls in type(value).__mro__)


def type_name(value: object) -> str:
    """The type as its users know it: ``pandas.DataFrame``, ``list``, ``Volcano``."""
    return class_name(type(value))


def class_name(cls: type) -> str:
    """A class as its users know it: under the shortest public path."""
    # A metaclass may do anything, here too.
    module, name = attempt(lambda: (str(cls.__module__), str(cls.__qualname__)), lambda error: ("", "object"))
    if not module or module in ("builtins", "__main__"):
        return one_line(name, 80)
    root = module.partition(".")[0]
    exported = vars(sys.modules[root]).get(name) if root in sys.modules else None
    if exported is cls:
        return f"{root}.{name}"
    public = module.split("._")[0] if not module.startswith("_") else ""
    return one_line(f"{public}.{name}".lstrip("."), 120)
