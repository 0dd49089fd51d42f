# SPDX-License-Identifier: Apache-2.0
"""Chips and baselines while they decode: rate, energy and the gain of weights in place, against batch."""

import io
from typing import Any

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ohmformer.plots.figure import STYLE
from ohmformer.report import palette

STROKES = ("-", "--", "-.", ":")
PANELS = (
    ("output_tokens_per_s", "output tokens per second, all users"),
    ("output_tokens_per_j", "output tokens per joule"),
    ("decode_gain", "most that weights in place gain: 1 + W / (B · KV)"),
)


def draw_sweep(table: pd.DataFrame, network: str) -> bytes:
    """The PNG of a table of ohmformer.baselines.sweep: log-log, a line per machine and context.

    A ring marks the batch at which keys and values are as many bytes as the weights. Baselines are
    labelled by what stands behind them: measured, claim or data sheet.
    """
    colours = {name: palette.colour(number) for number, name in enumerate(dict.fromkeys(table["machine"]))}
    strokes = {context: STROKES[number % len(STROKES)] for number, context in enumerate(dict.fromkeys(table["context"]))}
    with rc_context(STYLE):
        figure = Figure(figsize=(16.5, 5.6))
        FigureCanvasAgg(figure)
        axes = figure.subplots(1, len(PANELS))
        for place, (key, title) in zip(axes, PANELS, strict=True):
            for (name, context), line in table.groupby(["machine", "context"], sort=False):
                _draw_line(place, line, key, {"color": colours[name], "linestyle": strokes[context]})
            _finish(place, title)
        figure.suptitle(f"{network}: decode", fontweight="bold")
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
        picture = io.BytesIO()
        figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


def line_label(row: Any) -> str:
    """What a line stands for."""
    standing = {"measured": "checked against measurements", "claim": "as claimed", "model": "chip, modelled"}
    return f"{row.machine}, {row.context:,} tokens ({standing.get(row.evidence, row.evidence)})"


def _draw_line(axes: Axes, line: pd.DataFrame, key: str, style: dict[str, str]) -> None:
    known = line[pd.to_numeric(line[key], errors="coerce").notna()]
    first = next(line.itertuples())
    batches, values = known["batch"].to_list(), [float(value) for value in known[key]]
    axes.plot(batches, values, marker=".", label=line_label(first), **style)
    knee = first.kv_knee
    if key != "decode_gain" and batches and batches[0] <= knee <= batches[-1]:
        nearest = min(range(len(batches)), key=lambda number: abs(batches[number] - knee))
        axes.plot(batches[nearest], values[nearest], marker="o", markersize=11, fillstyle="none", color=style["color"])


def _finish(axes: Axes, title: str) -> None:
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("sequences at a time (ring: as many bytes of keys and values as of weights)")
    axes.set_title(title)
