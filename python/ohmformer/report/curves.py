# SPDX-License-Identifier: Apache-2.0
"""Rates against context and batch, the roofline, and scaling with model size, on the page."""

import math
from collections.abc import Sequence
from dataclasses import replace

import plotly.graph_objects as go

from ohmformer.curves.roofline import Attained, Roof, attained, other_roofs, roof_of
from ohmformer.curves.scaling import Figure, figures
from ohmformer.curves.workloads import Curve, curves, found_by, knee, reference_curves
from ohmformer.report import palette
from ohmformer.report.charts import Chart, blank, legend_above, plain, spread
from ohmformer.report.points import by_network, is_encoder
from ohmformer.report.quantities import digits, quantity, round_values, sentence_case, short_count

AXES = {"context": "context, tokens", "batch": "batch, sequences at once"}
LINE, PLOT = 14, 310  # pixels: of a name beside a line, of the height of its picture
MOST_NAMED = 9  # workloads with a name in the legend of a roofline; the others say it when pointed at
ORDERED = ["#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#bddf26"]  # viridis, dark to light


def rate_charts(points: list[dict], references: Sequence[dict] = ()) -> list[Chart]:
    """Decoded tokens per second and per joule against context and against batch."""
    found = []
    for axis in ("context", "batch"):
        for network, lines in curves(points, axis).items():
            others = reference_curves(list(references), network, axis)
            others = [line for line in others if line.held in (lines[0].held, lines[-1].held)]
            noun = "input tokens" if is_encoder(by_network(points)[network][0]) else "decoded tokens"
            for key, word in (("per_s", "second, all users"), ("per_j", "joule")):
                own = [line for line in lines if all(getattr(rate, key) for rate in line.rates)]
                if own:
                    chart = _rates(network, own + others, key, f"{noun} per {word}")
                    times = found_by(by_network(points)[network], " Computed {}.")
                    found.append(replace(chart, caption=chart.caption + times))
    return found


def _rates(network: str, lines: list[Curve], key: str, title: str) -> Chart:
    figure = blank(showlegend=False)
    own = [line for line in lines if not line.machine]
    knees = []
    for number, line in enumerate(lines):
        kept = [(x, getattr(r, key)) for x, r in zip(line.xs, line.rates, strict=True) if getattr(r, key)]
        other = "batch" if line.axis == "context" else "context"
        colour = ORDERED[number * (len(ORDERED) - 1) // max(len(own) - 1, 1)] if not line.machine else palette.GREY
        name = f"{line.machine + ', ' if line.machine else ''}{other} {line.held:,}"
        figure.add_scatter(
            x=[x for x, _ in kept], y=[y for _, y in kept], name=plain(name), mode="lines+markers",
            error_y=_ends(line) if key == "per_j" else None,
            line={"color": colour, "dash": "dash" if line.machine else "solid"},
            hovertemplate=f"{plain(name)}<br>{line.axis} %{{x:,}}: %{{y:.4s}}<extra></extra>",
        )  # fmt: skip
        at = knee(line) if key == "per_s" and not line.machine else None
        knees += [(at, colour, name)] if at else []
    ticks = round_values([value for line in lines for value in line.values(key)])
    _name_ends(figure, ticks)
    if knees:
        figure.add_scatter(
            x=[at[0] for at, _, _ in knees], y=[at[1] for at, _, _ in knees], mode="markers", name="knee",
            marker={"symbol": "diamond-open", "size": 13, "line": {"width": 2}, "color": [c for _, c, _ in knees]},
            hovertemplate="knee at %{x:,.0f}<extra></extra>",
        )  # fmt: skip
    xs = sorted({x for line in own for x in line.xs})
    shown = xs[:: -(-len(xs) // 11)]
    first, last = math.log10(xs[0]), math.log10(xs[-1])
    border = 0.04 * (last - first) or 0.5  # left to itself the axis would make room for the names, which have the margin
    figure.update_xaxes(
        type="log", title=AXES[own[0].axis], tickvals=shown, ticktext=[short_count(x) for x in shown], range=[first - border, last + border]
    )
    figure.update_yaxes(type="log", title=title, **_covering(ticks))
    longest = max(len(trace.name) for trace in figure.data)
    figure.update_layout(margin={"l": 8, "r": 30 + 6 * longest, "t": 12, "b": 8})
    caption = f"{network}. {'Whole inputs' if title.startswith('input') else 'Decoding alone, prefill left out'}."
    if any(trace.error_y.array for trace in figure.data):
        caption += " Whiskers: the range where sources disagree."
    for (x, _), _, name in knees[:1]:
        caption += f" Diamonds: a step takes twice as long as at the left end ({name}: {own[0].axis} {x:,.0f})."
    return Chart(f"{sentence_case(title)} against {own[0].axis}", figure, caption, 380)


def _ends(line: Curve) -> dict | None:
    """Whiskers where every rate of a line has its range."""
    if not all(rate.per_j_low and rate.per_j_high for rate in line.rates):
        return None
    up = [rate.per_j_high - rate.per_j for rate in line.rates]
    down = [rate.per_j - rate.per_j_low for rate in line.rates]
    return {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "thickness": 1, "width": 4}


def _name_ends(figure: go.Figure, ticks: list[float]) -> None:
    """Names at the right ends of lines, moved apart where they would overlap."""
    low, high = math.log10(ticks[0]), math.log10(ticks[-1])
    ends = [(math.log10(trace.x[-1]), math.log10(trace.y[-1]), trace.name) for trace in figure.data if trace.x]
    own = [(y - low) / (high - low) for _, y, _ in ends]
    for (x, y, name), place, at in zip(ends, own, spread(own, LINE / PLOT), strict=True):
        figure.add_annotation(
            x=x, y=y, text=name, showarrow=False, xanchor="left", yanchor="middle", xshift=8, yshift=(at - place) * PLOT,
            font={"size": 11},
        )  # fmt: skip


def _covering(ticks: list[float]) -> dict:
    """A logarithmic axis from the first to the last tick."""
    texts = [quantity(y, "", 1) for y in ticks]
    return {"tickvals": ticks, "ticktext": texts, "range": [math.log10(ticks[0]), math.log10(ticks[-1])]}


def roofline_charts(points: list[dict], machines: Sequence[dict] = ()) -> list[Chart]:
    """The chip's roof and what workloads attain beneath it."""
    found = [entry for entry in map(attained, points) if entry]
    roofs = sorted({roof for roof in map(roof_of, points) if roof}, key=lambda roof: -roof.ops_per_s)
    if not found or not roofs:
        return []
    others = other_roofs(list(machines))
    known = [e.intensity for e in found if math.isfinite(e.intensity)] + [r.ridge for r in roofs + others if r.ridge]
    low, high = min([*known, 1.0]) / 3, 30 * max([*known, 100.0])
    figure = blank(legend=legend_above())
    for roof in roofs + others:
        _roof(figure, roof, (low, high), roof in others)
    for number, entry in enumerate(found):
        _attained(figure, entry, palette.colour(number), high / 2)
        figure.data[-1].showlegend = len(found) <= MOST_NAMED
    figure.update_xaxes(type="log", title="operations per byte of DRAM traffic", exponentformat="power", dtick=1)
    figure.update_yaxes(type="log", title="operations/s (1 MAC = 2)", exponentformat="power", dtick=1)
    caption = (
        "Dots: attained; dashes above them: no schedule beats it. Weights in arrays cost no traffic, so the DRAM's "
        "slope bounds only what keys, values and embeddings move."
    )
    return [Chart("Roofline", figure, caption, 420, wide=True)]


def _roof(figure: go.Figure, roof: Roof, span: tuple[float, float], other: bool) -> None:
    xs = [span[0], *([roof.ridge] if roof.ridge else []), span[1]]
    figure.add_scatter(
        x=xs, y=[roof.attainable(x) for x in xs], mode="lines", hoverinfo="skip",
        name=plain(f"{roof.name}, {quantity(roof.ops_per_s, 'op/s')}"),
        line={"color": palette.GREY, "dash": "dot" if other else "solid", "width": 2},
    )  # fmt: skip


def _attained(figure: go.Figure, entry: Attained, colour: str, right: float) -> None:
    endless = math.isinf(entry.intensity)
    ys = [entry.ops_per_s] + ([entry.bound_per_s] if entry.bound_per_s else [])
    moves = "no DRAM traffic" if endless else f"{digits(entry.intensity)} operations per byte"
    figure.add_scatter(
        x=[right if endless else entry.intensity] * len(ys), y=ys, name=plain(entry.name), mode="lines+markers",
        line={"color": colour, "width": 1},
        marker={"symbol": ["triangle-right" if endless else "circle", "line-ew-open"][: len(ys)], "size": 10},
        text=[f"attained {quantity(ys[0], 'op/s')}, {moves}", f"no schedule beats {quantity(ys[-1], 'op/s')}"][: len(ys)],
        hovertemplate=f"{plain(entry.name)}: %{{text}}<extra></extra>",
    )  # fmt: skip


def scaling_charts(points: list[dict]) -> list[Chart]:
    """Arrays, area, throughput and energy against the weights of the network."""
    return [_scaling(figure) for figure in figures(points)]


def _scaling(found: Figure) -> Chart:
    factor, unit = (1e6, "mm²") if found.unit == "m2" else (1.0, found.unit)
    figure = blank(showlegend=False)
    figure.add_scatter(
        x=[size.weights for size in found.sizes],
        y=[size.value * factor for size in found.sizes],
        text=[plain(size.network) for size in found.sizes],
        mode="lines+markers+text",
        textposition=_sides([size.weights for size in found.sizes]),
        cliponaxis=False,
        marker={"color": palette.ANALOG, "size": 9},
        line={"color": palette.GREY, "width": 1},
        hovertemplate="%{text}: %{y:.4s}, %{x:.4s} weights<extra></extra>",
    )
    low, high = (math.log10(found.sizes[n].weights) for n in (0, -1))
    span = [low - 0.1 * (high - low), high + 0.15 * (high - low)]
    figure.update_xaxes(type="log", title="weights in crossbars", exponentformat="SI", range=span, dtick=1)
    ticks = round_values([size.value * factor for size in found.sizes])
    text = f"{found.title}, {unit}" if unit else found.title
    figure.update_yaxes(type="log", title=text, **_covering(ticks))
    first, last = found.sizes[0], found.sizes[-1]
    grown = digits(last.value / first.value), digits(last.weights / first.weights)
    caption = f"{last.network} against {first.network}: ×{grown[0]} for ×{grown[1]} weights (power {found.exponent:.2f})."
    return Chart(f"{found.title[0].upper()}{found.title[1:]}", figure, caption, 360)


def _sides(weights: list[float]) -> list[str]:
    """Where names stand: the first to the right, then above, and below where the name before is near."""
    found, span = ["bottom right"], math.log(weights[-1] / weights[0])
    for before, at in zip(weights, weights[1:], strict=False):
        near = math.log(at / before) < 0.12 * span
        found.append("bottom right" if near and found[-1] == "top left" else "top left")
    return found
