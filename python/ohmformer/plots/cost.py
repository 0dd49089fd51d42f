# SPDX-License-Identifier: Apache-2.0
"""Energy, area and time: by component, by operator, against what was swept."""

from matplotlib.axes import Axes

from ohmformer.plots.figure import Panel, heading, sweep_axis
from ohmformer.report import breakdown, palette
from ohmformer.report.costs import MOST_BARS
from ohmformer.report.points import Sweep, by_network, item, sweep_of
from ohmformer.report.quantities import finite, scale_for, with_span


def component_panels(points: list[dict], key: str, colours: dict[str, str]) -> list[Panel]:
    """Energy or area by component, with the range of its sources."""
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
    axes.set_title(f"{heading(point)}\n{_whole(point, figure)}")
    axes.set_xlabel(f"{'area' if unit == 'm2' else 'energy of the run'}, {scale.unit}")


def _whole(point: dict, figure: str) -> str:
    if figure == "area":
        return with_span(
            *(point.get(key) for key in ("area_m2", "area_low_m2", "area_high_m2")), "m2"
        )
    keys = ("energy_per_token_j", "energy_low_j", "energy_high_j")
    return f"{with_span(*(point.get(key) for key in keys), 'J')} per {item(point)}"


def operator_panels(points: list[dict], colours: dict[str, str]) -> list[Panel]:
    """Energy by operator, stacked by component."""
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
    axes.set_title(heading(point))
    axes.set_xlabel(f"energy of the run, {scale.unit}")
    axes.legend(loc="lower right", fontsize=9)


def energy_sweep_panels(points: list[dict]) -> list[Panel]:
    """Energy against what was swept."""
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
    sweep_axis(axes, sweep)
    if len(sweep.lines) > 1:
        axes.legend()


def busiest_panels(points: list[dict]) -> list[Panel]:
    """How long the busiest resources work."""
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
    axes.set_title(heading(point))
    axes.set_xlabel(f"time occupied, {scale.unit}")
    if any(value is not None for value in marks.values()):
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
