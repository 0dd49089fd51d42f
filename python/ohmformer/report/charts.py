# SPDX-License-Identifier: Apache-2.0
"""What all Plotly charts of the page share, and how one is embedded."""

from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go
import plotly.io

MARGIN = {"l": 8, "r": 16, "t": 12, "b": 8}
ROW = 26  # height of one horizontal bar in pixels


@dataclass(frozen=True)
class Chart:
    """A figure with a heading and the sentence that says how to read it."""

    title: str
    figure: go.Figure
    caption: str = ""
    height: int = 340
    wide: bool = False


def blank(**layout: object) -> go.Figure:
    """An empty figure without colours of its own: the page gives them."""
    figure = go.Figure(layout=go.Layout(template=go.layout.Template()))
    figure.update_layout(
        margin=MARGIN,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hoverlabel={"align": "left"},
        **layout,
    )
    figure.update_xaxes(automargin=True)
    figure.update_yaxes(automargin=True)
    return figure


def legend_above() -> dict:
    """A horizontal legend that grows upwards, away from the chart."""
    return {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.0, "yanchor": "bottom"}


def spread(places: list[float], gap: float) -> list[float]:
    """The same places, moved as little as needed to stand `gap` apart, in their order, and below 1.

    >>> spread([0.5, 0.2, 0.51], 0.25)
    [0.5, 0.2, 0.75]
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = list(places)
    for before, after in zip(order, order[1:], strict=False):
        moved[after] = max(moved[after], moved[before] + gap)
    top = 1.0
    for i in reversed(order):
        moved[i] = min(moved[i], top)
        top = moved[i] - gap
    return moved


def plain(text: object) -> str:
    """Text that Plotly must not read as markup."""
    return escape(str(text), quote=False)


def bars_height(count: int, legend_rows: int = 0) -> int:
    """Pixels for that many horizontal bars with an axis below."""
    return 90 + ROW * max(count, 2) + 22 * legend_rows


def reversed_categories(figure: go.Figure) -> None:
    """First category on top."""
    figure.update_yaxes(autorange="reversed", type="category", ticksuffix="  ")


def embed(chart: Chart, name: str) -> str:
    """The chart as HTML: a place to draw, and its figure as JSON for the page's script."""
    content = plotly.io.to_json(chart.figure, validate=True, engine="json")
    content = content.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    caption = f"<p>{escape(chart.caption)}</p>" if chart.caption else ""
    kind = "card wide" if chart.wide else "card"
    return (
        f'<figure class="{kind}"><figcaption><h3>{escape(chart.title)}</h3>{caption}</figcaption>'
        f'<div class="chart" id="{name}" style="height:{chart.height}px"></div>'
        f'<script type="application/json" data-chart="{name}">{content}</script></figure>'
    )
