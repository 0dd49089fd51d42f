# SPDX-License-Identifier: Apache-2.0
"""Analog-to-digital converters in the hand: codes, thresholds, linearity."""

import math
from typing import Any

import numpy as np

from ohmformer import _core
from ohmformer.arrays import numbers
from ohmformer.checks import real, whole
from ohmformer.errors import ArgumentError
from ohmformer.overrides import from_mapping

LARGEST = 2**32 - 1
LARGEST_SUM = 1e30


class Adc:
    """One physical converter, with the fields that `adc` has in a macro's file.

    The triple (seed, chip, converter) decides every error that is drawn once per converter. Values
    are in steps (LSB), or with `reach` in a unit of which `reach` falls on the last code. `signed`
    tells whether sums of both signs are converted: one bit of these is a comparator, levels mid_rise
    (-1/2 and 1/2) or mid_tread (-1 and 0), since of sign and magnitude it has no more than the sign.

    >>> Adc(kind="sar", bits=4).convert([-9.0, -0.4, 2.6]).tolist()
    [-7, 0, 3]
    >>> Adc(kind="flash", bits=3, reach=1.0, signed=False).convert([0.0, 0.5, 1.0]).tolist()
    [0, 4, 7]
    >>> Adc(kind="sar", bits=3).thresholds.tolist()
    [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]
    >>> Adc(kind="uniform", capacitor_mismatch=0.01)
    Traceback (most recent call last):
        ...
    ohmformer._core.ConfigError: Adc(...): capacitor_mismatch: kind uniform has no such part; leave ...
    """

    def __init__(
        self,
        kind: str = "uniform",
        bits: int = 8,
        *,
        signed: bool = True,
        reach: float | None = None,
        seed: int = 0,
        chip: int = 0,
        converter: int = 0,
        **fields: Any,
    ):
        settings = from_mapping({"kind": kind, "bits": bits, **fields}, "Adc(...)")
        seed, chip = whole(seed, "seed", 0, LARGEST), whole(chip, "chip", 0, 2**24 - 1)
        converter = whole(converter, "converter", 0, 2**24 - 1)
        if not isinstance(signed, (bool, np.bool_)):
            raise ArgumentError(f"signed: {signed!r} found; expected True or False")
        self._converter = _core.Converter(settings, bool(signed), seed, chip, converter)
        self._step = 1.0 if reach is None else self._converter.step_for(_reach(reach))
        self._next = 0

    @property
    def codes(self) -> tuple[float, float]:
        """The smallest and the largest code; numbers and a half where levels are mid_rise."""
        return self._converter.codes

    @property
    def step(self) -> float:
        """Values per code: 1, or what `reach` makes it."""
        return self._step

    @property
    def clipped(self) -> int:
        """Conversions so far that lay beyond the range."""
        return self._converter.clipped

    @property
    def thresholds(self) -> np.ndarray:
        """Where a slow ramp meets the boundaries between codes, in the unit of the values.

        convert() computes in single precision: its codes change within 2^-21 of these values, relative
        to them (0.016 LSB at the ends of 16 bits; 0.006 is the most that was found there).
        """
        return self._converter.thresholds() * self._step

    @property
    def inl(self) -> np.ndarray:
        """Integral nonlinearity at each threshold, LSB, zero at both ends.

        >>> bool(abs(Adc(inl=1.5, levels="mid_tread").inl[127] - 1.5) < 1e-9)
        True
        """
        return self._converter.linearity()["inl"]

    @property
    def dnl(self) -> np.ndarray:
        """Differential nonlinearity of each inner code, LSB; -1 where a code is missing.

        >>> len(Adc(kind="sar", bits=8, levels="mid_tread").dnl)
        254
        """
        return self._converter.linearity()["dnl"]

    @property
    def missing_codes(self) -> int:
        """Inner codes narrower than a tenth of an LSB."""
        return self._converter.linearity()["missing_codes"]

    def enob(self) -> float:
        """Effective number of bits of a full-scale sine, thermal noise and stochastic rounding included.

        >>> round(Adc(kind="sar", bits=8, levels="mid_tread").enob(), 1)
        8.0
        """
        return self._converter.enob()

    def convert(self, values: Any, first: int | None = None) -> np.ndarray:
        """Codes of values of any shape; int64, or float64 where codes are no whole numbers.

        `first` is the number of the first conversion, which keys its noise: by default they count on
        from call to call, so repeated conversions draw fresh noise. Kind ideal returns the values in
        double precision; all others convert in single precision (see thresholds).

        >>> Adc(bits=2, levels="mid_rise").convert(0.2)
        array(0.5)
        """
        sums = numbers(values, "values", None, np.float64) / self._step
        start = self._next if first is None else whole(first, "first", 0, LARGEST)
        codes = self._converter.convert(_odd_single(sums) if self._converter.quantises else sums, start)
        if first is None:
            self._next = start + sums.size
        if self._converter.quantises and self.codes[0] == math.floor(self.codes[0]):
            return codes.astype(np.int64)
        return codes


def _odd_single(sums: np.ndarray) -> np.ndarray:
    """The sums in single precision, rounded to odd: none is moved onto a boundary that single precision holds, or across.

    Half-integers up to 2^22 are such boundaries; those of converters that err lie between.
    """
    nearest = np.clip(sums, -LARGEST_SUM, LARGEST_SUM).astype(np.float32)
    back = nearest.astype(np.float64)
    down = np.where(np.abs(back) > np.abs(sums), np.nextafter(nearest, np.float32(0.0)), nearest)
    inexact = (back != sums).astype(np.uint32)
    return (down.view(np.uint32) | inexact).view(np.float32).astype(np.float64)


def _reach(value: Any) -> float:
    reach = real(value, "reach")
    if not 1e-30 <= reach <= 1e30:
        raise ArgumentError(f"reach: {reach!r} found; expected a positive number, from 1e-30 to 1e30")
    return reach
