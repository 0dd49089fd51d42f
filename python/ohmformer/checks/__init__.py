# SPDX-License-Identifier: Apache-2.0
"""Checks of single values that come from outside; what fails is an ArgumentError. Needs no NumPy."""

from typing import Any

from ohmformer.errors import ArgumentError


def choice(value: Any, name: str, words: tuple[str, ...]) -> str:
    """`value` as one of the words.

    >>> choice("middle", "feed", ("near", "far"))
    Traceback (most recent call last):
        ...
    ohmformer._core.ArgumentError: feed: 'middle' found; expected one of: near, far
    """
    if not isinstance(value, str) or value not in words:
        raise ArgumentError(f"{name}: {repr(value)[:100]} found; expected one of: {', '.join(words)}")
    return value


def whole(value: Any, name: str, least: int, most: int) -> int:
    """`value` as a whole number from `least` to `most`.

    >>> whole(5, "chips", 1, 100)
    5
    """
    if isinstance(value, bool) or not hasattr(value, "__index__") or not least <= value <= most:
        raise ArgumentError(f"{name}: {value!r} found; expected a whole number from {least} to {most}")
    return int(value)
