# SPDX-License-Identifier: Apache-2.0
"""Charts of the score: every chip beside float and quantised, sweeps, and where errors come from."""

import plotly.graph_objects as go

from ohmformer.report import palette
from ohmformer.report.charts import (
    Chart,
    bars_height,
    blank,
    legend_above,
    plain,
    reversed_categories,
)
from ohmformer.report.points import Sweep, by_network, display_name, item, sweep_of
from ohmformer.report.quantities import finite, scale_for, signed
from ohmformer.report.scores import (
    axis_title,
    change_axis,
    changes_by_source,
    score,
    score_with_deviation,
    shown,
    source_name,
)


def accuracy_charts(points: list[dict]) -> list[Chart]:
    """One chart per network: chips side by side, or score against what was swept."""
    charts = []
    for network, group in by_network(points).items():
        sweep = sweep_of(group)
        if sweep and any(_has_score(point) for point in group):
            charts.append(_sweep_chart(network, group[0], sweep))
        elif not sweep:
            charts += [_chips_chart(point) for point in group if _has_score(point)]
    return charts


def energy_sweep_charts(points: list[dict]) -> list[Chart]:
    """Energy per token (or image) against what was swept, one chart per swept network."""
    charts = []
    for network, group in by_network(points).items():
        sweep = sweep_of(group)
        if sweep and any(finite(p.get("energy_per_token_j")) is not None for p in group):
            charts.append(_energy_sweep(network, group, sweep))
    return charts


def error_source_charts(points: list[dict]) -> list[Chart]:
    """One chart per point that studied its non-idealities one at a time."""
    return [_error_sources(point) for point in points if changes_by_source(point)]


def jitter(number: int, count: int) -> float:
    """Sideways shift of dot `number` of `count`, so that equal scores do not hide each other.

    >>> [jitter(i, 5) for i in range(5)]
    [-0.16, -0.08, 0.0, 0.08, 0.16]
    """
    return 0.0 if count < 2 else round(0.32 * (number / (count - 1) - 0.5), 4)


def chip_scores(point: dict) -> list[tuple[str, float]]:
    """(name, score as shown) of every chip that has one."""
    metric = point.get("metric", "")
    found = [
        (chip.get("chip"), shown(chip.get("score"), metric)) for chip in point.get("chips") or []
    ]
    return [(f"chip {number}", value) for number, value in found if value is not None]


def interval(point: dict) -> tuple[float, float] | None:
    """How far the confidence interval of the mean reaches down and up, as shown."""
    metric, ends = point.get("metric", ""), point.get("score_ci") or [None, None]
    low, mean, high = (shown(v, metric) for v in (ends[0], point.get("score_mean"), ends[1]))
    if None in (low, mean, high):
        return None
    return max(mean - low, 0.0), max(high - mean, 0.0)


def score_range(points: list[dict]) -> list[float] | None:
    """Ends of an axis that shows every score, floor and interval, with room for their labels."""
    values: list[float | None] = []
    for point in points:
        keys = ("floor", "float_score", "quantised_score", "score_mean")
        known = [point.get(key) for key in keys] + list(point.get("score_ci") or [])
        values += [shown(value, point.get("metric", "")) for value in known]
        values += [value for _, value in chip_scores(point)]
    found = [value for value in values if value is not None]
    if not found:
        return None
    width = max(max(found) - min(found), 0.01 * abs(max(found)), 1e-9)
    return [min(found) - 0.16 * width, max(found) + 0.16 * width]


def _has_score(point: dict) -> bool:
    keys = ("float_score", "quantised_score", "score_mean")
    return any(finite(point.get(key)) is not None for key in keys)


def _chips_chart(point: dict) -> Chart:
    metric = point.get("metric", "")
    figure = blank(showlegend=False)
    for place, key, colour, symbol in (
        (0, "float_score", palette.FLOAT, "diamond"),
        (1, "quantised_score", palette.QUANTISED, "square"),
    ):
        _single_score(figure, point, place, (key, colour, symbol))
    _chip_dots(figure, point, 2)
    _analog_mean(figure, point, 2)
    _floor(figure, point)
    ticks = ["float", "quantised<br>only", "analog<br>chips"]
    figure.update_xaxes(
        tickvals=[0, 1, 2], ticktext=ticks, range=[-0.5, 2.85], showgrid=False, zeroline=False
    )
    figure.update_yaxes(
        title=axis_title(metric, point.get("better", "")), range=score_range([point])
    )
    chips = len(chip_scores(point))
    caption = f"One dot per programmed chip ({chips}); bar: mean with its confidence interval."
    return Chart(display_name(point), figure, caption if chips else "", 360)


def _single_score(figure: go.Figure, point: dict, place: int, style: tuple[str, str, str]) -> None:
    key, colour, symbol = style
    metric = point.get("metric", "")
    value = shown(point.get(key), metric)
    if value is None:
        return
    figure.add_scatter(
        x=[place],
        y=[value],
        mode="markers+text",
        marker={"color": colour, "symbol": symbol, "size": 12},
        text=[score(point.get(key), metric)],
        textposition="top center",
        hovertemplate=f"{key.removesuffix('_score')}: %{{text}}<extra></extra>",
    )


def _chip_dots(figure: go.Figure, point: dict, place: float) -> None:
    found = chip_scores(point)
    figure.add_scatter(
        x=[place + jitter(i, len(found)) - 0.18 for i in range(len(found))],
        y=[value for _, value in found],
        text=[name for name, _ in found],
        mode="markers",
        marker={"color": palette.ANALOG, "size": 8, "opacity": 0.7},
        hovertemplate="%{text}: %{y:.4~f}<extra></extra>",
    )


def _analog_mean(figure: go.Figure, point: dict, place: float) -> None:
    metric = point.get("metric", "")
    mean, reach = shown(point.get("score_mean"), metric), interval(point)
    if mean is None:
        return
    text = score_with_deviation(point.get("score_mean"), point.get("score_std"), metric)
    figure.add_scatter(
        x=[place + 0.16],
        y=[mean],
        error_y=_error_bars([reach]) if reach else None,
        mode="markers",
        marker={"color": palette.ANALOG, "symbol": "line-ew", "size": 16, "line": {"width": 3}},
        marker_line_color=palette.ANALOG,
        hovertemplate=f"mean ± std: {text}<extra></extra>",
    )
    figure.add_annotation(
        x=place + 0.26,
        y=mean,
        text=score(point.get("score_mean"), metric),
        showarrow=False,
        xanchor="left",
    )


def _error_bars(reaches: list[tuple[float, float] | None]) -> dict:
    known = [reach or (0.0, 0.0) for reach in reaches]
    return {
        "type": "data",
        "symmetric": False,
        "arrayminus": [down for down, _ in known],
        "array": [up for _, up in known],
        "thickness": 2,
        "width": 7,
        "color": palette.ANALOG,
    }


def _floor(figure: go.Figure, point: dict) -> None:
    metric = point.get("metric", "")
    floor = shown(point.get("floor"), metric)
    if floor is None:
        return
    figure.add_hline(
        y=floor,
        line={"color": palette.FLOOR, "dash": "dash", "width": 1.5},
        annotation={
            "text": f"best possible {score(point['floor'], metric)}",
            "font": {"color": palette.FLOOR},
        },
        annotation_position="bottom left",
    )


def _sweep_chart(network: str, first: dict, sweep: Sweep) -> Chart:
    metric = first.get("metric", "")
    figure = blank(legend=legend_above())
    for number, (name, line) in enumerate(sweep.lines.items()):
        _sweep_line(figure, name, line, palette.colour(number))
    line = next(iter(sweep.lines.values()))
    _reference(figure, line, "quantised_score", ("quantised only", palette.QUANTISED, "dash"))
    _reference(figure, line, "float_score", ("float", palette.FLOAT, "dot"))
    _floor(figure, first)
    _sweep_axis(figure, sweep)
    points = [point for line in sweep.lines.values() for _, point in line]
    figure.update_yaxes(
        title=axis_title(metric, first.get("better", "")), range=score_range(points)
    )
    title = f"{network} against {sweep.axis}"
    return Chart(
        title, figure, "Line: mean over chips with its confidence interval; dots: chips.", 380
    )


def _sweep_axis(figure: go.Figure, sweep: Sweep) -> None:
    values = sorted({x for line in sweep.lines.values() for x, _ in line}, key=str)
    if sweep.numeric and len(values) <= 12:
        figure.update_xaxes(tickvals=sorted(values))
    figure.update_xaxes(title=plain(sweep.axis), type="linear" if sweep.numeric else "category")


def _sweep_line(figure: go.Figure, name: str, line: list, colour: str) -> None:
    metric = line[0][1].get("metric", "")
    bars = _error_bars([interval(point) for _, point in line]) | {"color": colour}
    figure.add_scatter(
        x=[x for x, _ in line],
        y=[shown(point.get("score_mean"), metric) for _, point in line],
        error_y=bars,
        text=[
            score_with_deviation(p.get("score_mean"), p.get("score_std"), metric) for _, p in line
        ],
        name=plain(name or "analog chips"),
        mode="lines+markers",
        line={"color": colour},
        hovertemplate="%{x}: %{text}<extra></extra>",
    )
    dots = [(x, *chip) for x, point in line for chip in chip_scores(point)]
    figure.add_scatter(
        x=[x for x, _, _ in dots],
        y=[value for _, _, value in dots],
        text=[chip for _, chip, _ in dots],
        mode="markers",
        marker={"color": colour, "size": 7, "opacity": 0.4},
        showlegend=False,
        hovertemplate="%{x}, %{text}: %{y:.4~f}<extra></extra>",
    )


def _reference(figure: go.Figure, line: list, key: str, style: tuple[str, str, str]) -> None:
    name, colour, dash = style
    metric = line[0][1].get("metric", "")
    values = [shown(point.get(key), metric) for _, point in line]
    if all(value is None for value in values):
        return
    figure.add_scatter(
        x=[x for x, _ in line],
        y=values,
        name=name,
        mode="lines",
        line={"color": colour, "dash": dash},
        hovertemplate=f"{name}: %{{y:.4~f}}<extra></extra>",
    )


def _energy_sweep(network: str, group: list[dict], sweep: Sweep) -> Chart:
    keys = ("energy_per_token_j", "energy_high_j")
    scale = scale_for([point.get(key) for point in group for key in keys], "J")
    figure = blank(legend=legend_above(), showlegend=len(sweep.lines) > 1)
    for number, (name, line) in enumerate(sweep.lines.items()):
        known = [(x, p) for x, p in line if finite(p.get("energy_per_token_j")) is not None]
        figure.add_scatter(
            x=[x for x, _ in known],
            y=[point["energy_per_token_j"] * scale.factor for _, point in known],
            error_y=_error_bars([_energy_reach(point, scale.factor) for _, point in known])
            | {"color": palette.colour(number)},
            name=plain(name or "energy"),
            mode="lines+markers",
            line={"color": palette.colour(number)},
            hovertemplate=f"%{{x}}: %{{y:.3s}} {scale.unit}<extra></extra>",
        )
    _sweep_axis(figure, sweep)
    figure.update_yaxes(title=f"energy per {item(group[0])}, {scale.unit}", rangemode="tozero")
    title = f"{network}: energy against {sweep.axis}"
    return Chart(title, figure, "Bars: the range that the sources leave open.", 340)


def _energy_reach(point: dict, factor: float) -> tuple[float, float]:
    middle = point["energy_per_token_j"]
    low, high = finite(point.get("energy_low_j")), finite(point.get("energy_high_j"))
    return (
        0.0 if low is None else max(middle - low, 0.0) * factor,
        0.0 if high is None else max(high - middle, 0.0) * factor,
    )


def _error_sources(point: dict) -> Chart:
    found = changes_by_source(point)
    metric = point.get("metric", "")
    figure = blank(showlegend=False)
    figure.add_bar(
        x=[value for _, value, _ in found],
        y=[source_name(name) for name, _, _ in found],
        orientation="h",
        marker={"color": [palette.GREY if n == "all" else palette.ANALOG for n, _, _ in found]},
        error_x={"type": "data", "array": [width for _, _, width in found], "color": palette.FLOAT},
        customdata=[f"{signed(f'{value:+.2f}')} ± {width:.2f}" for _, value, width in found],
        hovertemplate="%{y}: %{customdata}<extra></extra>",
    )
    reversed_categories(figure)
    figure.update_xaxes(title=change_axis(metric))
    worse = {"lower": "To the right is worse.", "higher": "To the left is worse."}
    caption = f"Bar: mean over chips, whisker: one standard deviation. {worse.get(point.get('better'), '')}"
    title = f"{display_name(point)}: {metric}"
    return Chart(title, figure, caption.strip(), bars_height(len(found)))
