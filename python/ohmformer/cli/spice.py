# SPDX-License-Identifier: Apache-2.0
"""What `export-spice` does: one array of a macro as an ngspice deck."""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from ohmformer import ir_drop
from ohmformer.arrays import numbers
from ohmformer.errors import ArgumentError

DONE = 0


def export_command(macro: dict[str, Any], files: dict[str, Path | None], size: dict[str, int | None], seed: int) -> int:
    """Print or write the deck of a macro's array.

    files: g, x (both .npy) and out; size: rows and columns to cut to.
    """
    g = _conductances(macro, files["g"], size, seed)
    deck = _deck(macro, g, _inputs(files["x"], len(g)))
    out = files["out"]
    if out is None:
        sys.stdout.write(deck)
        return DONE
    out.write_text(deck, encoding="ascii")
    print(f"{out}: {g.shape[0]} wordlines, {g.shape[1]} bitlines; solve it with: ngspice -b {out}")
    return DONE


def _conductances(macro: dict[str, Any], file: Path | None, size: dict[str, int | None], seed: int) -> np.ndarray:
    """From a file, else uniformly random in the device's range; cut to --rows and --columns."""
    if file is not None:
        g = numbers(_loaded(file), str(file), (2,), np.float64)
        shape = g.shape
    else:
        shape = (macro["array"]["n_wordlines"], macro["array"]["n_bitlines"])
    rows = _cut(size["rows"], "--rows", shape[0])
    columns = _cut(size["columns"], "--columns", shape[1])
    if file is not None:
        return np.ascontiguousarray(g[:rows, :columns])
    device = macro["device"]
    return np.random.Generator(np.random.Philox(seed)).uniform(device["g_min"], device["g_max"], (rows, columns))


def _cut(wanted: int | None, name: str, most: int) -> int:
    if wanted is None:
        return most
    if not 1 <= wanted <= most:
        raise ArgumentError(f"{name}: {wanted} found; expected 1 to {most}, the size of the array")
    return wanted


def _inputs(file: Path | None, rows: int) -> np.ndarray:
    """One number per wordline: x of a gated array, shares of the read voltage of a driven one."""
    if file is None:
        return np.ones(rows)
    x = numbers(_loaded(file), str(file), (1,), np.float64)
    if len(x) < rows:
        raise ArgumentError(f"{file}: {len(x)} inputs found; expected {rows}, one per wordline")
    return x[:rows]


def _loaded(file: Path) -> Any:
    try:
        return np.load(file, allow_pickle=False)
    except (ValueError, EOFError) as failure:
        raise ArgumentError(f"{file}: no array ({failure}); expected a file that numpy.save wrote") from None


def _deck(macro: dict[str, Any], g: np.ndarray, x: np.ndarray) -> str:
    array, v_read = macro["array"], macro["read"]["voltage"]
    ends = {key: array[key] for key in ("r_bitline", "r_driver", "r_sense")}
    if array["topology"] == "driven":
        taps = {"drive": array.get("drive", "one_end"), "sense": array.get("sense", "one_end")}
        return ir_drop.driven_deck(g, v_read * x, r_wordline=array["r_wordline"], **ends, **taps)
    along, feed = array.get("source_line", "bitline"), array.get("source_feed", "near")
    return ir_drop.gated_deck(
        g,
        x,
        v_read,
        r_sourceline=array["r_sourceline"],
        sourceline=along,
        feed=feed if along == "bitline" else "near",
        **ends,
    )
