# SPDX-License-Identifier: Apache-2.0
"""Ours against theirs: a parity plot, and every error by target."""

import io
import math
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ohmformer.plots.figure import STYLE
from ohmformer.report import palette

MARKERS = "osD^v<>ph"
BANDS = ((0.15, "#e4e8ee"), (0.02, "#c3cbd6"))  # relative error, grey of the band
INK = "#404650"
MISSED = "#000000"  # edge of what should hold and does not
LINEAR = 0.02  # errors up to here on a linear scale, beyond on a logarithmic one
ROW = 0.42  # inches per target
DENSE = 40  # figures of one target, beyond which their edges would hide them

Rows = list[dict[str, Any]]


def draw_parity(rows: Rows) -> bytes:
    """The PNG: left ours over theirs, log-log; right the error of every figure, a line per target."""
    targets = list(dict.fromkeys(row["target"] for row in rows))
    height = max(4.6, 1.9 + ROW * len(targets))
    with rc_context(STYLE):
        figure = Figure(figsize=(11.0, height))
        FigureCanvasAgg(figure)
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
        _draw_parity(left, rows, targets)
        _draw_errors(right, rows, targets)
        figure.legend(handles=_legend(rows), loc="outside lower center", ncols=6)
        picture = io.BytesIO()
        figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


def _draw_parity(axes: Axes, rows: Rows, targets: list[str]) -> None:
    known = [row for row in rows if row["ours"] > 0 and row["theirs"] > 0]
    values = [row[key] for row in known for key in ("ours", "theirs")] or [1.0]
    ends = [min(values) / 3, max(values) * 3]
    for band, grey in BANDS:
        axes.fill_between(ends, [x * (1 - band) for x in ends], [x * (1 + band) for x in ends], color=grey, lw=0)
    axes.plot(ends, ends, color=INK, lw=0.8)
    for row in known:
        dense = _count(rows, row["target"]) > DENSE
        axes.plot(row["theirs"], row["ours"], ms=5 if dense else 7, ls="none", **_mark(row, targets, dense))
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=ends)
    axes.set_title("Ours against theirs")
    axes.set_xlabel("published, each in its own unit")
    axes.set_ylabel("computed, in the same unit")


def _draw_errors(axes: Axes, rows: Rows, targets: list[str]) -> None:
    for band, grey in BANDS:
        axes.axvspan(_stretched(-band), _stretched(band), color=grey, lw=0)
    axes.axvline(0, color=INK, lw=0.8)
    for place, name in enumerate(targets):
        own = [row for row in rows if row["target"] == name]
        dense = len(own) > DENSE
        for number, row in enumerate(own):
            offset = 0.6 * ((number + 0.5) / len(own) - 0.5)
            axes.plot(_stretched(row["error"]), place + offset, ms=4 if dense else 6, ls="none", **_mark(row, targets, dense))
    axes.set_yticks(range(len(targets)), [f"{name} ({_count(rows, name)})" for name in targets])
    axes.set_ylim(len(targets) - 0.4, -0.6)
    low = min([-0.2, *(row["error"] for row in rows)])
    high = max([0.2, *(row["error"] for row in rows)])
    axes.set_xlim(_stretched(low) * 1.08, _stretched(high) * 1.08)
    _percent_ticks(axes, low, high)
    axes.grid(visible=False, axis="y")
    axes.set_title("Error of every figure")
    axes.set_xlabel("ours / theirs − 1 (linear to ±2 %, logarithmic beyond)")


def _mark(row: dict[str, Any], targets: list[str], dense: bool) -> dict[str, Any]:
    """Colour and shape tell the target; hollow: fitted, filled: predicted, grey: a documented gap."""
    place = targets.index(row["target"])
    colour = palette.GREY if row["status"] == "gap" else palette.colour(place)
    hollow, missed = row["kind"] == "fitted", row["status"] == "fail"
    return {
        "marker": MARKERS[place % len(MARKERS)],
        "mfc": "white" if hollow else colour,
        "mec": MISSED if missed else colour if hollow or dense else "white",
        "mew": 2.2 if missed else 1.6 if hollow else 0.5,
        "zorder": 5 if missed else 3 if dense else 4,
    }


def _count(rows: Rows, target: str) -> int:
    return sum(row["target"] == target for row in rows)


def _stretched(error: float) -> float:
    """Linear up to LINEAR, logarithmic beyond, continuous and smooth."""
    size = abs(error) / LINEAR
    return math.copysign(size if size <= 1 else 1 + math.log(size), error)


def _percent_ticks(axes: Axes, low: float, high: float) -> None:
    ticks = {0.0: "0"}
    for size in (0.02, 0.15, 1.0, 10.0, 100.0):
        ticks |= {sign * size: f"{'+' if sign > 0 else '−'}{100 * size:g} %" for sign in (1, -1)}
    shown = {value: text for value, text in ticks.items() if 1.05 * low <= value <= 1.05 * high}
    axes.set_xticks([_stretched(value) for value in shown], list(shown.values()), fontsize=9.5)


def _legend(rows: Rows) -> list[Any]:
    def dot(name: str, fill: str, edge: str) -> Line2D:
        return Line2D([], [], ls="none", marker="o", ms=7, mfc=fill, mec=edge, mew=1.6, label=name)

    entries = [dot("predicted", INK, INK), dot("fitted", "white", INK)]
    found = {row["status"] for row in rows}
    entries += [dot("documented gap", palette.GREY, palette.GREY)] if "gap" in found else []
    entries += [dot("beyond its band", "#c9ced6", MISSED)] if "fail" in found else []
    bands = [Line2D([], [], color=grey, lw=9, label=f"±{100 * band:g} %") for band, grey in reversed(BANDS)]
    return entries + bands
