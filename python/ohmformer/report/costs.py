# SPDX-License-Identifier: Apache-2.0
"""Charts of the ledger: energy, busy time and area by component and by operator."""

from collections.abc import Callable

import plotly.graph_objects as go

from ohmformer.report import breakdown, palette
from ohmformer.report.charts import (
    Chart,
    bars_height,
    blank,
    legend_above,
    plain,
    reversed_categories,
)
from ohmformer.report.points import display_name, item
from ohmformer.report.quantities import finite, quantity, scale_for, share, span, with_span

MOST_BARS = 14


def composition_chart(points: list[dict], colours: dict[str, str]) -> Chart | None:
    """Share of each component in every point's energy, with the totals beside it."""
    known = [p for p in points if breakdown.total(breakdown.rows(p)).energy_j > 0]
    if len(known) < 2:
        return None
    figure = blank(barmode="stack", legend=legend_above() | {"traceorder": "normal"})
    parts = [_shares(point, colours) for point in known]
    for name in _by_weight(parts):
        figure.add_bar(
            x=[100 * part.get(name, 0.0) for part in parts],
            y=[_total_label(point) for point in known],
            orientation="h",
            name=plain(name),
            marker={"color": colours.get(name, palette.GREY)},
            hovertemplate=f"{plain(name)}: %{{x:.1f}} %<extra></extra>",
        )
    reversed_categories(figure)
    figure.update_xaxes(title="share of the energy, %", range=[0, 100])
    caption = (
        "Every bar is one network's whole energy; in brackets the range the sources leave open."
    )
    height = bars_height(2 * len(known), 2 + len(_by_weight(parts)) // 6)
    return Chart("What the energy goes into", figure, caption, height, wide=True)


def energy_by_component(point: dict, colours: dict[str, str]) -> Chart | None:
    """Energy of the run by component, with the range of its sources."""
    found = breakdown.sums(breakdown.rows(point), breakdown.component)
    entries = breakdown.merged(breakdown.ranked(found, "energy_j"), MOST_BARS)
    if not entries:
        return None
    scale = scale_for([entry.energy_high_j for _, entry in entries], "J")
    figure = blank(showlegend=False)
    figure.add_bar(
        x=[entry.energy_j * scale.factor for _, entry in entries],
        y=[plain(name) for name, _ in entries],
        orientation="h",
        marker={"color": [colours.get(name, palette.GREY) for name, _ in entries]},
        error_x=_reach(entries, scale.factor),
        customdata=[
            with_span(e.energy_j, e.energy_low_j, e.energy_high_j, "J") for _, e in entries
        ],
        hovertemplate="%{y}: %{customdata}<extra></extra>",
    )
    reversed_categories(figure)
    figure.update_xaxes(title=f"energy of the run, {scale.unit}", rangemode="tozero")
    caption = f"{_run_energy(point)} Whiskers: the range where sources disagree."
    return Chart("Energy by component", figure, caption, bars_height(len(entries)))


def by_operator(point: dict, figure_key: str, colours: dict[str, str]) -> Chart | None:
    """`energy_j` or `busy_s` of like operators of all layers, stacked by component."""
    rows = breakdown.rows(point)
    if figure_key == "busy_s":
        colours = palette.time_colours(rows, colours)
    operators = breakdown.ranked(breakdown.sums(rows, breakdown.operator_kind), figure_key)
    if not operators:
        return None
    kept = [name for name, _ in operators[:MOST_BARS]]
    unit = "J" if figure_key == "energy_j" else "s"
    scale = scale_for([getattr(entry, figure_key) for _, entry in operators], unit)
    figure = blank(barmode="stack", legend=legend_above() | {"traceorder": "normal"})
    components = _others_last(breakdown.ranked(breakdown.sums(rows, _stacked(colours)), figure_key))
    for name in components:
        own = [row for row in rows if _stacked(colours)(row) == name]
        _operator_bars(
            figure,
            name,
            breakdown.sums(own, breakdown.operator_kind),
            (kept, figure_key, scale, colours),
        )
    reversed_categories(figure)
    figure.update_yaxes(categoryorder="array", categoryarray=[plain(name) for name in kept])
    dropped = len(operators) - len(kept)
    return _operator_chart(figure, (figure_key, scale.unit), (len(kept), dropped, len(components)))


def busiest_chart(point: dict) -> Chart | None:
    """How long the busiest resources work, against the makespan and its lower bound."""
    found = [
        (entry.get("resource", ""), finite(entry.get("busy_s")))
        for entry in point.get("busiest") or []
    ]
    found = [(name, busy) for name, busy in found if busy is not None][:MOST_BARS]
    if not found:
        return None
    marks = {
        "makespan": finite(point.get("makespan_s")),
        "lower bound": finite(point.get("lower_bound_s")),
    }
    scale = scale_for([*(busy for _, busy in found), *marks.values()], "s")
    figure = blank(showlegend=False)
    figure.add_bar(
        x=[busy * scale.factor for _, busy in found],
        y=[plain(name) for name, _ in found],
        orientation="h",
        marker={"color": palette.ANALOG},
        customdata=[quantity(busy, "s") for _, busy in found],
        hovertemplate="%{y}: %{customdata}<extra></extra>",
    )
    reversed_categories(figure)
    for value, dash in zip(marks.values(), ("solid", "dash"), strict=True):
        if value is not None:
            figure.add_vline(
                x=value * scale.factor, line={"color": palette.FLOOR, "dash": dash, "width": 2}
            )
    figure.update_xaxes(title=f"time occupied, {scale.unit}", rangemode="tozero")
    return Chart("Busiest resources", figure, _makespan_caption(marks), bars_height(len(found)))


def area_chart(point: dict, colours: dict[str, str]) -> Chart | None:
    """Treemap of the chip's area by component."""
    rows = point.get("breakdown") or []
    entries = breakdown.ranked(breakdown.sums(rows, breakdown.component), "area_m2")
    if not entries:
        return None
    whole = sum(entry.area_m2 for _, entry in entries)
    figure = blank(legend=legend_above(), showlegend=True)
    figure.add_treemap(
        labels=[plain(name) for name, _ in entries],
        parents=[""] * len(entries),
        values=[entry.area_m2 * 1e6 for _, entry in entries],
        text=[
            f"{quantity(e.area_m2, 'm2')}<br>{span(e.area_low_m2, e.area_high_m2, 'm2')}"
            for _, e in entries
        ],
        customdata=[share(entry.area_m2 / whole) for _, entry in entries],
        marker={"colors": [colours.get(name, palette.GREY) for name, _ in entries]},
        textinfo="label+text",
        hovertemplate="<b>%{label}</b> %{customdata}<br>%{text}<extra></extra>",
        tiling={"pad": 2},
        sort=True,
        pathbar={"visible": False},
    )
    figure.update_layout(
        margin={"l": 0, "r": 0, "t": 4, "b": 4}, uniformtext={"minsize": 10, "mode": "hide"}
    )
    shares = {name: share(entry.area_m2 / whole) for name, entry in entries}
    caption = _area_caption(point) + _area_legend(figure, shares, colours)
    return Chart("Area in use, by component", figure, caption, 400, wide=True)


def _area_legend(figure: go.Figure, shares: dict[str, str], colours: dict[str, str]) -> str:
    """An entry per colour, which treemaps lack; the sentence that names the grey boxes."""
    grey = [name for name in shares if colours.get(name, palette.GREY) == palette.GREY]
    for name in (name for name in shares if name not in grey):
        figure.add_scatter(x=[None], y=[None], mode="markers", name=f"{plain(name)} {shares[name]}")
        figure.data[-1].marker = {"symbol": "square", "size": 12, "color": colours[name]}
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return f" Grey: {', '.join(f'{name} {shares[name]}' for name in grey)}." if grey else ""


def _stacked(colours: dict[str, str]) -> Callable[[dict], str]:
    return lambda row: palette.stack_name(breakdown.component(row), colours)


def _shares(point: dict, colours: dict[str, str]) -> dict[str, float]:
    found = breakdown.sums(breakdown.rows(point), _stacked(colours))
    whole = sum(entry.energy_j for entry in found.values())
    return {name: entry.energy_j / whole for name, entry in found.items() if entry.energy_j > 0}


def _by_weight(parts: list[dict[str, float]]) -> list[str]:
    names = {name for part in parts for name in part}
    order = sorted(names, key=lambda name: (-sum(part.get(name, 0.0) for part in parts), name))
    return _others_last([(name, None) for name in order])


def _others_last(entries: list[tuple[str, object]]) -> list[str]:
    return sorted((name for name, _ in entries), key=lambda name: name == palette.OTHERS)


def _total_label(point: dict) -> str:
    keys = ("energy_per_token_j", "energy_low_j", "energy_high_j")
    energy = with_span(*(point.get(key) for key in keys), "J").replace(
        " (", f" per {item(point)}<br>("
    )
    name = plain(display_name(point))
    return (
        f"<b>{name}</b><br>{energy}" if finite(point.get(keys[0])) is not None else f"<b>{name}</b>"
    )


def _reach(entries: list[tuple[str, breakdown.Sum]], factor: float) -> dict:
    return {
        "type": "data",
        "symmetric": False,
        "array": [max(e.energy_high_j - e.energy_j, 0.0) * factor for _, e in entries],
        "arrayminus": [max(e.energy_j - e.energy_low_j, 0.0) * factor for _, e in entries],
        "color": palette.FLOAT,
    }


def _run_energy(point: dict) -> str:
    whole = breakdown.total(breakdown.rows(point))
    parts = ", ".join(f"{name} {share(part, 0)}" for name, part in breakdown.phases(point).items())
    text = with_span(whole.energy_j, whole.energy_low_j, whole.energy_high_j, "J")
    return f"Whole run: {text}; {parts}."


def _operator_bars(figure: go.Figure, name: str, found: dict, chosen: tuple) -> None:
    kept, key, scale, colours = chosen
    values = [getattr(found[op], key) if op in found else 0.0 for op in kept]
    if not any(values):
        return
    figure.add_bar(
        x=[value * scale.factor for value in values],
        y=[plain(op) for op in kept],
        orientation="h",
        name=plain(name),
        marker={"color": colours.get(name, palette.GREY)},
        customdata=[quantity(value, scale.unit[-1]) for value in values],
        hovertemplate=f"%{{y}}, {plain(name)}: %{{customdata}}<extra></extra>",
    )


def _operator_chart(
    figure: go.Figure, axis: tuple[str, str], counts: tuple[int, int, int]
) -> Chart:
    (key, unit), (kept, dropped, components) = axis, counts
    missing = f" {dropped} smaller operators are not shown." if dropped else ""
    height = bars_height(kept, 1 + components // 4)
    if key == "energy_j":
        figure.update_xaxes(title=f"energy of the run, {unit}")
        return Chart(
            "Energy by operator", figure, f"Like operators of all layers together.{missing}", height
        )
    figure.update_xaxes(title=f"busy time, {unit}")
    caption = (
        "Work summed over all instances of a component, such as the DAC of every wordline: many work at once, "
        f"so this is no latency.{missing}"
    )
    return Chart("Busy time by operator", figure, caption, height)


def _makespan_caption(marks: dict[str, float | None]) -> str:
    makespan, bound = marks.values()
    if makespan is None:
        return ""
    text = f"Solid line: the run takes {quantity(makespan, 's')}."
    if not bound:
        return text
    return f"{text} Dashed: no schedule can beat {quantity(bound, 's')} ({makespan / bound:.2f}×)."


def _area_caption(point: dict) -> str:
    keys = ("area_m2", "area_low_m2", "area_high_m2")
    text = f"Area in use {with_span(*(point.get(key) for key in keys), 'm2')}"
    if finite(point.get("area_m2")) is None:
        return "Range in brackets where sources disagree."
    return f"{text}. Second line of a box: the range where sources disagree."
