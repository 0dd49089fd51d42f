# SPDX-License-Identifier: Apache-2.0
"""The tile grid: which matrices stand where."""

import plotly.graph_objects as go

from ohmformer.report import palette
from ohmformer.report.charts import Chart, blank, legend_above, plain
from ohmformer.report.quantities import finite, share

MOST_NAMES = 8  # matrices named in one hover box
MANY = 1000  # tiles above which hover boxes are cut short
MOST_CLASSES = 9  # layers with a colour of their own; more share a colour scale
SMALL = 10  # columns up to which tiles carry their text

_SCALE = {"colorscale": "Cividis", "colorbar": {"title": "layer", "thickness": 14}}
_UNTOLD = {"xgap": 0, "ygap": 0, "hoverinfo": "skip"}


def used_tiles(point: dict) -> list[dict]:
    """Tiles that hold something."""
    return [tile for tile in (point.get("placement") or {}).get("tiles") or [] if tile.get("used")]


def tile_layers(point: dict) -> dict[int, tuple[int, int]]:
    """First and last layer whose matrices each used tile holds; (-1, -1) outside all layers."""
    layer = {m.get("name"): m.get("layer", -1) for m in point.get("matmuls") or []}
    found = {}
    for tile in used_tiles(point):
        inside = [layer[name] for name in tile.get("matmuls") or [] if layer.get(name, -1) >= 0]
        given = tile.get("layer")
        inside = inside or [-1 if given is None else given]
        found[tile["tile"]] = (min(inside), max(inside))
    return found


def layers_name(layers: tuple[int, int]) -> str:
    """Layers in words.

    >>> layers_name((0, 2)), layers_name((1, 1)), layers_name((-1, -1))
    ('layers 0–2', 'layer 1', 'outside layers')
    """
    first, last = layers
    if last < 0:
        return "outside layers"
    return f"layer {first}" if first == last else f"layers {first}–{last}"


def window(point: dict) -> tuple[int, int, int, int]:
    """First and last column, first and last row of the used tiles, one tile wider where possible."""
    columns, rows = point["placement"]["mesh"]
    xs = [tile["x"] for tile in used_tiles(point)]
    ys = [tile["y"] for tile in used_tiles(point)]
    return (
        max(min(xs) - 1, 0),
        min(max(xs) + 1, columns - 1),
        max(min(ys) - 1, 0),
        min(max(ys) + 1, rows - 1),
    )


def placement_charts(point: dict) -> list[Chart]:
    """The used region, and where it lies on the mesh if that is larger."""
    if not used_tiles(point):
        return []
    columns, rows = point["placement"]["mesh"]
    left, right, top, bottom = window(point)
    charts = [_region(point)]
    if (right - left + 1) * (bottom - top + 1) < columns * rows:
        charts.append(_overview(point))
    return charts


def tile_text(tile: dict, slots: int, most: int = MOST_NAMES) -> str:
    """What a hover box says about a tile."""
    names = tile.get("matmuls") or []
    lines = [plain(name) for name in names[:most]]
    if len(names) > most:
        lines.append(f"and {len(names) - most} more")
    head = f"<b>tile {tile['tile']}</b> ({tile['x']}, {tile['y']}): {tile['used']}/{slots} arrays"
    return "<br>".join([head, *lines])


def _region(point: dict) -> Chart:
    left, right, top, bottom = window(point)
    figure = blank(legend=legend_above(), showlegend=True)
    _empty_tiles(figure, point, (left, right, top, bottom))
    classes = sorted(set(tile_layers(point).values()))
    if len(classes) <= MOST_CLASSES:
        for number, layers in enumerate(classes):
            _layer_tiles(figure, point, layers, _layer_colour(number, layers))
        if _are_numbered(point):
            _write_on_tiles(figure, point, classes)
    else:
        _scaled_tiles(figure, point)
    mesh_axes(figure, (left, right, top, bottom))
    height = min(max(70 * (bottom - top + 1), 200), 520) + 70
    return Chart("Placement on the tiles", figure, _caption(point), height)


def _are_numbered(point: dict) -> bool:
    """Whether tiles are large enough to carry numbers."""
    left, right, _, _ = window(point)
    return right - left + 1 <= SMALL and len(set(tile_layers(point).values())) <= MOST_CLASSES


def _empty_tiles(figure: go.Figure, point: dict, bounds: tuple[int, int, int, int]) -> None:
    left, right, top, bottom = bounds
    figure.add_heatmap(
        x=list(range(left, right + 1)),
        y=list(range(top, bottom + 1)),
        z=[[0] * (right - left + 1) for _ in range(top, bottom + 1)],
        colorscale=[[0, "rgba(138,143,152,0.16)"], [1, "rgba(138,143,152,0.16)"]],
        showscale=False,
        xgap=3,
        ygap=3,
        hovertemplate="unused tile (%{x}, %{y})<extra></extra>",
    )


def _tiles(figure: go.Figure, point: dict, chosen: list[dict], style: dict) -> None:
    """One heat map over the bounding box of some tiles; what is not chosen stays open."""
    layers = tile_layers(point)
    xs = range(min(t["x"] for t in chosen), max(t["x"] for t in chosen) + 1)
    ys = range(min(t["y"] for t in chosen), max(t["y"] for t in chosen) + 1)
    at = {(t["x"], t["y"]): layers[t["tile"]][0] for t in chosen}
    figure.add_heatmap(
        x=list(xs),
        y=list(ys),
        z=[[at.get((x, y)) for x in xs] for y in ys],
        hoverongaps=False,
        **({"xgap": 3, "ygap": 3} | style),
    )


def _tile_texts(point: dict, chosen: list[dict]) -> dict:
    """The hover boxes of some tiles, for the heat map over their bounding box."""
    most = MOST_NAMES if len(used_tiles(point)) <= MANY else 2
    slots = point["placement"]["slots_per_tile"]
    texts = {(t["x"], t["y"]): tile_text(t, slots, most) for t in chosen}
    xs = range(min(t["x"] for t in chosen), max(t["x"] for t in chosen) + 1)
    ys = range(min(t["y"] for t in chosen), max(t["y"] for t in chosen) + 1)
    rows = [[texts.get((x, y), "") for x in xs] for y in ys]
    return {"text": rows, "hovertemplate": "%{text}<extra></extra>"}


def _layer_tiles(figure: go.Figure, point: dict, layers: tuple[int, int], colour: str) -> None:
    known = tile_layers(point)
    chosen = [tile for tile in used_tiles(point) if known[tile["tile"]] == layers]
    style = {"colorscale": [[0, colour], [1, colour]], "showscale": False} | _tile_texts(
        point, chosen
    )
    _tiles(figure, point, chosen, style)
    figure.add_scatter(  # heat maps have no legend of their own
        x=[None],
        y=[None],
        mode="markers",
        marker={"symbol": "square", "size": 12, "color": colour},
        name=layers_name(layers),
    )


def _scaled_tiles(figure: go.Figure, point: dict) -> None:
    known = tile_layers(point)
    inside = [tile for tile in used_tiles(point) if known[tile["tile"]][1] >= 0]
    if inside:
        _tiles(figure, point, inside, _SCALE | _tile_texts(point, inside))
    if len(inside) < len(used_tiles(point)):
        _layer_tiles(figure, point, (-1, -1), palette.FLOOR)


def _layer_colour(number: int, layers: tuple[int, int]) -> str:
    return palette.GREY if layers[1] < 0 else palette.colour(number)


def _write_on_tiles(figure: go.Figure, point: dict, classes: list[tuple[int, int]]) -> None:
    slots = point["placement"]["slots_per_tile"]
    known = tile_layers(point)
    for tile in used_tiles(point):
        layers = known[tile["tile"]]
        figure.add_annotation(
            x=tile["x"],
            y=tile["y"],
            text=f"{tile['used']}/{slots}",
            showarrow=False,
            font={"color": palette.ink(_layer_colour(classes.index(layers), layers)), "size": 12},
        )


def mesh_axes(figure: go.Figure, bounds: tuple[int, int, int, int]) -> None:
    """Axes that count tiles, rows downwards; `bounds` as of window()."""
    left, right, top, bottom = bounds
    spacing = {"showgrid": False, "zeroline": False, "tickformat": "d", "constrain": "domain"}
    x_step, y_step = (1 + (right - left) // 12), (1 + (bottom - top) // 12)
    figure.update_xaxes(
        title="tile column", range=[left - 0.5, right + 0.5], dtick=x_step, **spacing
    )
    figure.update_yaxes(title="tile row", range=[bottom + 0.5, top - 0.5], dtick=y_step, **spacing)
    figure.update_yaxes(scaleanchor="x", scaleratio=1)


def _overview(point: dict) -> Chart:
    columns, rows = point["placement"]["mesh"]
    left, right, top, bottom = window(point)
    figure = blank(showlegend=False)
    figure.add_shape(
        type="rect",
        x0=-0.5,
        y0=-0.5,
        x1=columns - 0.5,
        y1=rows - 0.5,
        line={"color": palette.GREY, "width": 1},
        fillcolor="rgba(138,143,152,0.10)",
        layer="below",
    )
    figure.add_shape(
        type="rect",
        x0=left - 0.5,
        y0=top - 0.5,
        x1=right + 0.5,
        y1=bottom + 0.5,
        line={"color": palette.FLOOR, "width": 2},
    )
    _tiles(
        figure,
        point,
        used_tiles(point),
        {"colorscale": [[0, palette.ANALOG], [1, palette.ANALOG]], "showscale": False} | _UNTOLD,
    )
    mesh_axes(figure, (0, columns - 1, 0, rows - 1))
    used = len(used_tiles(point))
    caption = f"{used:,} of {columns * rows:,} tiles ({share(used / (columns * rows))}) are used; frame: the region shown beside."
    return Chart("The whole chip", figure, caption, 320)


def _caption(point: dict) -> str:
    placement = point["placement"]
    numbers = f"; numbers: arrays used of {placement['slots_per_tile']} per tile" if _are_numbered(point) else ""
    text = f"Coloured by layer{numbers}. Point at a tile for its matrices."
    cost, bound = (finite(placement.get(k)) for k in ("cost_byte_hops", "lower_bound_byte_hops"))
    if cost is None:
        return text
    below = f", lower bound {bound:,.0f}" if bound is not None else ""
    start = finite(placement.get("start_cost_byte_hops"))
    annealed = f", annealed from {start:,.0f}" if start is not None and start > cost else ""
    return f"{text} Traffic: {cost:,.0f} byte-hops{below}{annealed}."
