# SPDX-License-Identifier: Apache-2.0
"""What all figures share: style, panels on a page, headings, axes."""

from collections.abc import Callable
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ohmformer.report.points import Sweep, display_name

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#e3e6ea",
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "figure.constrained_layout.use": True,
    "savefig.dpi": 160,
}
MOST_COLUMNS = 3

Panel = Callable[[Axes], None]


def heading(point: dict) -> str:
    """Network, and below it what was set."""
    return display_name(point).replace(", ", "\n", 1)


def save(path: Path, panels: list[Panel], size: tuple[float, float]) -> Path:
    """Write the panels as one PNG; `size` is inches per panel."""
    columns = 2 if len(panels) == 4 else min(len(panels), MOST_COLUMNS)
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(size[0] * columns, size[1] * rows))
    FigureCanvasAgg(figure)
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for panel, place in zip(panels, axes, strict=False):
        panel(place)
    for place in axes[len(panels) :]:
        place.set_axis_off()
    figure.savefig(path, metadata={"Software": None})
    return path


def sweep_axis(axes: Axes, sweep: Sweep) -> None:
    """Ticks and name of a swept axis."""
    values = sorted({x for line in sweep.lines.values() for x, _ in line}, key=str)
    if sweep.numeric and len(values) <= 12:
        axes.set_xticks(sorted(values), [f"{x:g}" for x in sorted(values)])
    axes.set_xlabel(sweep.axis)
