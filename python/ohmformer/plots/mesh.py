# SPDX-License-Identifier: Apache-2.0
"""The mesh of tiles as heat maps: how full and how busy tiles are, and what links carry."""

from collections.abc import Sequence

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.colors import Colormap, LinearSegmentedColormap, LogNorm, Normalize
from matplotlib.patches import Rectangle

from ohmformer.plots.figure import Panel
from ohmformer.report.mesh import Link, borders, busy_share, celsius, filled_share, hop_bytes, link_use, traffic
from ohmformer.report.physical import hottest
from ohmformer.report.placement import used_tiles, window
from ohmformer.report.points import display_name
from ohmformer.report.quantities import digits, quantity, scale_for, share

EMPTY, EDGE = "#eceef1", "#404650"
SIDE = 0.92  # of a tile, which stands one apart from the next
ASIDE = 0.17  # how far the two directions of a link stand from the line between tiles
SMALL = 10  # columns up to which tiles carry their number
WIDE_RANGE = 30  # largest over smallest value, beyond which the scale is logarithmic


def heat() -> Colormap:
    """Light to dark, ordered for every kind of colour vision, and never as pale as the ground."""
    return LinearSegmentedColormap.from_list("heat", colormaps["viridis_r"]([x / 255 for x in range(10, 256)]))


def mesh_size(point: dict) -> tuple[float, float]:
    """Inches of a panel that shows the window of the used tiles."""
    if not used_tiles(point):
        return 6.0, 4.0
    left, right, top, bottom = window(point)
    columns, rows = right - left + 1, bottom - top + 1
    width = 6.0 if columns >= rows else max(4.6, 6.0 * columns / rows)
    return width, min(5.2 * rows / columns, 5.6) + 2.0


def utilisation_panels(point: dict) -> list[Panel]:
    """How many arrays of each tile hold weights, and how long they work."""
    if not used_tiles(point):
        return []
    panels: list[Panel] = [lambda axes: _draw_shares(axes, point, filled_share(point), _FILLED)]
    if busy_share(point):
        panels.append(lambda axes: _draw_shares(axes, point, busy_share(point), _BUSY))
    return panels


_FILLED = ("Arrays that hold weights", "of each tile's arrays, %", 100.0)
_BUSY = ("Time that arrays work", "of the makespan, mean over the tile's arrays in use, %", None)


def _draw_shares(axes: Axes, point: dict, shares: dict[int, float], text: tuple[str, str, float | None]) -> None:
    title, unit, most = text
    tiles = [tile for tile in used_tiles(point) if tile["tile"] in shares]
    values = [100 * shares[tile["tile"]] for tile in tiles]
    norm = Normalize(0, most or max(values, default=0.0) or 1.0)
    mesh_ground(axes, point)
    tiles_at(axes, [(t["x"], t["y"]) for t in tiles], heat()(norm(values)))
    left, right, _, _ = window(point)
    if right - left < SMALL:
        for tile, value in zip(tiles, values, strict=True):
            dark = norm(value) > 0.5
            axes.annotate(
                digits(value, 2 if value < 10 else 3), (tile["x"], tile["y"]), ha="center", va="center",
                color="white" if dark else "black",
            )  # fmt: skip
    colour_bar(axes, ScalarMappable(norm, heat()), unit)
    mean = sum(values) / len(values) / 100 if values else 0.0
    axes.set_title(f"{title}\n{share(mean)} on average over tiles in use", fontsize=11)


def temperature_panels(point: dict) -> list[Panel]:
    """How hot every tile of the mesh gets."""
    return [lambda axes: _draw_temperatures(axes, point)] if celsius(point) else []


def _draw_temperatures(axes: Axes, point: dict) -> None:
    image = axes.imshow(celsius(point), cmap="inferno", interpolation="nearest")
    axes.grid(visible=False)
    axes.locator_params(integer=True)
    axes.set_xlabel("tile column")
    axes.set_ylabel("tile row")
    colour_bar(axes, image, "°C")
    axes.set_title(f"{display_name(point)}: heat of the workload, repeated without pause\nhottest: {hottest(point)}", fontsize=11)


def traffic_panels(point: dict) -> list[Panel]:
    """Bytes of one token over each link, and how long links are occupied."""
    panels: list[Panel] = []
    if used_tiles(point) and traffic(point):
        panels.append(lambda axes: _draw_traffic(axes, point))
    if used_tiles(point) and link_use(point):
        panels.append(lambda axes: _draw_link_use(axes, point))
    return panels


def _draw_traffic(axes: Axes, point: dict) -> None:
    links = traffic(point)
    scale = scale_for([link.value for link in links], "B")
    _draw_links(axes, point, links, (scale.factor, f"{scale.unit} per token over a link"))
    busiest = max(link.value for link in links)
    bound = (point.get("placement") or {}).get("lower_bound_byte_hops")
    below = f" (no placement below {quantity(bound, 'B')})" if bound else ""
    axes.set_title(
        f"{display_name(point)}: traffic of one token\n{quantity(hop_bytes(links), 'B')} × hops{below},\n"
        f"busiest link {quantity(busiest, 'B')}",
        fontsize=11,
    )


def _draw_link_use(axes: Axes, point: dict) -> None:
    links = link_use(point)
    _draw_links(axes, point, links, (100.0, "of the makespan that a link is occupied, %"))
    busiest = max(link.value for link in links)
    axes.set_title(
        f"{display_name(point)}: use of the links\nbusiest link {share(busiest)} of the makespan",
        fontsize=11,
    )


def _draw_links(axes: Axes, point: dict, links: list[Link], text: tuple[float, str]) -> None:
    factor, unit = text
    values = [link.value * factor for link in links]
    norm = norm_of(values)
    mesh_ground(axes, point, 0.3)
    tiles_at(axes, [(t["x"], t["y"]) for t in used_tiles(point)], ["#c3cbd6"] * len(used_tiles(point)), 0.3)
    left, right, top, bottom = _view(point, links)
    inches = mesh_size(point)[0] * 0.8
    width = min(max(72 * 0.24 * inches / max(right - left + 1, bottom - top + 1), 0.6), 6.0)
    order = sorted(range(len(links)), key=lambda i: values[i])  # the busiest on top
    axes.add_collection(
        LineCollection(
            [_segment(links[i]) for i in order], colors=heat()(norm([values[i] for i in order])), linewidths=width,
            capstyle="butt", zorder=3,
        )
    )  # fmt: skip
    axes.set_xlim(left - 0.5, right + 0.5)
    axes.set_ylim(bottom + 0.5, top - 0.5)
    colour_bar(axes, ScalarMappable(norm, heat()), unit)
    axes.set_xlabel("tile column (of the two lines between tiles, traffic keeps right)")


def _segment(link: Link) -> list[tuple[float, float]]:
    """From tile to tile, aside to the right as seen in the direction of travel (rows count downwards)."""
    x, y = link.x - ASIDE * link.dy, link.y + ASIDE * link.dx
    return [(x + 0.16 * link.dx, y + 0.16 * link.dy), (x + 0.84 * link.dx, y + 0.84 * link.dy)]


def _view(point: dict, links: list[Link]) -> tuple[int, int, int, int]:
    """The window of the used tiles, and all links."""
    left, right, top, bottom = window(point)
    xs = [x for link in links for x in (link.x, link.x + link.dx)]
    ys = [y for link in links for y in (link.y, link.y + link.dy)]
    return min(left, *xs), max(right, *xs), min(top, *ys), max(bottom, *ys)


def norm_of(values: Sequence[float]) -> Normalize:
    """From zero, or logarithmic where values differ much."""
    present = [value for value in values if value > 0]
    low, high = min(present, default=0.0), max(present, default=1.0)
    return LogNorm(low, high) if low > 0 and high / low > WIDE_RANGE else Normalize(0, high)


def mesh_ground(axes: Axes, point: dict, side: float = SIDE) -> None:
    """Empty tiles of the window, borders of chips and packages, axes that count tiles."""
    left, right, top, bottom = window(point)
    places = [(x, y) for y in range(top, bottom + 1) for x in range(left, right + 1)]
    tiles_at(axes, places, [EMPTY] * len(places), side)
    for level, (columns, rows) in enumerate(borders(point)):
        style = {"color": EDGE, "lw": 1.2 + level, "zorder": 4}
        for x in range(-(-left // columns) * columns, right + 2, columns):
            axes.plot([x - 0.5] * 2, [top - 0.5, bottom + 0.5], **style)
        for y in range(-(-top // rows) * rows, bottom + 2, rows):
            axes.plot([left - 0.5, right + 0.5], [y - 0.5] * 2, **style)
    axes.set_xlim(left - 0.5, right + 0.5)
    axes.set_ylim(bottom + 0.5, top - 0.5)
    axes.set_aspect("equal")
    axes.grid(visible=False)
    axes.locator_params(integer=True)
    axes.set_xlabel("tile column")
    axes.set_ylabel("tile row")


def tiles_at(axes: Axes, places: list[tuple[int, int]], colours: Sequence, side: float = SIDE) -> None:
    """Squares of the given colours around (column, row)."""
    patches = [Rectangle((x - side / 2, y - side / 2), side, side) for x, y in places]
    axes.add_collection(PatchCollection(patches, facecolors=list(colours), linewidths=0, zorder=2))


def colour_bar(axes: Axes, mappable: ScalarMappable, label: str) -> None:
    """A scale below the axes."""
    bar = axes.figure.colorbar(mappable, ax=axes, location="bottom", aspect=45, pad=0.03)
    bar.set_label(label, fontsize=9.5)
    bar.ax.tick_params(labelsize=9)
    bar.outline.set_visible(False)
