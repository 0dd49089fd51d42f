# SPDX-License-Identifier: Apache-2.0
"""Memory cells in the hand: program them, let them age, read them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ohmformer import _core
from ohmformer.arrays import numbers
from ohmformer.checks import real, whole
from ohmformer.chip import Described
from ohmformer.errors import ArgumentError

LARGEST_SEED = 2**32 - 1
LARGEST_CHIP = 2**24 - 1
LARGEST_VALUE = 1e30  # of any quantity, in SI units: products stay finite


@dataclass(frozen=True)
class Programmed:
    """Cells after write-verify: one entry per cell, in the shape of the targets.

    g: conductances, S; pulses, reversals: how many each took; failed: whether it was given up;
    cost: cells, pulses, verify_reads, cycles, failed_cells, latency_s, energy_j of all of them, counted.
    """

    g: np.ndarray
    pulses: np.ndarray
    reversals: np.ndarray
    failed: np.ndarray
    cost: dict[str, float]


class Device(Described):
    """A memory cell: how far it lands from its target, how it drifts, how it is read.

    >>> import numpy as np
    >>> cell = Device.load("wan_2022").override({"age": "1 day"})
    >>> np.round(cell.sigma([10e-6, 20e-6]) * 1e6, 3)
    array([3.721, 3.909])
    >>> g = cell.program(np.full(100_000, 20e-6), seed=0)
    >>> round(float(g.std()) * 1e6, 1)
    3.9
    """

    _reader = _core.DeviceSpec

    def _check(self) -> None:
        """Reading checks everything there is."""

    def program(self, targets: Any, seed: int = 0, chip: int = 0, age: float | None = None) -> np.ndarray:
        """What cells programmed to `targets` are, `age` seconds later (None: the cell's own age).

        Args: targets, S, of any shape, at least 0, inside the range that a measured kind was fitted
        to. The pair (seed, chip) decides every draw and a cell keeps its own, so calls with growing
        ages follow one chip. Where a kind only has a measured spread for each time (all tables, such
        as wan_2022), a cell keeps its place in the distribution while that widens: errors of one cell
        at two ages have correlation 1, an assumption, since nobody published how cells change
        places. Returns S, in that shape.

        >>> cell = Device.load("pcm_nandakumar").override({"flicker": {"form": "none"}})
        >>> hour, day = (cell.program([10e-6, 20e-6], age=t) for t in (3600, 86400))
        >>> bool((day < hour).all())
        True
        """
        cell = self._spec if age is None else self._spec.aged(_not_negative(age, "age"))
        g, _ = cell.program(_conductances(targets, "targets"), *_keys(seed, chip))
        return g

    def programming_cost(self, targets: Any, seed: int = 0, chip: int = 0) -> dict[str, float]:
        """What programming `targets`, S, costs: cells, pulses, verify_reads, cycles, failed_cells, latency_s, energy_j.

        With programming.method: fitted these are expectations, which need not be whole numbers (1 %
        of 50 cells fail: 0.5); with write_verify they are counted.

        >>> round(Device.load("wan_2022").programming_cost([20e-6] * 1000)["pulses"])
        8520
        """
        _, cost = self._spec.program(_conductances(targets, "targets"), *_keys(seed, chip))
        return cost

    def write_verify(self, targets: Any, seed: int = 0, chip: int = 0) -> Programmed:
        """Bring reset cells to `targets`, S, pulse by pulse, and count.

        Every cell starts from g_min exactly (assumption: a reset state without spread), so that
        targets within the tolerance of it take no pulse and stay at g_min, all on one side. Step
        sizes are fitted to means over all targets (wan_2022: 8.52 pulses, 99 % arrive), not to each:
        there 3.2 % fail at 20 uS, 0.3 % at 10 uS, none at 40 uS.

        >>> result = Device.load("wan_2022").write_verify(np.linspace(1e-6, 40e-6, 20_000))
        >>> round(float(result.pulses.mean())), round(float(result.failed.mean()), 2)
        (9, 0.01)
        """
        cells = self._spec.write_verify(_conductances(targets, "targets"), *_keys(seed, chip))
        return Programmed(**{**cells, "failed": cells["failed"].astype(bool)})

    def sigma(self, g: Any) -> np.ndarray:
        """Standard deviation, S, of the programming error of cells with target `g`, S; refused outside the fit."""
        return self._spec.sigma(_conductances(g, "g"))

    def read_sigma(self, g: Any, v_read: float, t_read: float) -> np.ndarray:
        """Standard deviation, S, of one conversion of cells at `g`, S, read at v_read, V, for t_read, s.

        >>> cell = Device.load("ideal").override({"noise.white": "thermal"})
        >>> round(float(cell.read_sigma(100e-6, v_read=0.2, t_read=10e-9)) * 0.2 * 1e9, 2)  # nA
        9.1
        """
        volts, seconds = _not_negative(v_read, "v_read"), _not_negative(t_read, "t_read")
        return self._spec.read_sigma(_conductances(g, "g"), volts, seconds)

    def current(self, g: Any, v: float) -> np.ndarray:
        """Current, A, through cells of slope `g`, S, at v, V. Raises ArgumentError where it overflows.

        >>> cell = Device.load("ideal").override({"iv": {"model": "sinh", "v0": "0.5 V"}})
        >>> round(float(cell.current(1e-6, 0.2) / (2 * cell.current(1e-6, 0.1))), 7)  # cosh(0.2)
        1.0200668
        """
        current = self._spec.current(_conductances(g, "g"), real(v, "v"))
        if not np.isfinite(current).all():
            raise ArgumentError(f"v: {v} V found; expected less: the current of iv.model {self.to_dict()['iv']['model']} overflows")
        return current


def _keys(seed: int, chip: int) -> tuple[int, int]:
    return whole(seed, "seed", 0, LARGEST_SEED), whole(chip, "chip", 0, LARGEST_CHIP)


def _not_negative(value: Any, name: str) -> float:
    number = real(value, name)
    if not 0.0 <= number <= LARGEST_VALUE:
        raise ArgumentError(f"{name}: {number!r} found; expected a number from 0 to 1e30, in SI units")
    return number


def _conductances(values: Any, name: str) -> np.ndarray:
    """`values` as fp64 conductances, S."""
    array = numbers(values, name, None, np.float64)
    if not ((array >= 0) & (array <= LARGEST_VALUE)).all():
        raise ArgumentError(f"{name}: {array.min()} to {array.max()} S found; expected conductances from 0 to 1e30 S")
    return array
