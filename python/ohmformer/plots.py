# SPDX-License-Identifier: Apache-2.0
"""Figures for papers and slides: `plots/*.png`, drawn with matplotlib without a display."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from ohmformer.report import breakdown, palette
from ohmformer.report.accuracy import chip_scores, interval, jitter, score_range
from ohmformer.report.costs import MOST_BARS
from ohmformer.report.placement import MOST_CLASSES, layers_name, tile_layers, used_tiles, window
from ohmformer.report.points import Sweep, by_network, display_name, item, points_of, sweep_of
from ohmformer.report.quantities import finite, scale_for, with_span
from ohmformer.report.scores import (
    axis_title,
    change_axis,
    changes_by_source,
    score,
    shown,
    source_name,
)
from ohmformer.report.timeline import first_events, token_class, token_colours

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
MOST_DETAILED = 12  # points with a placement and a timeline of their own

Panel = Callable[[Axes], None]


def write_plots(result: dict, folder: Path) -> list[Path]:
    """Write what the result holds as PNG files into `folder`/plots; returns their paths.

    The same result gives the same bytes with the same version of matplotlib.
    """
    points = points_of(result)
    target = folder / "plots"
    written = []
    with rc_context(STYLE):
        for name, panels, size in _figures(points):
            if panels:
                target.mkdir(parents=True, exist_ok=True)
                written.append(_save(target / f"{name}.png", panels, size))
    return written


def _figures(points: list[dict]) -> Iterator[tuple[str, list[Panel], tuple[float, float]]]:
    """(name, panels, inches per panel) of every file."""
    colours = palette.component_colours(points)
    firsts = [group[0] for group in by_network(points).values()]
    yield "accuracy", _accuracy_panels(points), (4.2, 3.9)
    yield "error_sources", _error_panels(points), (4.6, 3.2)
    yield "energy_by_component", _component_panels(firsts, "energy_j", colours), (4.9, 4.2)
    yield "energy_by_operator", _operator_panels(firsts, colours), (5.6, 4.6)
    yield "energy_sweep", _energy_sweep_panels(points), (4.8, 3.7)
    yield "busiest", _busiest_panels(firsts), (5.6, 3.8)
    yield "area", _component_panels(firsts, "area_m2", colours), (4.9, 4.2)
    for point in points[:MOST_DETAILED]:
        suffix = _file_name(display_name(point))
        yield f"placement_{suffix}", _placement_panels(point), (7.5, 4.6)
        yield f"timeline_{suffix}", _timeline_panels(point), (10.0, 6.2)


def _file_name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.=+-]+", "_", text).strip("_.") or "point"


def _heading(point: dict) -> str:
    """Network, and below it what was set."""
    return display_name(point).replace(", ", "\n", 1)


def _save(path: Path, panels: list[Panel], size: tuple[float, float]) -> Path:
    columns = min(len(panels), MOST_COLUMNS)
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


# --- score --------------------------------------------------------------------------------------


def _accuracy_panels(points: list[dict]) -> list[Panel]:
    panels: list[Panel] = []
    for network, group in by_network(points).items():
        sweep = sweep_of(group)
        if sweep:
            panels.append(lambda axes, n=network, s=sweep: _draw_sweep(axes, n, s))
        else:
            panels += [lambda axes, p=p: _draw_chips(axes, p) for p in group if score_range([p])]
    return panels


def _draw_chips(axes: Axes, point: dict) -> None:
    metric = point.get("metric", "")
    for place, key, colour, marker in (
        (0, "float_score", palette.FLOAT, "D"),
        (1, "quantised_score", palette.QUANTISED, "s"),
    ):
        _mark(
            axes,
            (place, shown(point.get(key), metric)),
            score(point.get(key), metric),
            (colour, marker),
        )
    dots = chip_scores(point)
    xs = [1.82 + jitter(i, len(dots)) for i in range(len(dots))]
    axes.scatter(
        xs, [value for _, value in dots], color=palette.ANALOG, alpha=0.55, s=36, linewidths=0
    )
    mean = shown(point.get("score_mean"), metric)
    if mean is not None:
        reach = interval(point) or (0.0, 0.0)
        bars = [[reach[0]], [reach[1]]]
        axes.errorbar(
            [2.16], [mean], yerr=bars, fmt="_", ms=13, mew=2.5, capsize=5, color=palette.ANALOG
        )
        axes.annotate(
            score(point["score_mean"], metric),
            (2.24, mean),
            (7, 0),
            textcoords="offset points",
            va="center",
        )
    _draw_floor(axes, point)
    axes.set_xticks(
        [0, 1, 2], ["float", "quantised\nonly", f"{len(dots)} analog\nchips" if dots else "analog"]
    )
    axes.set_xlim(-0.5, 3.0)
    axes.grid(visible=False, axis="x")
    _score_axis(axes, _heading(point), [point])


def _mark(axes: Axes, at: tuple[float, float | None], text: str, style: tuple[str, str]) -> None:
    if at[1] is None:
        return
    axes.plot([at[0]], [at[1]], color=style[0], marker=style[1], ms=9, ls="none")
    axes.annotate(text, at, (0, 9), textcoords="offset points", ha="center")


def _draw_floor(axes: Axes, point: dict) -> None:
    metric = point.get("metric", "")
    floor = shown(point.get("floor"), metric)
    if floor is None:
        return
    axes.axhline(floor, color=palette.FLOOR, ls="--", lw=1.3)
    axes.annotate(
        f"best possible {score(point['floor'], metric)}",
        (0.02, floor),
        (0, -4),
        textcoords="offset points",
        xycoords=("axes fraction", "data"),
        va="top",
        color=palette.FLOOR,
        fontsize=9.5,
    )


def _score_axis(axes: Axes, title: str, points: list[dict]) -> None:
    axes.set_title(title)
    axes.set_ylabel(axis_title(points[0].get("metric", ""), points[0].get("better", "")))
    axes.set_ylim(score_range(points))
    axes.ticklabel_format(axis="y", useOffset=False)


def _draw_sweep(axes: Axes, network: str, sweep: Sweep) -> None:
    points = [point for line in sweep.lines.values() for _, point in line]
    metric = points[0].get("metric", "")
    for number, (name, line) in enumerate(sweep.lines.items()):
        known = [(x, p) for x, p in line if shown(p.get("score_mean"), metric) is not None]
        reach = [interval(point) or (0.0, 0.0) for _, point in known]
        axes.errorbar(
            [x for x, _ in known],
            [shown(point["score_mean"], metric) for _, point in known],
            yerr=[[down for down, _ in reach], [up for _, up in reach]],
            fmt="o-",
            capsize=4,
            color=palette.colour(number),
            label=name or "analog chips",
        )
        dots = [(x, value) for x, point in line for _, value in chip_scores(point)]
        axes.scatter(
            *zip(*dots, strict=True) if dots else ([], []),
            color=palette.colour(number),
            alpha=0.35,
            s=22,
        )
    line = next(iter(sweep.lines.values()))
    for key, name, colour, dash in (
        ("quantised_score", "quantised only", palette.QUANTISED, "--"),
        ("float_score", "float", palette.FLOAT, ":"),
    ):
        known = [(x, shown(p.get(key), metric)) for x, p in line if finite(p.get(key)) is not None]
        if known:
            axes.plot(*zip(*known, strict=True), color=colour, ls=dash, label=name)
    _draw_floor(axes, points[0])
    _sweep_axis(axes, sweep)
    _score_axis(axes, network, points)
    axes.legend()


def _sweep_axis(axes: Axes, sweep: Sweep) -> None:
    values = sorted({x for line in sweep.lines.values() for x, _ in line}, key=str)
    if sweep.numeric and len(values) <= 12:
        axes.set_xticks(sorted(values), [f"{x:g}" for x in sorted(values)])
    axes.set_xlabel(sweep.axis)


def _error_panels(points: list[dict]) -> list[Panel]:
    return [lambda axes, p=p: _draw_errors(axes, p) for p in points if changes_by_source(p)]


def _draw_errors(axes: Axes, point: dict) -> None:
    found = changes_by_source(point)
    axes.barh(
        [source_name(name) for name, _, _ in found],
        [value for _, value, _ in found],
        xerr=[width for _, _, width in found],
        color=[palette.GREY if name == "all" else palette.ANALOG for name, _, _ in found],
        error_kw={"capsize": 3, "ecolor": "#404650", "lw": 1.2},
    )
    axes.invert_yaxis()
    axes.axvline(0, color="#404650", lw=0.8)
    axes.grid(visible=False, axis="y")
    axes.set_title(f"{_heading(point)}: {point.get('metric', '')}")
    axes.set_xlabel(f"{change_axis(point.get('metric', ''))}, against quantised only")


# --- costs --------------------------------------------------------------------------------------


def _component_panels(points: list[dict], key: str, colours: dict[str, str]) -> list[Panel]:
    panels: list[Panel] = []
    for point in points:
        rows = breakdown.rows(point)
        entries = breakdown.merged(
            breakdown.ranked(breakdown.sums(rows, breakdown.component), key), MOST_BARS
        )
        if entries:
            panels.append(
                lambda axes, p=point, e=entries: _draw_components(axes, (p, e), key, colours)
            )
    return panels


def _draw_components(axes: Axes, entries: tuple, key: str, colours: dict[str, str]) -> None:
    point, found = entries
    figure, unit = key.rsplit("_", 1)
    low, high = f"{figure}_low_{unit}", f"{figure}_high_{unit}"
    unit = "J" if unit == "j" else unit
    scale = scale_for([getattr(entry, high) for _, entry in found], unit)
    middle = [getattr(entry, key) * scale.factor for _, entry in found]
    reach = [
        [
            max(m - getattr(e, low) * scale.factor, 0.0)
            for m, (_, e) in zip(middle, found, strict=True)
        ],
        [
            max(getattr(e, high) * scale.factor - m, 0.0)
            for m, (_, e) in zip(middle, found, strict=True)
        ],
    ]
    axes.barh(
        [name for name, _ in found],
        middle,
        xerr=reach,
        color=[colours.get(name, palette.GREY) for name, _ in found],
        error_kw={"capsize": 3, "ecolor": "#404650", "lw": 1.2},
    )
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_title(f"{_heading(point)}\n{_whole(point, figure)}")
    axes.set_xlabel(f"{'area' if unit == 'm2' else 'energy of the run'}, {scale.unit}")


def _whole(point: dict, figure: str) -> str:
    if figure == "area":
        return with_span(
            *(point.get(key) for key in ("area_m2", "area_low_m2", "area_high_m2")), "m2"
        )
    keys = ("energy_per_token_j", "energy_low_j", "energy_high_j")
    return f"{with_span(*(point.get(key) for key in keys), 'J')} per {item(point)}"


def _operator_panels(points: list[dict], colours: dict[str, str]) -> list[Panel]:
    return [
        lambda axes, p=p: _draw_operators(axes, p, colours)
        for p in points
        if breakdown.total(breakdown.rows(p)).energy_j > 0
    ]


def _draw_operators(axes: Axes, point: dict, colours: dict[str, str]) -> None:
    rows = breakdown.rows(point)
    ranked = breakdown.ranked(breakdown.sums(rows, breakdown.operator_kind), "energy_j")[:MOST_BARS]
    kept = [name for name, _ in ranked]
    scale = scale_for([entry.energy_j for _, entry in ranked], "J")
    parts = breakdown.ranked(
        breakdown.sums(rows, lambda row: palette.stack_name(breakdown.component(row), colours)),
        "energy_j",
    )
    left = [0.0] * len(kept)
    for name in sorted((n for n, _ in parts), key=lambda n: n == palette.OTHERS):
        own = [row for row in rows if palette.stack_name(breakdown.component(row), colours) == name]
        found = breakdown.sums(own, breakdown.operator_kind)
        values = [found[op].energy_j * scale.factor if op in found else 0.0 for op in kept]
        if any(values):
            axes.barh(kept, values, left=left, color=colours.get(name, palette.GREY), label=name)
        left = [a + b for a, b in zip(left, values, strict=True)]
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_title(_heading(point))
    axes.set_xlabel(f"energy of the run, {scale.unit}")
    axes.legend(loc="lower right", fontsize=9)


def _energy_sweep_panels(points: list[dict]) -> list[Panel]:
    panels: list[Panel] = []
    for network, group in by_network(points).items():
        sweep = sweep_of(group)
        if sweep and all(finite(p.get("energy_per_token_j")) is not None for p in group):
            panels.append(lambda axes, n=network, s=sweep: _draw_energy_sweep(axes, n, s))
    return panels


def _draw_energy_sweep(axes: Axes, network: str, sweep: Sweep) -> None:
    points = [point for line in sweep.lines.values() for _, point in line]
    scale = scale_for(
        [p.get(k) for p in points for k in ("energy_per_token_j", "energy_high_j")], "J"
    )
    for number, (name, line) in enumerate(sweep.lines.items()):
        colour, xs = palette.colour(number), [x for x, _ in line]
        axes.plot(
            xs,
            [p["energy_per_token_j"] * scale.factor for _, p in line],
            "o-",
            color=colour,
            label=name,
        )
        ends = [(finite(p.get("energy_low_j")), finite(p.get("energy_high_j"))) for _, p in line]
        if all(None not in pair for pair in ends):
            low, high = ([pair[i] * scale.factor for pair in ends] for i in (0, 1))
            axes.fill_between(xs, low, high, color=colour, alpha=0.15, lw=0)
    axes.set_ylim(bottom=0)
    axes.set_title(f"{network}: shade = range of the sources", fontsize=11)
    axes.set_ylabel(f"energy per {item(points[0])}, {scale.unit}")
    _sweep_axis(axes, sweep)
    if len(sweep.lines) > 1:
        axes.legend()


def _busiest_panels(points: list[dict]) -> list[Panel]:
    return [lambda axes, p=p: _draw_busiest(axes, p) for p in points if p.get("busiest")]


def _draw_busiest(axes: Axes, point: dict) -> None:
    found = [(e["resource"], finite(e.get("busy_s")) or 0.0) for e in point["busiest"]][:MOST_BARS]
    marks = {
        "makespan": finite(point.get("makespan_s")),
        "lower bound": finite(point.get("lower_bound_s")),
    }
    scale = scale_for([*(busy for _, busy in found), *marks.values()], "s")
    axes.barh(
        [name for name, _ in found],
        [busy * scale.factor for _, busy in found],
        color=palette.ANALOG,
    )
    for (name, value), dash in zip(marks.items(), ("-", "--"), strict=True):
        if value is not None:
            axes.axvline(value * scale.factor, color=palette.FLOOR, ls=dash, label=name)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_title(_heading(point))
    axes.set_xlabel(f"time occupied, {scale.unit}")
    if any(value is not None for value in marks.values()):
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)


# --- placement and timeline ---------------------------------------------------------------------


def _placement_panels(point: dict) -> list[Panel]:
    return [lambda axes: _draw_placement(axes, point)] if used_tiles(point) else []


def _draw_placement(axes: Axes, point: dict) -> None:
    left, right, top, bottom = window(point)
    slots = point["placement"]["slots_per_tile"]
    layers = tile_layers(point)
    classes = sorted(set(layers.values()))
    colours = _layer_colours(classes)
    for y in range(top, bottom + 1):
        for x in range(left, right + 1):
            axes.add_patch(Rectangle((x - 0.46, y - 0.46), 0.92, 0.92, color="#eceef1", lw=0))
    for tile in used_tiles(point):
        corner = (tile["x"] - 0.46, tile["y"] - 0.46)
        axes.add_patch(Rectangle(corner, 0.92, 0.92, color=colours[layers[tile["tile"]]], lw=0))
        if right - left < 10:
            at, text = (tile["x"], tile["y"]), f"{tile['used']}/{slots}"
            axes.annotate(
                text, at, ha="center", va="center", color=palette.ink(colours[layers[tile["tile"]]])
            )
    axes.set_xlim(left - 0.5, right + 0.5)
    axes.set_ylim(bottom + 0.5, top - 0.5)
    axes.set_aspect("equal")
    axes.grid(visible=False)
    axes.locator_params(integer=True)
    columns, rows = point["placement"]["mesh"]
    axes.set_title(f"{display_name(point)}: {len(used_tiles(point))} of {columns * rows} tiles")
    axes.set_xlabel(
        f"tile column (numbers: arrays used of {slots})" if right - left < 10 else "tile column"
    )
    axes.set_ylabel("tile row")
    patches = [
        Patch(color=colours[c], label=layers_name(c)) for c in classes[:: 1 + len(classes) // 16]
    ]
    axes.legend(handles=patches, loc="center left", bbox_to_anchor=(1.02, 0.5))


def _layer_colours(classes: list[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Distinct colours for a few layers, a scale from dark to light for many."""
    inside = [layers for layers in classes if layers[1] >= 0]
    if len(inside) <= MOST_CLASSES:
        found = {layers: palette.colour(number) for number, layers in enumerate(inside)}
    else:
        scale = colormaps["cividis"]
        found = {c: to_hex(scale(n / (len(inside) - 1))) for n, c in enumerate(inside)}
    return {layers: found.get(layers, palette.GREY) for layers in classes}


def _timeline_panels(point: dict) -> list[Panel]:
    return [lambda axes: _draw_timeline(axes, point)] if first_events(point) else []


def _draw_timeline(axes: Axes, point: dict) -> None:
    events = first_events(point)
    scale = scale_for([event["start_s"] + event["duration_s"] for event in events], "s")
    resources = list(dict.fromkeys(event["resource"] for event in events))
    rows = {name: number for number, name in enumerate(resources)}
    for name, colour in token_colours(events).items():
        own = [event for event in events if token_class(event) == name]
        axes.barh(
            [rows[event["resource"]] for event in own],
            [event["duration_s"] * scale.factor for event in own],
            left=[event["start_s"] * scale.factor for event in own],
            height=0.75,
            color=colour,
            label=name,
        )
    axes.set_yticks(range(len(resources)), resources, fontsize=9)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_title(f"{display_name(point)}: first events")
    axes.set_xlabel(f"time since the start, {scale.unit}")
    axes.legend(loc="upper right")
