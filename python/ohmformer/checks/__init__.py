# SPDX-License-Identifier: Apache-2.0
"""Checks of single values that come from outside; what fails is an ArgumentError. Needs no NumPy."""

import operator
import sys
from collections.abc import Iterable
from numbers import Real
from typing import Any, TypeVar

from ohmformer import _core
from ohmformer.errors import ArgumentError

Kind = TypeVar("Kind")


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
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or not least <= number <= most:
        raise ArgumentError(f"{name}: {repr(value)[:100]} found; expected a whole number from {least} to {most}")
    return number


def real(value: Any, name: str) -> float:
    """`value` as a finite number.

    >>> real("5", "r_sense")
    Traceback (most recent call last):
        ...
    ohmformer._core.ArgumentError: r_sense: '5' found; expected a finite number
    """
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or not -sys.float_info.max <= value <= sys.float_info.max:
        raise ArgumentError(f"{name}: {repr(value)[:100]} found; expected a finite number")
    return float(value)


def of_kind(value: Any, name: str, kind: type[Kind]) -> Kind:
    """`value`, which is one of ours.

    >>> of_kind("gpt2-small", "network", Exception)
    Traceback (most recent call last):
        ...
    ohmformer._core.ArgumentError: network: str found; expected an ohmformer.Exception
    """
    if not isinstance(value, kind):
        raise ArgumentError(f"{name}: {type(value).__name__} found; expected an ohmformer.{kind.__name__}")
    return value


def items(value: Any, name: str, expected: str) -> list[Any]:
    """What `value` holds, one by one; a text holds nothing.

    >>> items(1.5, "axes", "a list of values")
    Traceback (most recent call last):
        ...
    ohmformer._core.ArgumentError: axes: 1.5 found; expected a list of values
    """
    try:
        found = None if isinstance(value, (str, bytes)) or not isinstance(value, Iterable) else list(value)
    except TypeError:  # an array without axes
        found = None
    if found is None:
        raise ArgumentError(f"{name}: {repr(value)[:100]} found; expected {expected}")
    return found


def activity_of(value: Any) -> _core.InputStatistics:
    """A pair: the share of ones among the driven bits, and the mean position of cells in their range."""
    if isinstance(value, _core.InputStatistics):
        return value
    expected = "a pair of numbers such as (0.5, 0.25)"
    pair = items(value, "activity", expected)
    if len(pair) != 2:
        raise ArgumentError(f"activity: {repr(value)[:100]} found; expected {expected}")
    return _core.InputStatistics(real(pair[0], "activity"), real(pair[1], "activity"))
