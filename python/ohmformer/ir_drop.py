# SPDX-License-Identifier: Apache-2.0
"""Resistive wires, solved exactly: what the currents of an array become.

Conductances `g` have shape (n_wordlines, n_bitlines), S. Wires are Ohm per segment between
neighbouring cells; 0 is an ideal conductor. Wordlines are driven at column 0, bitlines sensed after
the last row. A single vector, (n_wordlines,), gives (n_bitlines,); a batch gives a batch.
"""

from pathlib import Path
from typing import Any

import numpy as np

from ohmformer import _core
from ohmformer.arrays import bits, numbers
from ohmformer.checks import choice, real
from ohmformer.errors import ArgumentError

ENDS = ("one_end", "both_ends")
MILO_VOLTS = 0.5


def effective_conductance(
    g: Any,
    r_wordline: float,
    r_bitline: float,
    r_driver: float = 0.0,
    r_sense: float = 0.0,
    *,
    drive: str = "one_end",
    sense: str = "one_end",
    tolerance: float = 1e-10,
    cache: str | Path | None = None,
) -> np.ndarray:
    """Conductances (n_wordlines, n_bitlines) that a driven array with resistive wires shows from outside, S.

    The network is linear, so that currents = v @ this matrix holds exactly for any row voltages, all
    rows driven (an input of 0 is a driven 0 V). Args: g in S; r_wordline and r_bitline per segment,
    r_driver from a source to column 0, r_sense from the last row to ground, Ohm; drive and sense,
    "one_end" or "both_ends"; tolerance, relative error of the currents, which elimination without
    subtractions keeps far below any that is legal (1e-13 to 0.1); cache, a folder that keeps
    solutions from run to run. Raises ArgumentError for what is no circuit.

    >>> effective_conductance([[1e-4]], r_wordline=1.0, r_bitline=1.0, r_driver=50.0, r_sense=20.0)
    array([[9.93048659e-05]])
    """
    wires = _wires(r_wordline, r_bitline, r_driver, r_sense, drive, sense)
    if cache is not None and not isinstance(cache, (str, Path)):
        raise ArgumentError(f"cache: {type(cache).__name__} found; expected the path of a folder, or None")
    if cache == "":
        raise ArgumentError("cache: '' found; expected the path of a folder, or None")
    return _core.effective_conductance(_cells(g), wires, real(tolerance, "tolerance"), cache)


def driven_currents(
    g: Any,
    v: Any,
    r_wordline: float,
    r_bitline: float,
    r_driver: float = 0.0,
    r_sense: float = 0.0,
    *,
    drive: str = "one_end",
    sense: str = "one_end",
    tolerance: float = 1e-10,
    v0: float = 0.0,
) -> np.ndarray:
    """Bitline currents, A, of a driven array under row voltages v, (n_wordlines,) or (batch, n_wordlines), V.

    For many vectors on one array, `v @ effective_conductance(...)` is the cheaper way to the same
    currents. v0, V: where it is not 0, cells obey I = G v0 sinh(V / v0) and the network is solved by
    Newton's method; SolveError where a current has no bound. Other arguments as there.

    >>> driven_currents([[1e-4]], [0.2], r_wordline=1.0, r_bitline=1.0, r_driver=50.0, r_sense=20.0)
    array([1.98609732e-05])
    >>> driven_currents([[1e-4]], [0.2], r_wordline=1.0, r_bitline=1.0, r_driver=50.0, r_sense=20.0, v0=0.25)
    array([2.19971313e-05])
    """
    wires = _wires(r_wordline, r_bitline, r_driver, r_sense, drive, sense)
    volts = numbers(v, "v", (1, 2), np.float64)
    limit, bend = real(tolerance, "tolerance"), real(v0, "v0")
    currents = _core.driven_currents(_cells(g), np.atleast_2d(volts), wires, limit, bend)
    return currents[0] if volts.ndim == 1 else currents


def operating_point(
    g: Any,
    v: Any,
    r_wordline: float,
    r_bitline: float,
    r_driver: float = 0.0,
    r_sense: float = 0.0,
    *,
    drive: str = "one_end",
    sense: str = "one_end",
    tolerance: float = 1e-10,
) -> dict[str, Any]:
    """Currents and powers of a driven array under one vector of row voltages v, (n_wordlines,), V.

    Keys: currents_a out of the bitlines, driver_currents_a out of the sources; power_w, which the
    sources supply and which is the sum of cells_w, wordlines_w, bitlines_w, drivers_w and senses_w.
    Other arguments as in effective_conductance. Raises SolveError where rounding leaves more than 1e-8
    of the power between what sources supply and what resistances take.

    >>> point = operating_point([[1e-4]], [0.2], 1.0, 1.0, r_driver=50.0, r_sense=20.0)
    >>> point["power_w"], point["senses_w"]
    (3.97219463e-06, 7.88916512e-09)
    """
    wires = _wires(r_wordline, r_bitline, r_driver, r_sense, drive, sense)
    volts = numbers(v, "v", (1,), np.float64)
    return _core.driven_operating_point(_cells(g), volts, wires, real(tolerance, "tolerance"))


def gated_currents(
    g: Any,
    x: Any,
    v_read: float,
    r_bitline: float,
    r_sense: float,
    r_sourceline: float = 0.0,
    r_driver: float = 0.0,
    *,
    sourceline: str = "bitline",
    feed: str = "near",
    tolerance: float = 1e-10,
) -> np.ndarray:
    """Bitline currents, A, of gated cells: x (batch, n_wordlines) in {0, 1} switches rows on.

    Source lines at v_read, V, behind r_driver run parallel to bitlines and are fed at row 0
    (feed="near"), after the last row ("far") or at both ends; or they run parallel to wordlines
    (sourceline="wordline"), fed at column 0, and couple the columns. Along bitlines the solution is
    exact to rounding; along wordlines to `tolerance`.

    >>> g = [[1e-4], [5e-5], [2e-5], [1e-4]]
    >>> gated_currents(g, [[1, 0, 1, 1]], v_read=0.2, r_bitline=2.0, r_sense=5.0)
    array([[4.39379318e-05]])
    >>> gated_currents(g, [1, 0, 1, 1], 0.2, 2.0, 5.0, r_sourceline=3.0, r_driver=4.0, feed="far")
    array([4.38788403e-05])
    """
    cells, inputs, volts = _cells(g), bits(x, "x", (1, 2)), real(v_read, "v_read")
    wires = _gated_wires(r_bitline, r_sense, r_sourceline, r_driver, sourceline, feed)
    solver_tolerance = real(tolerance, "tolerance")
    if isinstance(wires, _core.GatedWires):
        currents = _core.gated_currents(cells, np.atleast_2d(inputs), volts, wires)
    else:
        currents = _core.gated_row_line_currents(cells, np.atleast_2d(inputs), volts, wires, solver_tolerance)
    return currents[0] if inputs.ndim == 1 else currents


def mean_loss(
    g: Any,
    r_wordline: float = 0.0,
    r_bitline: float = 0.0,
    r_driver: float = 0.0,
    r_sense: float = 0.0,
    r_sourceline: float = 0.0,
    *,
    topology: str = "driven",
    activity: float = 0.5,
) -> float:
    """Mean share of the column currents that the wires of an array take, without solving it.

    Closed form X / (1 + X) of first-order path sums; within 0.03 of the exact mean for uniformly
    random conductances, and silent about the spread between columns. topology: "driven" (rows at 0 V
    load the columns, so that inputs do not matter) or "gated" (`activity` is the mean share of rows
    that are on).

    >>> round(mean_loss(np.full((64, 64), 52.5e-6), 1.0, 1.0), 3)
    0.125
    """
    share = real(activity, "activity")
    if not 0.0 <= share <= 1.0:
        raise ArgumentError(f"activity: {share} found; expected a share from 0 to 1")
    wires = _wires(r_wordline, r_bitline, r_driver, r_sense, "one_end", "one_end")
    kind = choice(topology, "topology", ("driven", "gated"))
    return _core.mean_wire_loss(_cells(g), kind, wires, real(r_sourceline, "r_sourceline"), share)


def driven_deck(
    g: Any,
    v: Any,
    r_wordline: float,
    r_bitline: float,
    r_driver: float = 0.0,
    r_sense: float = 0.0,
    *,
    drive: str = "one_end",
    sense: str = "one_end",
    v0: float = 0.0,
    milo: bool = False,
) -> str:
    """An ngspice deck of a driven array under row voltages v (n_wordlines,), V.

    `ngspice -b` prints `i(vout<j>) = <A>` for every bitline j. v0: cells obey I = G v0 sinh(V / v0)
    where it is not 0, V. milo: cells obey the polynomial of Milo et al. 2021 (`iv: {model:
    milo_2021}`), fitted up to 0.5 V across a cell; more is refused. G is the slope at 0 V in both.
    Other arguments as in driven_currents.

    >>> print(driven_deck([[1e-4]], [0.2], 1.0, 1.0, 50.0, 20.0).splitlines()[2:4])
    ['Vin0 in0 0 dc 0.20000000000000001', 'R0 b0_0 out0 20']
    """
    wires = _wires(r_wordline, r_bitline, r_driver, r_sense, drive, sense)
    volts, bend = numbers(v, "v", (1,), np.float64), real(v0, "v0")
    if not milo:
        return _core.driven_deck(_cells(g), wires, volts, bend)
    if bend != 0.0:
        raise ArgumentError(f"v0: {bend} V found beside milo; expected one curve: leave one of them out")
    across = np.ptp([*volts, 0.0])
    if across > MILO_VOLTS:
        raise ArgumentError(f"v: {across:g} V across a cell found; expected at most {MILO_VOLTS} V, the range of milo_2021's fit")
    return _core.driven_milo_deck(_cells(g), wires, volts)


def gated_deck(
    g: Any,
    x: Any,
    v_read: float,
    r_bitline: float,
    r_sense: float,
    r_sourceline: float = 0.0,
    r_driver: float = 0.0,
    *,
    sourceline: str = "bitline",
    feed: str = "near",
    v0: float = 0.0,
) -> str:
    """An ngspice deck of gated cells, x (n_wordlines,) in {0, 1}; as driven_deck and gated_currents.

    >>> "s0_0 b0_0 10000" in gated_deck([[1e-4]], [1], 0.2, r_bitline=1.0, r_sense=5.0, r_driver=9.0)
    True
    """
    wires = _gated_wires(r_bitline, r_sense, r_sourceline, r_driver, sourceline, feed)
    write = _core.gated_deck if isinstance(wires, _core.GatedWires) else _core.gated_row_line_deck
    return write(_cells(g), wires, bits(x, "x", (1,)), real(v_read, "v_read"), real(v0, "v0"))


def _cells(g: Any) -> np.ndarray:
    return numbers(g, "g", (2,), np.float64)


def _wires(
    r_wordline: float, r_bitline: float, r_driver: float, r_sense: float, drive: str, sense: str
) -> _core.WireResistances:
    return _core.WireResistances(
        r_wordline=real(r_wordline, "r_wordline"),
        r_bitline=real(r_bitline, "r_bitline"),
        r_driver=real(r_driver, "r_driver"),
        r_sense=real(r_sense, "r_sense"),
        drive_both_ends=choice(drive, "drive", ENDS) == "both_ends",
        sense_both_ends=choice(sense, "sense", ENDS) == "both_ends",
    )


def _gated_wires(
    r_bitline: float, r_sense: float, r_sourceline: float, r_driver: float, sourceline: str, feed: str
) -> "_core.GatedWires | _core.RowLineWires":
    ohms = {
        "r_bitline": real(r_bitline, "r_bitline"),
        "r_sense": real(r_sense, "r_sense"),
        "r_sourceline": real(r_sourceline, "r_sourceline"),
        "r_driver": real(r_driver, "r_driver"),
    }
    end = choice(feed, "feed", ("near", "far", "both"))
    if choice(sourceline, "sourceline", ("bitline", "wordline")) == "bitline":
        return _core.GatedWires(**ohms, feed=end)
    if end != "near":
        raise ArgumentError(f"feed: {end} found; source lines along wordlines are fed at column 0: leave feed out")
    return _core.RowLineWires(**ohms)
