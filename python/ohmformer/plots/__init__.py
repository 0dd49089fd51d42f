# SPDX-License-Identifier: Apache-2.0
"""Figures for papers and slides: `plots/*.png`, drawn with matplotlib without a display."""

import re
from collections.abc import Iterator
from pathlib import Path

from matplotlib import rc_context

from ohmformer.plots.chip import placement_panels, timeline_panels
from ohmformer.plots.curves import rate_panels, roofline_panels, scaling_panels
from ohmformer.plots.cost import busiest_panels, component_panels, energy_sweep_panels, operator_panels
from ohmformer.plots.figure import STYLE, Panel, save
from ohmformer.plots.mesh import mesh_size, temperature_panels, traffic_panels, utilisation_panels
from ohmformer.plots.operators import latency_panels, phase_panels
from ohmformer.plots.score import accuracy_panels, error_panels
from ohmformer.report import palette
from ohmformer.report.points import by_network, display_name, points_of

__all__ = ["STYLE", "write_plots"]

MOST_DETAILED = 6  # points with pictures of their own


def write_plots(result: dict, folder: Path) -> list[Path]:
    """Write what the result holds as PNG files into `folder`/plots; returns their paths.

    The same result gives the same bytes with the same version of matplotlib.
    """
    points = points_of(result)
    target = folder / "plots"
    written = []
    with rc_context(STYLE):
        for name, panels, size in _figures(points, result):
            if panels:
                target.mkdir(parents=True, exist_ok=True)
                written.append(save(target / f"{name}.png", panels, size))
    return written


def _figures(points: list[dict], result: dict) -> Iterator[tuple[str, list[Panel], tuple[float, float]]]:
    """(name, panels, inches per panel) of every file."""
    colours = palette.component_colours(points)
    firsts = [group[0] for group in by_network(points).values()]
    yield "accuracy", accuracy_panels(points), (4.2, 3.9)
    yield "error_sources", error_panels(points), (4.6, 3.2)
    yield "energy_by_component", component_panels(firsts, "energy_j", colours), (4.9, 4.2)
    yield "energy_by_operator", operator_panels(firsts, colours), (5.6, 4.6)
    yield "energy_sweep", energy_sweep_panels(points), (4.8, 3.7)
    yield "busiest", busiest_panels(firsts), (5.6, 3.8)
    yield "area", component_panels(firsts, "area_m2", colours), (4.9, 4.2)
    yield "rates", rate_panels(points, result.get("references") or []), (6.2, 4.4)
    yield "roofline", roofline_panels(points, result.get("machines") or []), (8.0, 5.2)
    yield "scaling", scaling_panels(points), (5.6, 4.4)
    for point in points[:MOST_DETAILED]:
        yield from _own_figures(point, colours)


def _own_figures(point: dict, colours: dict[str, str]) -> Iterator[tuple[str, list[Panel], tuple[float, float]]]:
    """What one point has for itself."""
    suffix = _file_name(display_name(point))
    yield f"placement_{suffix}", placement_panels(point) + utilisation_panels(point), mesh_size(point)
    yield f"traffic_{suffix}", traffic_panels(point), mesh_size(point)
    yield f"temperature_{suffix}", temperature_panels(point), (6.0, 6.2)
    yield f"energy_by_phase_{suffix}", phase_panels(point, colours), (6.2, 4.8)
    yield f"latency_{suffix}", latency_panels(point), (6.6, 4.8)
    yield f"timeline_{suffix}", timeline_panels(point), (10.0, 6.2)


def _file_name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.=+-]+", "_", text).strip("_.") or "point"
