# SPDX-License-Identifier: Apache-2.0
"""Crossbar arrays in the hand: program integers, read products."""

from typing import Any

import numpy as np

from ohmformer import _core
from ohmformer.arrays import integers
from ohmformer.checks import whole
from ohmformer.chip import MacroSpec
from ohmformer.errors import ArgumentError

LARGEST = 2**32 - 1


class Macro:
    """Arrays of one kind of macro on one programmed chip.

    A matrix larger than one array takes as many as it needs, row tiles full. The pair (seed, chip)
    decides every error that is drawn once per programmed cell.

    >>> import numpy as np
    >>> spec = MacroSpec.load("rram_128").override({"device": "ideal", "adc.range": "lossless", "adc.bits": "auto"})
    >>> macro = Macro(spec, seed=0).program(np.array([[3, -7], [100, 5]]))
    >>> macro.mvm(np.array([2, -1]))
    array([-94, -19])
    """

    def __init__(self, spec: MacroSpec, seed: int = 0, chip: int = 0):
        if not isinstance(spec, MacroSpec):
            raise ArgumentError(
                f"spec: {type(spec).__name__} found; expected a MacroSpec, such as MacroSpec.load('rram_128')"
            )
        self._spec = spec
        seed, chip = whole(seed, "seed", 0, LARGEST), whole(chip, "chip", 0, LARGEST)
        self._arrays = _core.MacroArrays(spec._spec, seed, chip)
        self._next_token = 0

    @property
    def spec(self) -> MacroSpec:
        """What it was made from."""
        return self._spec

    @property
    def arrays(self) -> int:
        """How many arrays the programmed matrix takes; 0 before program()."""
        return self._arrays.arrays

    @property
    def shape(self) -> tuple[int, int] | None:
        """(n_inputs, n_outputs) of the programmed matrix; None before program()."""
        shape = self._arrays.shape
        return None if shape is None else (shape[0], shape[1])

    @property
    def conversions(self) -> int:
        """ADC conversions of all reads so far."""
        return self._arrays.conversions

    @property
    def clipped(self) -> int:
        """Those of them that lay beyond the converter's range."""
        return self._arrays.clipped

    @property
    def fused(self) -> int:
        """Conversions that were not computed one by one, because they provably change nothing."""
        return self._arrays.fused

    @property
    def programming(self) -> dict[str, float]:
        """What writing the cells took: cells, pulses, verify_reads, cycles, failed_cells, latency_s, energy_j.

        Expectations where the device's programming.method is fitted (see Device.programming_cost()).
        """
        return self._arrays.programming

    def program(self, weights: Any) -> "Macro":
        """Write signed integer weights, (n_inputs, n_outputs), each within weight.bits.

        Errors are drawn anew from (seed, chip): the same weights give the same conductances. ADC
        ranges are set where they need no inputs. Returns the macro itself.
        """
        matrix = integers(weights, "weights", (2,))
        if matrix.size == 0:
            raise ArgumentError(f"weights: shape {matrix.shape} found; expected at least one row and one column")
        self._arrays.program(matrix)
        self._next_token = 0
        return self

    def calibrate(self, inputs: Any) -> "Macro":
        """Set the ADC ranges from the sums that integer inputs (tokens, n_inputs) cause on this chip.

        Refused where all of them are zero, whose sums tell no range.
        """
        self._arrays.calibrate(np.atleast_2d(integers(inputs, "inputs", (1, 2))))
        return self

    def mvm(self, inputs: Any, first_token: int | None = None, threads: int = 0) -> np.ndarray:
        """Read inputs @ weights, in units of (input step × weight step).

        Args: inputs, signed integers within input.bits, (n_inputs,) or (tokens, n_inputs);
        first_token, the number of the first of them, which keys its noise: by default they count on
        from call to call, so repeated reads draw fresh noise and batches may be split anywhere; threads,
        0 for all processors (no bit of the result depends on it).
        Returns (n_outputs,) or (tokens, n_outputs): int64 where every value is whole by construction
        (ideal device, ideal or lossless ADC, no noise), else float64.
        """
        codes = integers(inputs, "inputs", (1, 2))
        first = self._next_token if first_token is None else whole(first_token, "first_token", 0, LARGEST)
        sums = self._arrays.mvm(np.atleast_2d(codes), first, whole(threads, "threads", 0, 4096))
        if first_token is None:
            self._next_token = first + len(sums)
        if self._arrays.is_whole:
            sums = np.rint(sums).astype(np.int64)
        return sums[0] if codes.ndim == 1 else sums
