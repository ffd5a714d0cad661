"""Whose object is this?  Told from the names along its type's MRO: no library is imported to find out."""

from __future__ import annotations


def is_a(value: object, root: str, *names: str) -> bool:
    """Whether the type of `value`, or one it inherits from, has one of these names, in package `root`.

    The path between the two is not looked at: pandas 2 says ``pandas.core.frame.DataFrame`` where pandas 3
    says ``pandas.DataFrame``.
    """
    return any(cls.__name__ in names and package(cls) == root for cls in type(value).__mro__)


def package(cls: type) -> str:
    """The top-level package a class comes from: ``"pandas"``."""
    return str(cls.__module__).partition(".")[0]


def defines(value: object, method: str) -> bool:
    """Whether the class of `value` has this method; asking the class runs no property of the object."""
    return any(method in vars(cls) for cls in type(value).__mro__)
