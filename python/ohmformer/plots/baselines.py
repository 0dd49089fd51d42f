# SPDX-License-Identifier: Apache-2.0
"""Chips and baselines while they decode: rate, energy and the gain of weights in place, against batch."""

import io
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ohmformer.baselines.baseline import PUBLISHED, STANDING
from ohmformer.plots.figure import STYLE
from ohmformer.report import palette

STROKES = ("-", "--", "-.", ":")
MARKS = (".", "^", "D", "v", "P", "X")
RATES = (("output_tokens_per_s", "output tokens per second, all users"), ("output_tokens_per_j", "output tokens per joule"))


def draw_sweep(table: pd.DataFrame, network: str) -> bytes:
    """The PNG of a table of ohmformer.baselines.sweep: log-log, a line per machine and context.

    A ring marks the batch at which keys and values are as many bytes as the weights, a square a rate
    near one that others measured or claimed; labels say what stands behind the rates.
    """
    colours = {name: palette.colour(number) for number, name in enumerate(dict.fromkeys(table["machine"]))}
    strokes = {context: STROKES[number % len(STROKES)] for number, context in enumerate(dict.fromkeys(table["context"]))}
    with rc_context(STYLE):
        figure = Figure(figsize=(16.5, 6.0))
        FigureCanvasAgg(figure)
        *rates, law = figure.subplots(1, len(RATES) + 1)
        for axes, (key, title) in zip(rates, RATES, strict=True):
            for (name, context), line in table.groupby(["machine", "context"], sort=False):
                _draw_line(axes, line, key, {"color": colours[name], "linestyle": strokes[context]})
            _finish(axes, title)
        _draw_law(law, table, strokes)
        figure.suptitle(f"{network}: decode (ring: as many bytes of keys and values as of weights)", fontweight="bold")
        handles, labels = rates[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
        picture = io.BytesIO()
        figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


def line_label(line: pd.DataFrame) -> str:
    """What a line stands for, by the rates that it has."""
    row = next(line.itertuples())
    return f"{row.machine}, {row.context:,} tokens ({standing(line)})"


def standing(line: pd.DataFrame) -> str:
    """What stands behind the rates of a line, in words."""
    found = set(line["evidence"])
    published = [STANDING[status] for status in PUBLISHED if status in found]
    if published and "extrapolated" in found:
        return f"{' or '.join(published)} at squares, else extrapolated"
    return " or ".join(published) or STANDING[next(iter(found))]


def _draw_line(axes: Axes, line: pd.DataFrame, key: str, style: dict[str, str]) -> None:
    known = line[pd.to_numeric(line[key], errors="coerce").notna()]
    if known.empty:
        return
    batches, values = known["batch"].to_numpy(float), known[key].to_numpy(float)
    first = next(line.itertuples())
    axes.plot(batches, values, marker=".", label=line_label(line), **style)
    published = known["evidence"].isin(PUBLISHED).to_numpy()
    axes.plot(batches[published], values[published], marker="s", markersize=7, color=style["color"], linestyle="none")
    if batches[0] <= first.kv_knee <= batches[-1]:
        height = np.exp(np.interp(np.log(first.kv_knee), np.log(batches), np.log(values)))
        axes.plot(first.kv_knee, height, marker="o", markersize=11, fillstyle="none", color=style["color"])


def _draw_law(axes: Axes, table: pd.DataFrame, strokes: dict[int, str]) -> None:
    """One line per context and ratio of weights to keys and values, in a style per bit width, which it names."""
    laws = dict(list(table.groupby(["context", "kv_knee"], sort=False)))
    widths = {key: sorted(set(zip(line["weight_bits"], line["kv_bits"], strict=True))) for key, line in laws.items()}
    styles = [list(bits) for bits in dict.fromkeys(map(tuple, widths.values()))]
    for (context, knee), line in laws.items():
        gains, number = line.drop_duplicates("batch"), styles.index(widths[context, knee])
        named = "\nor ".join(f"{weights}-bit weights and {kv}-bit keys" for weights, kv in widths[context, knee])
        style = {"color": f"{0.7 * number / len(styles):.2f}", "marker": MARKS[number % len(MARKS)], "linestyle": strokes[context]}
        axes.plot(gains["batch"], gains["decode_gain"], label=f"{context:,} tokens, W / KV = {knee:.3g}:\n{named}", **style)
    axes.legend(loc="lower left", fontsize="small")
    _finish(axes, "most that weights in place gain\nwhere keys flow as fast: 1 + W / (B · KV)")


def _finish(axes: Axes, title: str) -> None:
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("sequences at a time, B")
    axes.set_title(title)
