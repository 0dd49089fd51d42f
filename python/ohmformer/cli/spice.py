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
    _require_an_array_that_senses_currents(macro)
    g = _conductances(macro, files["g"], size, seed)
    deck = _deck(macro, g, _inputs(files["x"], len(g)))
    out = files["out"]
    if out is None:
        sys.stdout.write(deck)
        return DONE
    out.write_text(deck, encoding="ascii")
    print(f"{out}: {g.shape[0]} wordlines, {g.shape[1]} bitlines; solve it with: ngspice -b {out}")
    return DONE


def _require_an_array_that_senses_currents(macro: dict[str, Any]) -> None:
    kind, sensing = macro["engine"]["kind"], macro["array"]["sensing"]
    if kind != "crossbar":
        raise ArgumentError(f"engine.kind: {kind} found; expected crossbar: the macro has no array to export")
    if sensing != "current":
        raise ArgumentError(f"array.sensing: {sensing} found; expected current: a deck senses currents into 0 V, not floating bitlines")


def _conductances(macro: dict[str, Any], file: Path | None, size: dict[str, int | None], seed: int) -> np.ndarray:
    """From a file, else uniformly random in the device's range; cut to --rows and --columns."""
    whole = (macro["array"]["n_wordlines"], macro["array"]["n_bitlines"])
    if file is None:
        rows, columns = _cut(size["rows"], "--rows", whole[0]), _cut(size["columns"], "--columns", whole[1])
        device = macro["device"]
        return np.random.Generator(np.random.Philox(seed)).uniform(device["g_min"], device["g_max"], (rows, columns))
    g = numbers(_loaded(file), str(file), (2,), np.float64)
    rows, columns = _cut(size["rows"], "--rows", g.shape[0]), _cut(size["columns"], "--columns", g.shape[1])
    if rows > whole[0] or columns > whole[1]:
        raise ArgumentError(
            f"{file}: {rows} wordlines and {columns} bitlines found; expected at most {whole[0]} and {whole[1]}, "
            "array.n_wordlines and array.n_bitlines: set these, or cut with --rows and --columns"
        )
    return np.ascontiguousarray(g[:rows, :columns])


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
    except (ValueError, EOFError):
        raise ArgumentError(f"{file}: no array of numbers found; expected a file that numpy.save wrote") from None


def _deck(macro: dict[str, Any], g: np.ndarray, x: np.ndarray) -> str:
    array, v_read = macro["array"], macro["read"]["voltage"]
    ends = {key: array[key] for key in ("r_bitline", "r_driver", "r_sense")}
    if array["topology"] == "driven":
        taps = {"drive": array.get("drive", "one_end"), "sense": array.get("sense", "one_end")}
        return ir_drop.driven_deck(g, v_read * x, r_wordline=array["r_wordline"], **ends, **taps, **_curve(macro))
    along, feed = array.get("source_line", "bitline"), array.get("source_feed", "near")
    return ir_drop.gated_deck(
        g,
        x,
        v_read,
        r_sourceline=array["r_sourceline"],
        sourceline=along,
        feed=feed if along == "bitline" else "near",
        v0=_gated_bend(macro),
        **ends,
    )


def _curve(macro: dict[str, Any]) -> dict[str, Any]:
    """What driven_deck calls the cells' current against voltage."""
    iv = macro["device"]["iv"]
    return {"v0": iv["v0"] if iv["model"] == "sinh" else 0.0, "milo": iv["model"] == "milo_2021"}


def _gated_bend(macro: dict[str, Any]) -> float:
    curve = _curve(macro)
    if curve["milo"]:
        raise ArgumentError("device.iv.model: milo_2021 found in a gated array; expected ohmic or sinh, or array.topology: driven")
    return curve["v0"]
