# SPDX-License-Identifier: Apache-2.0
"""The chip at work: what stands where, and what happens when."""

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_hex
from matplotlib.patches import Patch

from ohmformer.plots.figure import Panel
from ohmformer.plots.mesh import SMALL, colour_bar, mesh_ground, tiles_at
from ohmformer.report import palette
from ohmformer.report.placement import MOST_CLASSES, layers_name, tile_layers, used_tiles, window
from ohmformer.report.points import display_name
from ohmformer.report.quantities import scale_for
from ohmformer.report.timeline import first_events, token_class, token_colours


def placement_panels(point: dict) -> list[Panel]:
    """Which layers stand on which tiles."""
    return [lambda axes: _draw_placement(axes, point)] if used_tiles(point) else []


def _draw_placement(axes: Axes, point: dict) -> None:
    left, right, _, _ = window(point)
    slots = point["placement"]["slots_per_tile"]
    layers, used = tile_layers(point), used_tiles(point)
    classes = sorted(set(layers.values()))
    colours = _layer_colours(classes)
    shown = [colours[layers[tile["tile"]]] for tile in used]
    mesh_ground(axes, point)
    tiles_at(axes, [(tile["x"], tile["y"]) for tile in used], shown)
    small = right - left < SMALL
    if small:
        for tile, colour in zip(used, shown, strict=True):
            at, text = (tile["x"], tile["y"]), f"{tile['used']}/{slots}"
            axes.annotate(text, at, ha="center", va="center", color=palette.ink(colour))
    columns, rows = point["placement"]["mesh"]
    axes.set_title(f"{display_name(point)}\n{len(used):,} of {columns * rows:,} tiles", fontsize=11)
    axes.set_xlabel(f"tile column (numbers: arrays used of {slots})" if small else "tile column")
    inside = [layers for layers in classes if layers[1] >= 0]
    if len(inside) > MOST_CLASSES:
        norm = Normalize(inside[0][0], inside[-1][0])
        grey = ", grey: outside layers" if len(inside) < len(classes) else ""
        colour_bar(axes, ScalarMappable(norm, colormaps["cividis"]), f"layer{grey}")
    else:
        patches = [Patch(color=colours[layers], label=layers_name(layers)) for layers in classes]
        axes.legend(handles=patches, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=4, fontsize=8.5)


def _layer_colours(classes: list[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Distinct colours for a few layers, a scale from dark to light for many."""
    inside = [layers for layers in classes if layers[1] >= 0]
    if len(inside) <= MOST_CLASSES:
        found = {layers: palette.colour(number) for number, layers in enumerate(inside)}
    else:
        scale = colormaps["cividis"]
        found = {c: to_hex(scale(n / (len(inside) - 1))) for n, c in enumerate(inside)}
    return {layers: found.get(layers, palette.GREY) for layers in classes}


def timeline_panels(point: dict) -> list[Panel]:
    """What the first tokens do when."""
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
    axes.set_xlabel(f"time since the start, {scale.unit} (timeline.json holds all recorded events: open it at ui.perfetto.dev)")
    axes.legend(loc="upper right")
