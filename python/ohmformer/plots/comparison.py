# SPDX-License-Identifier: Apache-2.0
"""Chips side by side: where power and area go at each level."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ohmformer.plots.figure import STYLE
from ohmformer.report import palette
from ohmformer.report.quantities import quantity

LEVELS = ("macro", "tile", "chip")
FIGURES = (("power_w", "W", "power"), ("area_m2", "m2", "area"))
BAR = 0.5  # inches per chip

Peak = Mapping[str, dict[str, Any]]


def draw_comparison(names: Sequence[str], peaks: Sequence[Peak]) -> bytes:
    """The PNG: a column per level, power above area, one stacked bar per chip."""
    colours = component_colours(peaks)
    height = 2 * (1.15 + BAR * len(names)) + 0.3 * (1 + len(colours) // 5)
    with rc_context(STYLE):
        figure = Figure(figsize=(11.0, height))
        FigureCanvasAgg(figure)
        grid = figure.subplots(len(FIGURES), len(LEVELS), squeeze=False, sharey=True)
        for row, (key, unit, word) in enumerate(FIGURES):
            for column, level in enumerate(LEVELS):
                _draw_bars(grid[row][column], names, [peak[level] for peak in peaks], (key, unit, colours))
                grid[row][column].set_title(f"{word} of one {level}")
        handles, labels = _legend(grid, colours)
        figure.legend(handles, labels, loc="outside lower center", ncols=5)
        picture = io.BytesIO()
        figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


def component_colours(peaks: Sequence[Peak]) -> dict[str, str]:
    """A colour for each of the components that weigh most anywhere; the others are grey."""
    weight: dict[str, float] = {}
    for block in (peak[level] for peak in peaks for level in LEVELS):
        for part in block["parts"]:
            for key, _, _ in FIGURES:
                share = part[key] / block[key] if block[key] else 0.0
                weight[part["component"]] = max(weight.get(part["component"], 0.0), share)
    order = sorted(weight, key=lambda name: (-weight[name], name))
    kept = [name for name in order if weight[name] >= 0.01][: len(palette.COLOURS)]
    return {name: palette.colour(number) for number, name in enumerate(kept)}


def _draw_bars(axes: Axes, names: Sequence[str], blocks: list[dict], chosen: tuple[str, str, dict[str, str]]) -> None:
    key, unit, colours = chosen
    left = [0.0] * len(blocks)
    for name in [*colours, palette.OTHERS]:
        values = [100 * _part(block, name, key, colours) for block in blocks]
        if any(values):
            axes.barh(range(len(names)), values, left=left, height=0.62, color=colours.get(name, palette.GREY), label=name)
        left = [a + b for a, b in zip(left, values, strict=True)]
    for place, block in enumerate(blocks):
        axes.annotate(quantity(block[key], unit), (100, place), (4, 0), textcoords="offset points", va="center", fontsize=9)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(0, 128)
    axes.set_xticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100 %"], fontsize=9)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)


def _part(block: dict, name: str, key: str, colours: dict[str, str]) -> float:
    whole = block[key]
    own = [p[key] for p in block["parts"] if (p["component"] == name if name in colours else p["component"] not in colours)]
    return sum(own) / whole if whole else 0.0


def _legend(grid: Any, colours: dict[str, str]) -> tuple[list[Any], list[str]]:
    found = {}
    for axes in grid.flat:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    order = [name for name in [*colours, palette.OTHERS] if name in found]
    return [found[name] for name in order], [name.replace("_", " ") for name in order]
