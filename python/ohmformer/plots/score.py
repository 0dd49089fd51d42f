# SPDX-License-Identifier: Apache-2.0
"""Accuracy: chips, sweeps, and which error source costs what."""

from matplotlib.axes import Axes

from ohmformer.plots.figure import Panel, heading, sweep_axis
from ohmformer.report import palette
from ohmformer.report.accuracy import chip_scores, interval, jitter, score_range
from ohmformer.report.points import Sweep, by_network, sweep_of
from ohmformer.report.quantities import finite
from ohmformer.report.scores import (
    axis_title,
    change_axis,
    changes_by_source,
    score,
    shown,
    source_name,
)


def accuracy_panels(points: list[dict]) -> list[Panel]:
    """Scores of every point: chips as dots, or lines against what was swept."""
    panels: list[Panel] = []
    for network, group in by_network(points).items():
        sweep = sweep_of(group)
        if sweep and score_range(group):
            panels.append(lambda axes, n=network, s=sweep: _draw_sweep(axes, n, s))
        elif not sweep:
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
    _score_axis(axes, heading(point), [point])


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
    sweep_axis(axes, sweep)
    _score_axis(axes, network, points)
    axes.legend()


def error_panels(points: list[dict]) -> list[Panel]:
    """What each error source alone changes."""
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
    axes.set_title(f"{heading(point)}: {point.get('metric', '')}")
    axes.set_xlabel(f"{change_axis(point.get('metric', ''))}, against quantised only")
