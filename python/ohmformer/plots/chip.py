# SPDX-License-Identifier: Apache-2.0
"""The chip at work: what stands where, and what happens when."""

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import Patch, Rectangle

from ohmformer.plots.figure import Panel
from ohmformer.report import palette
from ohmformer.report.placement import MOST_CLASSES, layers_name, tile_layers, used_tiles, window
from ohmformer.report.points import display_name
from ohmformer.report.quantities import scale_for
from ohmformer.report.timeline import first_events, token_class, token_colours


def placement_panels(point: dict) -> list[Panel]:
    """Which layers stand on which tiles."""
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
    axes.set_xlabel(f"time since the start, {scale.unit}")
    axes.legend(loc="upper right")
