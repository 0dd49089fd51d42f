# SPDX-License-Identifier: Apache-2.0
"""How full and how busy tiles are, and what the links between them carry, on the page."""

import math

import plotly.graph_objects as go

from ohmformer.report import palette
from ohmformer.report.charts import Chart, blank
from ohmformer.report.mesh import Link, borders, busy_share, celsius, filled_share, hop_bytes, link_use, traffic
from ohmformer.report.physical import hottest
from ohmformer.report.placement import MANY, mesh_axes, used_tiles, window
from ohmformer.report.quantities import finite, quantity, scale_for, share

WIDE_RANGE = 30  # largest over smallest value, beyond which the scale is logarithmic
TILE = 0.14  # half the side of a tile where links are drawn, of the distance between tiles


def utilisation_charts(point: dict) -> list[Chart]:
    """How long the arrays of each tile work; how full tiles are is written on the placement."""
    busy, tiles = busy_share(point), used_tiles(point)
    if not tiles or not busy:
        return []
    filled = filled_share(point)
    at = {(t["x"], t["y"]): busy.get(t["tile"]) for t in tiles}
    texts = {
        (t["x"], t["y"]): f"tile {t['tile']}: arrays work {share(busy.get(t['tile']))} of the makespan, "
        f"{share(filled.get(t['tile']))} of them hold weights"
        for t in tiles
    }
    left, right, top, bottom = window(point)
    xs, ys = list(range(left, right + 1)), list(range(top, bottom + 1))
    figure = blank(showlegend=False)
    figure.add_heatmap(
        x=xs, y=ys, z=[[_rounded(at.get((x, y)), 100) for x in xs] for y in ys], hoverongaps=False,
        colorscale="Viridis", reversescale=True, zmin=0, xgap=2, ygap=2,
        colorbar={"title": "%", "thickness": 14}, **_hover(texts, xs, ys, len(tiles)),
    )  # fmt: skip
    _borders(figure, point)
    mesh_axes(figure, (left, right, top, bottom))
    mean = sum(busy.values()) / len(busy)
    caption = (
        f"Share of the makespan that an array of the tile works: {share(mean)} on average, {share(max(busy.values()))} "
        f"at most. {share(sum(filled.values()) / max(len(filled), 1))} of the arrays of tiles in use hold weights."
    )
    return [Chart("How busy the arrays are", figure, caption, _height(bottom - top + 1))]


def temperature_charts(point: dict) -> list[Chart]:
    """How hot every tile of the mesh gets, used or not."""
    found = celsius(point)
    if not found:
        return []
    columns, rows = len(found[0]), len(found)
    figure = blank(showlegend=False)
    figure.add_heatmap(
        x=list(range(columns)), y=list(range(rows)), z=[[_rounded(value) for value in row] for row in found],
        colorscale="Inferno", colorbar={"title": "°C", "thickness": 14},
        hovertemplate="tile (%{x}, %{y}): %{z} °C<extra></extra>",
    )  # fmt: skip
    _borders(figure, point, (0, columns - 1, 0, rows - 1))
    mesh_axes(figure, (0, columns - 1, 0, rows - 1))
    caption = f"Steady state, the workload repeated without pause. Hottest: {hottest(point)}."
    return [Chart("How hot the tiles get", figure, caption, _height(rows))]


def traffic_charts(point: dict) -> list[Chart]:
    """Bytes of one token over each link, and for how long links are occupied."""
    links = traffic(point)
    if not used_tiles(point) or not links:
        return []
    scale = scale_for([link.value for link in links], "B")
    use = {(link.x, link.y, link.dx, link.dy): link.value for link in link_use(point)}
    busiest = max(links, key=lambda link: link.value)
    bound = finite((point.get("placement") or {}).get("lower_bound_byte_hops"))
    caption = (
        f"Between two tiles stands the busier direction; point at it for both. Busiest link: {quantity(busiest.value, 'B')} "
        f"per token{f', occupied {share(max(use.values()))} of the makespan' if use else ''}. All links: "
        f"{quantity(hop_bytes(links), 'B')} × hops per token"
        f"{f', no placement of these tiles below {quantity(bound, chr(66))}' if bound else ''}."
    )
    figure = blank(showlegend=False)
    _link_map(figure, point, links, (scale.factor, scale.unit, use))
    return [Chart("Traffic of one token", figure, caption, _height(window(point)[3] - window(point)[2] + 1))]


def _link_map(figure: go.Figure, point: dict, links: list[Link], text: tuple[float, str, dict]) -> None:
    """Tiles on whole numbers, links half-way between them."""
    factor, unit, use = text
    ends = [(2 * link.x + link.dx, 2 * link.y + link.dy) for link in links]
    left, right, top, bottom = window(point)
    xs = range(min(2 * left, *(x for x, _ in ends)), max(2 * right, *(x for x, _ in ends)) + 1)
    ys = range(min(2 * top, *(y for _, y in ends)), max(2 * bottom, *(y for _, y in ends)) + 1)
    most: dict[tuple[int, int], float] = {}
    texts: dict[tuple[int, int], str] = {}
    for link, at in zip(links, ends, strict=True):
        most[at] = max(most.get(at, 0.0), link.value)
        texts[at] = f"{texts[at]}<br>{_says(link, use)}" if at in texts else _says(link, use)
    low, high = min(most.values()) * factor, max(most.values()) * factor
    logarithmic = low > 0 and high / low > WIDE_RANGE
    shown = (lambda v: math.log10(v * factor)) if logarithmic else (lambda v: v * factor)
    z = [[_rounded(shown(most[x, y]) if (x, y) in most else None) for x in xs] for y in ys]
    bar = {"title": unit, "thickness": 14}
    if logarithmic:
        powers = list(range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1))
        bar |= {"tickvals": powers, "ticktext": [f"{10.0**power:g}" for power in powers]}
    tiles = [(t["x"], t["y"]) for t in used_tiles(point)]
    figure.add_scatter(
        x=[x for x, _ in tiles], y=[y for _, y in tiles], mode="markers", hoverinfo="skip",
        marker={"symbol": "square", "size": 9 if len(tiles) < 200 else 4, "color": palette.GREY, "opacity": 0.5},
    )  # fmt: skip
    figure.add_heatmap(
        x=_edges(xs), y=_edges(ys), z=z, hoverongaps=False, colorscale="Viridis", reversescale=True,
        zmin=None if logarithmic else 0, zmax=None if logarithmic else high, colorbar=bar,
        **_hover(texts, xs, ys, len(tiles)),
    )  # fmt: skip
    _borders(figure, point)
    mesh_axes(figure, (left, right, top, bottom))


def _edges(places: range) -> list[float]:
    """Where cells begin and end: narrow ones for tiles (even places), long ones for links (odd)."""
    starts = [place / 2 - (TILE if place % 2 == 0 else 0.5 - TILE) for place in places]
    last = places[-1]
    return [*starts, last / 2 + (TILE if last % 2 == 0 else 0.5 - TILE)]


def _says(link: Link, use: dict) -> str:
    way = {(1, 0): "to the right", (-1, 0): "to the left", (0, 1): "down", (0, -1): "up"}[link.dx, link.dy]
    known = use.get((link.x, link.y, link.dx, link.dy))
    occupied = f", occupied {share(known)} of the makespan" if known is not None else ""
    return f"{way} from ({link.x}, {link.y}): {quantity(link.value, 'B')} per token{occupied}"


def _hover(texts: dict[tuple[int, int], str], xs: range | list, ys: range | list, tiles: int) -> dict:
    """Hover boxes; of large meshes the value alone, so that the page stays small."""
    if tiles > MANY:
        return {"hovertemplate": "%{z}<extra></extra>"}
    rows = [[texts.get((x, y), "") for x in xs] for y in ys]
    return {"text": rows, "hovertemplate": "%{text}<extra></extra>"}


def _borders(figure: go.Figure, point: dict, bounds: tuple[int, int, int, int] | None = None) -> None:
    """Lines between chips, between packages, …, within the window of the used tiles unless told otherwise."""
    left, right, top, bottom = bounds or window(point)
    for level, (columns, rows) in enumerate(borders(point)):
        line = {"color": palette.GREY, "width": 2 + level}
        for x in range(-(-left // columns) * columns, right + 2, columns):
            figure.add_shape(type="line", x0=x - 0.5, x1=x - 0.5, y0=top - 0.5, y1=bottom + 0.5, line=line)
        for y in range(-(-top // rows) * rows, bottom + 2, rows):
            figure.add_shape(type="line", y0=y - 0.5, y1=y - 0.5, x0=left - 0.5, x1=right + 0.5, line=line)


def _rounded(value: float | None, factor: float = 1.0) -> float | None:
    return None if value is None else float(f"{value * factor:.4g}")


def _height(rows: int) -> int:
    return min(max(70 * rows, 200), 520) + 70
