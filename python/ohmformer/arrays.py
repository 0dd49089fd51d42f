# SPDX-License-Identifier: Apache-2.0
"""Checks of arrays that come from outside; what fails is an ArgumentError, never a wrong number."""

from typing import Any

import numpy as np

from ohmformer.errors import ArgumentError


def integers(values: Any, name: str, axes: tuple[int, ...], dtype: type = np.int32) -> np.ndarray:
    """`values` as a row-major array of whole numbers with one of the given numbers of axes.

    >>> integers([[1, -2]], "weights", (2,)).dtype
    dtype('int32')
    >>> integers([0.5], "inputs", (1,))
    Traceback (most recent call last):
        ...
    ohmformer._core.ArgumentError: inputs: dtype float64 found; expected integers: quantise them first
    """
    array = _array(values, name, axes)
    if array.dtype.kind not in "iub" and array.size:
        raise ArgumentError(f"{name}: dtype {array.dtype} found; expected integers: quantise them first")
    bounds = np.iinfo(dtype)
    fits = np.can_cast(array.dtype, dtype)
    if not fits and array.size and (int(array.min()) < bounds.min or int(array.max()) > bounds.max):
        raise ArgumentError(f"{name}: values beyond {bounds.bits} bits found; expected smaller integers")
    return np.ascontiguousarray(array, dtype=dtype)


def numbers(values: Any, name: str, axes: tuple[int, ...] | None, dtype: type = np.float32) -> np.ndarray:
    """`values` as a row-major array of finite numbers with one of the given numbers of axes (None: any).

    >>> numbers([[0.0, float("nan")]], "inputs", (2,))
    Traceback (most recent call last):
        ...
    ohmformer._core.ArgumentError: inputs: NaN or Inf found at (0, 1); expected finite numbers
    >>> numbers([True, False], "g", (1,))
    Traceback (most recent call last):
        ...
    ohmformer._core.ArgumentError: g: dtype bool found; expected numbers
    """
    array = _array(values, name, axes)
    if array.dtype.kind not in "iuf":
        raise ArgumentError(f"{name}: dtype {array.dtype} found; expected numbers")
    converted = np.ascontiguousarray(array, dtype=dtype).reshape(array.shape)
    if not np.isfinite(converted).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(converted))[0])
        raise ArgumentError(f"{name}: NaN or Inf found at {where}; expected finite numbers")
    return converted


def bits(values: Any, name: str, axes: tuple[int, ...]) -> np.ndarray:
    """`values` as a row-major array of bytes 0 and 1 with one of the given numbers of axes.

    >>> bits([[1.0, 0.0]], "x", (2,))
    array([[1, 0]], dtype=uint8)
    >>> bits([[0.5]], "x", (2,))
    Traceback (most recent call last):
        ...
    ohmformer._core.ArgumentError: x: 0.5 found at (0, 0); expected 0 or 1
    """
    array = _array(values, name, axes)
    if array.dtype.kind not in "iubf" and array.size:
        raise ArgumentError(f"{name}: dtype {array.dtype} found; expected 0 and 1")
    wrong = np.argwhere((array != 0) & (array != 1))
    if len(wrong):
        where = tuple(int(i) for i in wrong[0])
        raise ArgumentError(f"{name}: {array[where]} found at {where}; expected 0 or 1")
    return np.ascontiguousarray(array, dtype=np.uint8)


def _array(values: Any, name: str, axes: tuple[int, ...] | None) -> np.ndarray:
    try:
        array = np.asarray(values)
    except (ValueError, TypeError) as failure:
        raise ArgumentError(f"{name}: not an array ({failure}); expected rows of equal length") from None
    if axes is not None and array.ndim not in axes:
        expected = " or ".join(str(count) for count in axes)
        raise ArgumentError(f"{name}: shape {array.shape} found; expected an array with {expected} axes")
    return array
